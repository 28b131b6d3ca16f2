"""Planted look-ahead is found, however it peeks; a strategy that reads what it is given is clean."""

from dataclasses import replace
from pathlib import Path

import pytest

from database.timestamps import iso_minute
from orchestra.backtest.checks.lookahead.check import LookaheadReport, check_lookahead
from orchestra.backtest.checks.lookahead.drip import Stage
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest
from system_databse.errors import StrategyError
from tests.orchestra.backtest.made_run import SWINGS
from tests.orchestra.backtest.played_house import (
    DAYS,
    ROOT,
    asked,
    calendar,
    made_columns,
    made_history,
    strategy,
)

HEADER = "symbol,timestamp,open,high,low,close,volume\n"
FRAME = """
    import sys
    class Algorithm:
        def __init__(self, ticker, initial_capital):
            self.ticker = ticker
            {start}
        def run(self, current_time, algo_id):
            {peek}
            return ("buy", 1) if rises else ("hold", 0)
"""
# Each sets `rises` from what it cannot know.
PEEKS = {
    "a global of the data functions": """from database import db_manager
            window = db_manager._bound.windows[self.ticker]
            rises = window.columns.closes[-1] > window.closes[window.stop - 1]""",
    "the bar that is not over": """from database import db_manager
            window = db_manager._bound.windows[self.ticker]
            at = window.base + window.stop
            rises = at < len(window.columns) and window.columns.closes[at] > window.columns.opens[at]""",
    "the heap": """import gc
            from database.bars.bar_columns import BarColumns
            if current_time.endswith("15:00:00Z"):
                self.held = [each for each in gc.get_objects() if isinstance(each, BarColumns) and len(each) > 700]
            rises = bool(getattr(self, "held", []))""",
    "the caller's frame": """frame = sys._getframe(1)
            world = frame.f_locals["self"]._world
            closes = world.windows[self.ticker].columns.closes
            rises = closes[-1] > closes[0]""",
}


def check(folder: Path, start: str, peek: str, *, files: tuple[Path, ...] = ()) -> LookaheadReport:
    body = FRAME.replace("{start}", start).replace("{peek}", peek)
    return check_file(strategy(folder, body), files=files)


def check_file(path: Path, *, files: tuple[Path, ...] = ()) -> LookaheadReport:
    history = replace(made_history(made_columns("ACME", DAYS)), paths=files)
    stage = Stage(BacktestRequest((asked(path),)), ROOT / "algorithm", 5.0)
    return check_lookahead(stage, history, calendar())


def recorded(folder: Path) -> Path:
    """Write the history as a recorded file."""
    columns = made_columns("ACME", DAYS)
    path = folder / "days.csv"
    lines = [
        f"ACME,{iso_minute(ts)},1,1,1,{close},1\n" for ts, close in zip(columns.times, columns.closes, strict=True)
    ]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("way", PEEKS)
def test_peeking_through_memory_changes_decisions_once_the_future_is_gone(way: str, tmp_path: Path) -> None:
    report = check(tmp_path, "pass", PEEKS[way])
    assert not report.is_clean
    assert report.count > 0 or report.failure
    assert report.is_repeatable in (True, None)
    assert "LOOK-AHEAD" in report.sentence or "does not run" in report.sentence


@pytest.mark.parametrize("place", ["start", "turn"])
def test_opening_the_input_file_is_stopped_and_told(place: str, tmp_path: Path) -> None:
    file = recorded(tmp_path)
    link = tmp_path / "harmless.txt"
    link.hardlink_to(file)
    read = f"self.lines = open({str(link)!r}).readlines()"
    start, peek = (read, "rises = False") if place == "start" else ("pass", f"{read}; rises = True")
    report = check(tmp_path, start, peek, files=(file,))
    assert report.opened == [str(link)]
    assert not report.is_clean
    assert "opens the files of its own future" in report.sentence


def test_a_strategy_that_reads_what_it_is_given_is_clean(tmp_path: Path) -> None:
    report = check_file(strategy(tmp_path, SWINGS))
    assert report.is_clean, report.sentence
    assert report.minutes == 780
    assert "780 decisions are the same" in report.sentence


def test_the_shipped_strategy_is_clean() -> None:
    stage = Stage(BacktestRequest((asked("sma_crossover"),)), ROOT / "algorithm", 5.0)
    report = check_lookahead(stage, made_history(made_columns("ACME", DAYS, traded=0.7)), calendar())
    assert report.is_clean, report.sentence


def test_chance_is_not_taken_for_look_ahead(tmp_path: Path) -> None:
    report = check(tmp_path, "import random; self.dice = random.Random()", "rises = self.dice.random() < 0.2")
    assert report.is_repeatable is False
    assert "does not decide the same twice" in report.sentence
    assert "LOOK-AHEAD" not in report.sentence


def test_a_check_that_is_stopped_says_so(tmp_path: Path) -> None:
    def stop(_progress: Progress) -> bool:
        return False

    stage = Stage(BacktestRequest((asked(strategy(tmp_path, SWINGS)),)), ROOT / "algorithm", 5.0)
    with pytest.raises(StrategyError, match="stopped before its end"):
        check_lookahead(stage, made_history(made_columns("ACME", DAYS)), calendar(), tell=stop)
