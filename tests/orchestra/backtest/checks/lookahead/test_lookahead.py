"""Planted look-ahead is found, however it peeks; a strategy that reads what it is given is clean."""

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.timestamps import iso_minute
from database.weather.k_index import Sample, Source
from orchestra.backtest.checks.lookahead.check import LookaheadReport, check_lookahead
from orchestra.backtest.checks.lookahead.drip import Stage
from orchestra.backtest.history.future_files import future_files
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest
from system_databse.errors import StrategyError
from tests.orchestra.backtest.jobs.processes import has_ended
from tests.orchestra.backtest.made_run import SWINGS
from tests.orchestra.backtest.played_house import (
    DAYS,
    ROOT,
    House,
    asked,
    calendar,
    made_columns,
    made_history,
    strategy,
)

NIGHT, NOON = (int(datetime(2024, 6, day, hour, tzinfo=UTC).timestamp()) for day, hour in ((11, 0), (12, 12)))
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
    "the weather to come": """from database import db_manager
            rises = db_manager._bound._weather[-1].ts > db_manager._bound.minute""",
    "the caller's frame": """frame = sys._getframe(1)
            world = frame.f_locals["self"]._world
            closes = world.windows[self.ticker].columns.closes
            rises = closes[-1] > closes[0]""",
}
# A storm of some hours on the second day; readings of a minute come late, and one look-up fails.
WEATHER = [
    Sample(ts, source, kp=kp, fetched_at=fetched)
    for ts, source, kp, fetched in sorted(
        [
            *((NIGHT + hour * 3_600, Source.THREE_HOURS, 2.0 + hour % 7, None) for hour in range(0, 48, 3)),
            *((NOON + minute * 60, Source.ONE_MINUTE, minute % 9 + 0.3, NOON + minute * 70) for minute in range(360)),
            (NOON + 9_001, Source.FAILED, None, NOON + 9_001),
            (NOON + 9_901, Source.ANSWERED, None, NOON + 9_901),
        ]
    )
]


def check(folder: Path, start: str, peek: str, *, files: tuple[Path, ...] = ()) -> LookaheadReport:
    body = FRAME.replace("{start}", start).replace("{peek}", peek)
    return check_file(strategy(folder, body), files=files)


def check_file(path: Path, *, files: tuple[Path, ...] = ()) -> LookaheadReport:
    history = replace(made_history(made_columns("ACME", DAYS)), paths=files, weather=WEATHER)
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


def test_who_asks_for_the_weather_that_is_known_is_clean(tmp_path: Path) -> None:
    peek = """from database.db_manager import get_space_weather
            known = get_space_weather()
            self.reason = f"{known['k_index']} {known['timestamp']} {known['why']}"
            rises = (known["k_index"] or 0.0) > 7.0"""
    start = "from database.db_manager import get_space_weather; get_space_weather()"
    report = check(tmp_path, start, peek)
    assert report.is_clean, report.sentence
    rows = House().play(replace(made_history(made_columns("ACME", DAYS)), weather=WEATHER), asked(tmp_path / "idea.py"))
    assert len({told.reason for told in rows.told}) > 100


def test_programs_that_are_started_are_told(tmp_path: Path) -> None:
    report = check(tmp_path, "import subprocess; subprocess.run(['true'])", "rises = False")
    assert report.started == ["true"]
    assert not report.is_clean
    assert report.sentence == "It starts another program, which cannot be judged: true."


def test_what_it_starts_ends_with_the_check(tmp_path: Path) -> None:
    start = f"""import subprocess
            with open({str(tmp_path / "started")!r}, "a") as file:
                print(subprocess.Popen(["sleep", "1000"]).pid, file=file)"""
    check(tmp_path, start, "rises = False")
    seeing, blind = map(int, (tmp_path / "started").read_text(encoding="utf-8").split())
    os.kill(seeing, signal.SIGKILL)
    assert has_ended(blind)


def test_every_store_of_the_house_is_guarded() -> None:
    files = future_files(BacktestRequest((), data=(Path("a.csv"),), market_db=Path("b.db")), made_history())
    assert {Path("a.csv"), Path("b.db"), Path("b.db-wal"), ROOT / "database" / "market.db"} <= set(files)
    assert ROOT / "database" / "live" / "market.db" in files


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


@pytest.mark.parametrize("runs", [2, 3])
def test_every_run_tells_how_far_it_is_and_can_be_stopped(runs: int, tmp_path: Path) -> None:
    told: list[Progress] = []

    def tell(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < until

    peek = "rises = False" if runs == 2 else PEEKS["the caller's frame"]
    body = FRAME.replace("{start}", f"open({str(tmp_path / 'made')!r}, 'a').write('*')").replace("{peek}", peek)
    stage = Stage(BacktestRequest((asked(strategy(tmp_path, body)),)), ROOT / "algorithm", 5.0)
    history, until = made_history(made_columns("ACME", DAYS)), 1_000
    check_lookahead(stage, history, calendar(), tell=tell)
    # The first and the third before and after each session, the second as often as it asks.
    third = [(1560, 2340), (1950, 2340), (2340, 2340)] if runs == 3 else []
    assert [(each.done, each.total) for each in told] == [
        *((0, 1560), (390, 1560), (780, 1560), (1170, 1560), (1560, 1560)),
        *third,
    ]
    for until, made in ((1, 1), (4, 2), (6, 3))[:runs]:  # noqa: B007
        told.clear()
        (tmp_path / "made").unlink()
        with pytest.raises(StrategyError, match="stopped before its end"):
            check_lookahead(stage, history, calendar(), tell=tell)
        assert len((tmp_path / "made").read_text()) == made
