"""Turns: each algorithm alone with its faults, the others untouched."""

import dataclasses
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orchestra.runtime.clock import SystemClock
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.strategy_runner import LAST_TURN_SECONDS, StrategyRunner
from orchestra.signals.turns.turn_timer import TurnTimer
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.errors import StrategyError
from system_databse.position import no_position
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, Outcome, TradingSignal

MINUTE = int(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp())

TEMPLATE = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker, self.turns = ticker, 0
    def run(self, current_time, algo_id):
        self.turns += 1
        {body}
"""


class HandClock(SystemClock):
    """Market time set by hand; what a turn takes on it is added while the turn is timed."""

    is_simulated = False

    def __init__(self) -> None:
        self.seconds = float(MINUTE + 2)
        self.turn_seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return super().monotonic()


class HandMarket:
    """One price for all, and symbols that are late until they are awaited."""

    def __init__(self) -> None:
        self.late_symbols: frozenset[str] = frozenset()
        self.awaited: list[int] = []

    def await_late(self, minute: int) -> None:
        self.awaited.append(minute)

    def last_bar(self, _symbol: str) -> tuple[int, float]:
        return MINUTE - 60, 12.5


@dataclass
class Stage:
    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    records: dict[int, AlgorithmRecord] = field(default_factory=dict)
    after_turns: int = 0

    def __post_init__(self) -> None:
        timer = TurnTimer(SystemClock(), limit_seconds=0.5)
        self.loader = StrategyLoader(self.folder, guard=timer.guard)
        self.market = HandMarket()
        self.runner = StrategyRunner(self.loader, timer, self.clock, market=self.market, after_turn=self._after_turn)

    def _after_turn(self) -> None:
        self.after_turns += 1
        self.clock.seconds += self.clock.turn_seconds

    def add(self, body: str, **changes: object) -> AlgorithmRecord:
        number = len(self.records) + 1
        path = self.folder / f"algo{number}.py"
        path.write_text(TEMPLATE.format(body=body), encoding="utf-8")
        strategy = self.loader.find(path.stem)
        record = AlgorithmRecord(number, path.stem, "SPY", Decimal(1_000), strategy.file, strategy.sha256, **changes)
        self.records[number] = record
        self.runner.build(record)
        return record

    def collect(self, minute: int = MINUTE) -> list[TradingSignal]:
        views = {
            number: AlgorithmView(record, Decimal(1_000), no_position(number, "SPY"), ())
            for number, record in self.records.items()
        }
        return self.runner.collect(minute, Snapshot(minute - 60, views, {"SPY": 12.5}))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def outcomes(signals: list[TradingSignal]) -> list[tuple[int, Action, Outcome | None]]:
    return [(signal.algorithm_id, signal.action, signal.failure) for signal in signals]


@pytest.mark.requirement("S0-24", "S2-43", "S2-69", "S2-73")
def test_each_fault_is_its_own_algorithms_alone(stage: Stage) -> None:
    for body in (
        "raise ValueError('mine')",
        "raise SystemExit",
        "import sys; sys.exit('bye')",
        "return 'buy'",
        "return ('buy', 'many')",
        "self.run(current_time, algo_id)",
        "return ('buy', 3)",
    ):
        stage.add(body)
    stage.add("\n        while True: pass")
    stage.add("return ('hold', 0)")
    signals = stage.collect()
    failed = [(number, Action.NONE, Outcome.FAILED) for number in range(1, 7)]
    good = [(7, Action.BUY, None), (8, Action.NONE, Outcome.INTERRUPTED), (9, Action.HOLD, None)]
    assert outcomes(signals) == failed + good
    assert "ValueError: mine (line 7 of algo1.py)" in signals[0].reason
    assert stage.after_turns == 2 * 9


@pytest.mark.requirement("S2-04", "S2-21")
def test_turn_gets_the_floored_minute_and_its_id(stage: Stage) -> None:
    stage.add("self.reason = f'{current_time} {algo_id}'; return ('hold', 0)")
    assert stage.collect()[0].reason == "2026-11-20T15:00:00Z 1"


def test_state_of_an_instance_lives_from_turn_to_turn(stage: Stage) -> None:
    stage.add("return ('buy', self.turns)")
    assert [stage.collect()[0].shares for _ in range(3)] == [1, 2, 3]


def test_signal_keeps_what_the_algorithm_saw(stage: Stage) -> None:
    stage.add("self.metadata = {'fast': 2}; return ('buy', 3)")
    signal = stage.collect()[0]
    assert (signal.symbol, signal.last_bar_ts, signal.price, signal.minute) == ("SPY", MINUTE - 60, 12.5, MINUTE)
    bar = {"timestamp": "2026-11-20T14:59:00Z", "close": 12.5}
    assert signal.saw == {"bar": bar, "position": "0", "cash": "1000", "fast": 2}


@pytest.mark.parametrize("status", [AlgorithmStatus.PAUSED, AlgorithmStatus.ERROR, AlgorithmStatus.STOPPED])
def test_only_running_algorithms_have_turns(stage: Stage, status: AlgorithmStatus) -> None:
    stage.add("return ('buy', 1)", status=status)
    assert stage.collect() == []


def test_forgotten_algorithm_has_no_turn(stage: Stage) -> None:
    stage.add("return ('buy', 1)")
    stage.runner.forget(1)
    stage.runner.forget(1)
    assert stage.collect() == []


def test_file_that_changed_since_the_start_is_not_built(stage: Stage) -> None:
    record = stage.add("return ('buy', 1)")
    (stage.folder / "algo1.py").write_text(TEMPLATE.format(body="return ('sell', 1)"), encoding="utf-8")
    with pytest.raises(StrategyError, match="has changed since"):
        stage.runner.build(record)


def test_turns_after_second_fifty_are_skipped_and_go_first_next_time(stage: Stage) -> None:
    for _ in range(4):
        stage.add("return ('hold', 0)")
    stage.clock.turn_seconds = LAST_TURN_SECONDS / 2
    first = stage.collect()
    assert [signal.failure for signal in first] == [None, None, Outcome.SKIPPED, Outcome.SKIPPED]
    stage.clock.seconds = MINUTE + 62
    second = stage.collect(MINUTE + 60)
    assert [signal.algorithm_id for signal in second] == [3, 4, 1, 2]
    stage.clock.seconds = MINUTE + 122
    stage.clock.turn_seconds = 0
    assert [signal.algorithm_id for signal in stage.collect(MINUTE + 120)] == [1, 2, 3, 4]


@pytest.mark.requirement("S2-58")
def test_an_algorithm_whose_bar_is_late_goes_last_after_the_wait(stage: Stage) -> None:
    for ticker in ("QQQ", "SPY", "QQQ"):
        record = stage.add("return ('hold', 0)")
        stage.records[record.id] = dataclasses.replace(record, ticker=ticker)
    stage.market.late_symbols = frozenset({"QQQ"})
    assert [signal.algorithm_id for signal in stage.collect()] == [2, 1, 3]
    assert stage.market.awaited == [MINUTE]


def test_nothing_is_skipped_on_simulated_time(stage: Stage) -> None:
    stage.clock.is_simulated = True
    stage.add("return ('hold', 0)")
    stage.clock.seconds = MINUTE + 600
    assert outcomes(stage.collect()) == [(1, Action.HOLD, None)]


def test_a_slow_turn_is_named_in_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    record = stage.add("return ('hold', 0)")
    stage.clock.monotonic = iter((10.0, 12.5)).__next__  # type: ignore[method-assign]
    stage.collect()
    assert caplog.messages == [f"Algorithm 1 ({record.name}) took 2.5 s."]


class Onlooker:
    """Writes down whose code runs."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int, bool]] = []

    def begin(self, algorithm_id: int) -> None:
        self.seen.append(("begin", algorithm_id, False))

    def end(self, algorithm_id: int, *, is_build: bool = False) -> None:
        self.seen.append(("end", algorithm_id, is_build))


