"""A strategy may look at symbols that it does not trade: in every kind of run it sees what the store holds of them."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from database.bars.bar_columns import BarColumns
from database.errors import StorageError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.checks.lookahead.check import check_lookahead
from orchestra.backtest.checks.lookahead.drip import Stage
from orchestra.backtest.history.history import History
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.history.other_bars import OtherBars
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.player import NOT_THERE, player
from orchestra.backtest.sweep.pool import play_all
from orchestra.backtest.sweep.trial import Trial
from orchestra.signals.turns.quick_turns import NO_ANSWER
from orchestra.verbs.backtest import run
from system_databse.algorithm_record import AlgorithmStatus
from tests.orchestra.backtest.kept_columns import write_recording, write_store
from tests.orchestra.backtest.played_house import DAYS, ROOT, asked, calendar, made_columns, strategy
from tests.orchestra.backtest.sweep.made_trials import Seen
from tests.orchestra.verbs.screen import Screen

pytestmark = pytest.mark.usefixtures("own_signals")
ACME, OTHER = made_columns("ACME", DAYS), made_columns("OTHER", DAYS, traded=0.9)
# Looks at another symbol from the second hour on, in every way there is, and trades its own by it.
FOLLOWER = """
    from database.db_manager import get_closes, get_data_for_algorithm, get_latest_price, get_sma

    class Algorithm:
        PARAMETERS = ({"name": "shares", "default": 1, "range": (1, 100), "help": "Shares"},)
        other = "OTHER"

        def __init__(self, ticker, initial_capital):
            self.shares = 1

        def run(self, current_time, algo_id):
            if current_time < "2024-06-11T14:47":
                return ("hold", 0)
            other, day = self.other, current_time[:10]
            seen = [
                len(get_data_for_algorithm(other, "session", day)),
                get_data_for_algorithm(other, "last_n_bars", 30, current_time)[:1],
                get_data_for_algorithm(other, "last_n_bars", n=2, timeframe="15m"),
                get_closes(other, 3),
                get_sma(other, 20),
                get_latest_price(other),
            ]
            self.reason = repr(seen)
            closes = get_closes(other, 2)
            return ("buy", self.shares) if len(closes) == 2 and closes[0] < closes[1] else ("hold", 0)
