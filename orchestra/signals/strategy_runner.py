"""Turns: every running algorithm once a minute, each alone with its limit and its faults.

In: the market as of the minute, the snapshot. Out: one TradingSignal an algorithm. Thread: engine.
"""

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Protocol

from database.timestamps import iso_minute
from orchestra.runtime.clock import Clock
from orchestra.signals.parameters import Params
from orchestra.signals.strategy_loader import StrategyFile, StrategyLoader
from orchestra.signals.turns.answer import Answer, read_answer
from orchestra.signals.turns.turn_signal import turn_signal
from orchestra.signals.turns.turn_timer import TurnInterrupted, TurnTimer
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.errors import StrategyError
from system_databse.order import ZERO
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, Outcome, TradingSignal

log = logging.getLogger(__name__)

# In real time what has not had its turn by then goes first in the next minute.
WARN_AFTER_MS = 2_000
LAST_TURN_SECONDS = 50
TRADES = (Action.BUY, Action.SELL)
NO_TIME_LEFT = "the minute was over before its turn came"


class Strategy(Protocol):
    """The owner's contract, kept by strangers' files."""

    def run(self, current_time: str, algo_id: int) -> object:
        """Return ('buy'|'sell', shares) or ('hold', 0)."""


class Market(Protocol):
    """What the runner needs of the market view."""

    @property
    def late_symbols(self) -> frozenset[str]:
        """Return the symbols whose bar is expected and missing."""

    def await_late(self, minute: int) -> None:
        """Wait for them a little."""

    def last_bar(self, symbol: str) -> tuple[int, float] | None:
        """Return start and close of the newest visible bar, or None."""


class TurnWatch(Protocol):
    """Who looks on while strangers' code runs: told before it begins and after it has ended."""

    def begin(self, algorithm_id: int) -> None:
        """Take note that this algorithm's code runs now."""

    def end(self, algorithm_id: int, *, is_build: bool = False) -> None:
        """Take note that it runs no more; is_build: it was imported and made, it had no turn."""


class Unwatched:
    """Nobody looks on."""

    def begin(self, algorithm_id: int) -> None:
        """Do nothing."""

    def end(self, algorithm_id: int, *, is_build: bool = False) -> None:
        """Do nothing."""