@pytest.mark.parametrize(
    "body", ["return ('hold', 0)", "raise ValueError", "while True: pass", "import sys; sys.exit(3)"]
)
def test_onlooker_is_told_of_the_beginning_and_the_end_of_every_turn(body: str, stage: Stage) -> None:
    onlooker = Onlooker()
    stage.runner.turn_watch = onlooker
    stage.add(body)
    stage.add("return ('hold', 0)")
    stage.collect()
    builds = [("begin", 1, False), ("end", 1, True), ("begin", 2, False), ("end", 2, True)]
    turns = [("begin", 1, False), ("end", 1, False), ("begin", 2, False), ("end", 2, False)]
    assert onlooker.seen == builds + turns


def test_while_all_rest_nothing_is_built_and_nobody_has_a_turn(stage: Stage) -> None:
    onlooker = Onlooker()
    stage.runner.turn_watch = onlooker
    stage.runner.resting = "safe mode"
    stage.add("return ('buy', 1)")
    (signal,) = stage.collect()
    assert (signal.action, signal.failure, signal.reason) == (Action.NONE, Outcome.SKIPPED, "safe mode")
    assert onlooker.seen == []
    stage.runner.resting = ""
    assert stage.collect() == [], "it is built by whoever ends the rest"
    stage.runner.build(stage.records[1])
    assert stage.collect()[0].action is Action.BUY


@pytest.mark.requirement("S0-02")
def test_an_algorithm_says_in_its_class_or_its_file_that_it_closes_within_the_day(stage: Stage) -> None:
    body = "return ('hold', 0)"
    plain, in_file, in_class, odd = (stage.add(body) for _ in range(4))
    code = TEMPLATE.format(body=body)
    for record, text, name in (
        (in_file, f"INTRADAY = True\n{code}", "file"),
        (in_class, f"{code}    INTRADAY = True\n", "class"),
        (odd, f"{code}    INTRADAY = 'yes'\n", "odd"),
    ):
        (stage.folder / f"{name}.py").write_text(text, encoding="utf-8")
        found = stage.loader.find(name)
        stage.runner.build(replace(record, file=found.file, file_sha256=found.sha256))
    known = [stage.runner.is_intraday(record.id) for record in (plain, in_file, in_class, odd)]
    assert known == [False, True, True, False]
    assert not stage.runner.is_intraday(99)