"""


@pytest.fixture(scope="module")
def market_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_store(tmp_path_factory.mktemp("store") / "market.db", ACME, OTHER, made_columns("LATE", DAYS[1:]))


def result_of(algorithm: Path, folder: Path, *more: str) -> dict[str, Any]:
    wanted = ["--algorithm", str(algorithm), "--ticker", "ACME", "--capital", "20000", "--no-keep", *more]
    assert run([*wanted, "--json", str(folder / "out.json")], Screen()) == 0
    values: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return values


def recorded(folder: Path) -> Path:
    return write_recording(folder / "days.csv", ACME, OTHER)


def stored(market_db: Path, algorithm: Path) -> tuple[BacktestRequest, History]:
    request = BacktestRequest((asked(algorithm),), market_db=market_db)
    return request, read_history(request, calendar(), market_db=market_db)


def test_stored_bars_of_another_symbol_are_seen_as_recorded_ones_are(market_db: Path, tmp_path: Path) -> None:
    algorithm = strategy(tmp_path, FOLLOWER)
    from_store = result_of(algorithm, tmp_path, "--data-dir", str(market_db.parent))
    from_files = result_of(algorithm, tmp_path, "--data", str(recorded(tmp_path)))
    assert len(from_store["fills"]) > 100
    for name in ("fills", "reasons", "decisions", "equity", "metrics", "round_trips", "prices"):
        assert from_store[name] == from_files[name]
    assert [each for each in from_store["warnings"] if "OTHER" in each] == [
        f"OTHER, which an algorithm looks at too, has no bar in {1 - len(OTHER) / len(ACME):.0%} of the minutes."
    ]


@pytest.mark.parametrize("is_recorded", [False, True])
def test_symbols_that_are_nowhere_are_named(is_recorded: bool, market_db: Path, tmp_path: Path) -> None:
    algorithm = strategy(tmp_path, FOLLOWER.replace('"OTHER"', '"GONE"'))
    source = ["--data", str(recorded(tmp_path))] if is_recorded else ["--data-dir", str(market_db.parent)]
    (told,) = [each for each in result_of(algorithm, tmp_path, *source)["warnings"] if "GONE" in each]
    assert told.startswith("An algorithm asked for bars of GONE, and saw none")


def test_a_symbol_that_is_there_for_a_part_is_told_too(market_db: Path, tmp_path: Path) -> None:
    algorithm = strategy(tmp_path, FOLLOWER.replace('"OTHER"', '"LATE"'))
    result = result_of(algorithm, tmp_path, "--data-dir", str(market_db.parent))
    assert "LATE, which an algorithm looks at too, has no bar in 50% of the minutes." in result["warnings"]


def test_programs_that_a_strategy_starts_are_named(market_db: Path, tmp_path: Path) -> None:
    algorithm = strategy(
        tmp_path, FOLLOWER.replace("self.shares = 1", "self.shares = 1; __import__('os').system('true')")
    )
    result = result_of(algorithm, tmp_path, "--data-dir", str(market_db.parent))
    assert any(each.startswith("An algorithm starts another program") for each in result["warnings"])


def test_made_up_names_do_not_fill_the_memory(market_db: Path, tmp_path: Path) -> None:
    algorithm = strategy(tmp_path, FOLLOWER.replace("other, day = self.other,", 'other, day = "X" + current_time,'))
    request, history = stored(market_db, algorithm)
    played = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5.0).play(request, history)
    assert played.records[0].status is AlgorithmStatus.RUNNING
    assert len(played.others) == 500


def test_every_trial_of_a_sweep_sees_it(market_db: Path, tmp_path: Path) -> None:
    request, history = stored(market_db, strategy(tmp_path, FOLLOWER))
    backtester = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5.0)
    trials = [Trial(number, {"shares": 1 + number // 3}, (number % 2, 2)) for number in range(6)]
    seen = Seen()
    play_all(trials, player(backtester, request, history), jobs=2, watch=seen)
    whole = replace(history, columns={**history.columns, "OTHER": OTHER})
    assert seen.in_order == [player(backtester, request, whole)(trial) for trial in trials]
    assert all(outcome.metrics["turnover"] for outcome in seen.taken)


def test_a_trial_on_a_cluster_that_lacks_it_fails_and_says_so(market_db: Path, tmp_path: Path) -> None:
    request, history = stored(market_db, strategy(tmp_path, FOLLOWER))
    backtester = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5.0)
    outcome = player(backtester, request, replace(history, paths=()))(Trial(0, {}, (0, 2)))
    assert outcome.error == f"{NOT_THERE}: OTHER"


def test_who_looks_at_another_symbol_is_not_accused_of_looking_ahead(market_db: Path, tmp_path: Path) -> None:
    request, history = stored(market_db, strategy(tmp_path, FOLLOWER))
    report = check_lookahead(Stage(request, ROOT / "algorithm", 5.0), history, calendar())
    assert report.is_clean, (report.sentence, report.changed)


class SlowBars(OtherBars):
    """Take longer than a turn may."""

    def _read(self, market_db: Path, symbol: str) -> BarColumns:
        time.sleep(2.5)
        return super()._read(market_db, symbol)


@pytest.mark.parametrize("place", ["constructor", "turn"])
def test_the_time_a_look_up_takes_is_not_the_algorithms(
    place: str, market_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = FOLLOWER
    if place == "constructor":
        body = body.replace(
            "self.shares = 1", "get_closes(self.other, 1); __import__('time').sleep(0.3); self.shares = 1"
        )
    body = body.replace(
        "closes =", "__import__('time').sleep(0.45 if day == '2024-06-11' else 0)\n            closes ="
    )
    body = body.replace('if current_time < "2024-06-11T14:47"', 'if current_time != "2024-06-11T14:47:00Z"')
    request, history = stored(market_db, strategy(tmp_path, body))
    monkeypatch.setattr("orchestra.backtest.backtester.OtherBars", SlowBars)
    played = Backtester(ROOT / "algorithm", calendar(), limit_seconds=1.0).play(request, history)
    assert not [told for told in played.told if NO_ANSWER in told.reason]


def test_a_store_that_fails_ends_the_run(market_db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "market.db"
    copy.write_bytes(market_db.read_bytes())
    request, history = stored(copy, strategy(tmp_path, FOLLOWER))
    copy.write_bytes(b"no database" * 1_000)
    with pytest.raises(StorageError):
        Backtester(ROOT / "algorithm", calendar(), limit_seconds=5.0).play(request, history)