class StrategyRunner:
    """Own the instances of all algorithms and give each its turn.

    after_turn: called after each turn to undo what strangers' code may have done to shared things (logging).
    usual_profit: what a trade in a symbol may usually bring, where a strategy does not say. turn_watch: who looks on.
    resting: why no algorithm is built or has a turn, empty while all do.
    """

    def __init__(
        self,
        loader: StrategyLoader,
        timer: TurnTimer,
        clock: Clock,
        *,
        market: Market,
        after_turn: Callable[[], None],
        usual_profit: Callable[[str], float | None] = lambda _symbol: None,
    ) -> None:
        self._usual_profit = usual_profit
        self._loader = loader
        self._timer = timer
        self._clock = clock
        self._market = market
        self._after_turn = after_turn
        self._instances: dict[int, Strategy] = {}
        self._skipped: frozenset[int] = frozenset()
        # Of the last minute: its longest turn in milliseconds, and whose it was.
        self.slowest: tuple[float, int] | None = None
        self.turn_watch: TurnWatch = Unwatched()
        self.resting = ""

    def build(self, record: AlgorithmRecord) -> None:
        """Import the algorithm's file and make its instance; while all are resting, leave it.

        Raises StrategyError when the file changed, cannot be imported or its constructor fails.
        """
        if self.resting:
            return
        strategy = self._loader.find(record.file)
        if strategy.sha256 != record.file_sha256:
            raise StrategyError(f"{strategy.path} has changed since the algorithm was started.")
        self.turn_watch.begin(record.id)
        try:
            self._instances[record.id] = self._loader.make(
                strategy, record.ticker, record.initial_capital, params=json.loads(record.params)
            )
        finally:
            self.turn_watch.end(record.id, is_build=True)
            self._after_turn()

    def try_out(
        self, name: str, ticker: str, capital: Decimal, *, params: Params
    ) -> tuple[StrategyFile, dict[str, Any]]:
        """Return the strategy's file and the values as it takes them, once an instance could be made.

        Raises StrategyError when there is no such strategy, or it cannot be built with these values.
        """
        try:
            strategy = self._loader.find(name)
            fitted = self._loader.fitted(strategy, params)
            self._loader.make(strategy, ticker, capital, params=fitted)
        finally:
            self._after_turn()
        return strategy, fitted

    def current_sha256(self, record: AlgorithmRecord) -> str:
        """Return the digest of the algorithm's file as it is now; raises StrategyError when it is gone."""
        return self._loader.find(record.file).sha256

    def is_intraday(self, algorithm_id: int) -> bool:
        """Say whether an algorithm always closes on the day it opens: INTRADAY = True in its class or its file."""
        strategy = type(self._instances.get(algorithm_id))
        module = sys.modules.get(strategy.__module__)
        return getattr(strategy, "INTRADAY", getattr(module, "INTRADAY", False)) is True

    def forget(self, algorithm_id: int) -> None:
        """Drop the instance of an algorithm that no longer runs."""
        self._instances.pop(algorithm_id, None)

    def collect(self, minute: int, snapshot: Snapshot) -> list[TradingSignal]:
        """Give every running algorithm its turn and return what each wants.

        Those skipped last time go first, those whose bar is late last, when it has come or the wait is over.
        """
        if self.resting:
            return [
                self._skip(view, minute, self.resting) for view in snapshot.algorithms.values() if _is_running(view)
            ]
        running = [view for id_, view in snapshot.algorithms.items() if id_ in self._instances and _is_running(view)]
        running.sort(key=lambda view: view.record.id not in self._skipped)
        late_symbols = self._market.late_symbols
        ready = [view for view in running if view.record.ticker not in late_symbols]
        waiting = [view for view in running if view.record.ticker in late_symbols]
        signals = self._turns(ready, minute)
        if waiting:
            self._market.await_late(minute)
            signals += self._turns(waiting, minute)
        self._skipped = frozenset(signal.algorithm_id for signal in signals if signal.failure is Outcome.SKIPPED)
        self.slowest = max(((each.elapsed_ms, each.algorithm_id) for each in signals), default=None)
        return signals

    def _turns(self, views: list[AlgorithmView], minute: int) -> list[TradingSignal]:
        return [
            self._skip(view, minute, NO_TIME_LEFT) if self._is_late(minute) else self._turn(view, minute)
            for view in views
        ]

    def _is_late(self, minute: int) -> bool:
        return not self._clock.is_simulated and self._clock.now().timestamp() >= minute + LAST_TURN_SECONDS

    def _skip(self, view: AlgorithmView, minute: int, reason: str) -> TradingSignal:
        answer = Answer(Action.NONE, ZERO, reason)
        return turn_signal(view, minute, answer, last_bar=self._last_bar(view), failure=Outcome.SKIPPED)

    def _turn(self, view: AlgorithmView, minute: int) -> TradingSignal:
        started = self._clock.monotonic()
        try:
            answer, failure = self._ask(view.record.id, minute), None
        except StrategyError as error:
            answer, failure = Answer(Action.NONE, ZERO, str(error)), Outcome.FAILED
        except TurnInterrupted:
            answer, failure = Answer(Action.NONE, ZERO, "did not answer within its time limit"), Outcome.INTERRUPTED
        self._after_turn()
        if answer.action in TRADES and answer.expected_profit is None:
            answer = replace(answer, expected_profit=self._usual_profit(view.record.ticker))
        if failure:
            log.error("Algorithm %d (%s): %s", view.record.id, view.record.name, answer.reason)
        elapsed_ms = (self._clock.monotonic() - started) * 1000
        if elapsed_ms > WARN_AFTER_MS:
            log.warning("Algorithm %d (%s) took %.1f s.", view.record.id, view.record.name, elapsed_ms / 1000)
        return turn_signal(
            view, minute, answer, last_bar=self._last_bar(view), failure=failure, elapsed_ms=round(elapsed_ms, 3)
        )

    def _last_bar(self, view: AlgorithmView) -> tuple[int, float] | None:
        return self._market.last_bar(view.record.ticker)

    def _ask(self, algorithm_id: int, minute: int) -> Answer:
        strategy = self._instances[algorithm_id]
        current_time = iso_minute(minute)
        self.turn_watch.begin(algorithm_id)
        try:
            return self._timer.call(lambda: read_answer(strategy.run(current_time, algorithm_id), strategy))
        finally:
            self.turn_watch.end(algorithm_id)


def _is_running(view: AlgorithmView) -> bool:
    return view.record.status is AlgorithmStatus.RUNNING
