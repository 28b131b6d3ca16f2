"""One algorithm's minutes decided again: the same runner and rules as live, on the stored bars and live's own fills.

In: the minutes live decided. Out: a decision for each, and the bars that were looked at. Thread: main.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from database import db_manager
from database.bar import MINUTE
from orchestra.backtest.checks.parity.books_then import BooksThen
from orchestra.backtest.checks.parity.findings import Said
from orchestra.backtest.checks.parity.live_day import LiveAlgorithm, LiveMinute
from orchestra.backtest.checks.parity.watched_world import MarketThen, Read, WatchedWorld
from system_databse import position_sizing, system_db_manager
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.decision import Decision
from system_databse.position_sizing import Portfolio
from system_databse.snapshot import Snapshot
from system_databse.trading_signal import TradingSignal

MINUTES_BETWEEN_LOOKS = 30


class OutOfTime(Exception):
    """The time for the whole check is over."""


class Runner(Protocol):
    """Whoever gives algorithms their turns."""

    def build(self, record: AlgorithmRecord) -> None:
        """Make the algorithm's instance, only of the very file that decided."""

    def collect(self, minute: int, snapshot: Snapshot) -> list[TradingSignal]:
        """Return what each algorithm of the snapshot wants."""


class Risk(Protocol):
    """Our own rules."""

    def judge(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        """Return one decision a signal."""


@dataclass(frozen=True, slots=True)
class Instruments:
    """What decides, passed in by the builder.

    runner: a new one, that imports every file anew, so that nothing of an earlier repetition is left. risk: the rules
    with nothing but books, session and bars to look at. why_changed: why an algorithm's file is not the one that
    decided, None when it is. may_go_on: asked now and then.
    """

    runner: Callable[[MarketThen], Runner]
    risk: Risk
    why_changed: Callable[[AlgorithmRecord], str | None]
    may_go_on: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Again:
    """A minute decided again."""

    said: Said
    reads: frozenset[Read]


def decide_again(
    live: LiveAlgorithm,
    minutes: Iterable[LiveMinute],
    world: WatchedWorld,
    *,
    instruments: Instruments,
    births: Collection[int] = (),
) -> dict[int, Again]:
    """Return the minutes decided again, by minute; those in which live had no turn are left out.

    births: minutes at which live's instance was a new one. Raises StrategyError when the algorithm cannot be built,
    OutOfTime when the check may not go on.
    """
    repetition = _Repetition(live, world, instruments)
    turns = [each for each in minutes if each.had_turn]
    try:
        db_manager.bind(world)
        system_db_manager.bind(repetition.books.transactions)
        position_sizing.bind_portfolio(repetition.portfolio)
        return repetition.play(turns, births=frozenset(births))
    finally:
        system_db_manager.bind(None)
        position_sizing.bind_portfolio(None)
        db_manager.unbind()


class _Repetition:
    def __init__(self, live: LiveAlgorithm, world: WatchedWorld, instruments: Instruments) -> None:
        self.books = BooksThen(live)
        self._record = live.record
        self._world = world
        self._market = MarketThen(world)
        self._instruments = instruments
        self._equity = live.equity

    def play(self, turns: list[LiveMinute], *, births: frozenset[int]) -> dict[int, Again]:
        decided: dict[int, Again] = {}
        for number, turn in enumerate(turns):
            if number % MINUTES_BETWEEN_LOOKS == 0 and not self._instruments.may_go_on():
                raise OutOfTime
            if number == 0 or turn.minute in births:
                self._build(turn.minute)
            decided[turn.minute] = self._decide(turn)
        return decided

    def portfolio(self) -> Portfolio | None:
        """Return the account as live knew it in this minute; what it could buy for is not kept."""
        equity = self._equity.get(self._world.as_of or 0)
        return None if equity is None else Portfolio(equity, math.inf)

    def _build(self, minute: int) -> None:
        """Make a new instance, which may look around as it is made: it then sees what was over a minute before."""
        self._world.begin_turn(minute - MINUTE)
        self.books.move_to(minute - MINUTE, {})
        self._runner = self._instruments.runner(self._market)
        self._runner.build(self._record)

    def _decide(self, turn: LiveMinute) -> Again:
        self._world.begin_turn(turn.minute)
        self.books.move_to(turn.minute, turn.saw)
        view = self.books.view
        prices: Mapping[str, float] = self._market.prices(self._record.ticker)
        snapshot = Snapshot(turn.minute - MINUTE, {self._record.id: view}, prices)
        signals = self._runner.collect(turn.minute, snapshot)
        (decision,) = self._instruments.risk.judge(signals, snapshot, turn.minute)
        return Again(_said(decision), frozenset(self._world.reads))


def _said(decision: Decision) -> Said:
    signal = decision.signal
    return Said(str(signal.action), str(signal.shares), str(decision.outcome), decision.gate, decision.reason)
