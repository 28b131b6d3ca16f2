"""One minute, left to right: the map you can run.

In: a tick. Out: stored bars, decisions, orders, news. Thread: engine.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from database.timestamps import iso_minute
from orchestra.messages.events import MinuteFinished
from orchestra.messages.lockstep import Tick
from system_databse.decision import Decision
from system_databse.snapshot import Snapshot
from system_databse.trading_signal import TradingSignal

log = logging.getLogger(__name__)


class Market(Protocol):
    """What the algorithms see."""

    @property
    def prices(self) -> Mapping[str, float]:
        """Return the last final close by symbol."""

    def close(self, tick: Tick) -> None:
        """Store the bars that are over and move the as-of time."""


class Books(Protocol):
    """What we hold and owe."""

    @property
    def minute(self) -> int:
        """Return the last decided minute."""

    def snapshot(self, prices: Mapping[str, float]) -> Snapshot:
        """Return the state the minute is judged on."""


class Signals(Protocol):
    """Everything that can want an order."""

    def collect(self, minute: int, snapshot: Snapshot) -> list[TradingSignal]:
        """Return what each algorithm wants."""


class Risk(Protocol):
    """Our own rules."""

    def judge(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        """Return one decision a signal."""


class Desk(Protocol):
    """The way to the broker."""

    def carry_out(self, decisions: Iterable[Decision], minute: int) -> None:
        """Commit the minute, then send."""


class OwnersDesk(Desk, Protocol):
    """The way to the broker where there is an owner who acts beside the minutes."""

    def carry_out_owners(self, decisions: Iterable[Decision]) -> list[Decision]:
        """Commit what the owner wants, then send; no minute is decided. Returns what was committed."""


class OrderPath:
    """The one path of every order of a minute, live and in backtests."""

    def __init__(self, risk: Risk, desk: Desk) -> None:
        self.risk = risk
        self.desk = desk

    def handle(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> None:
        """Take the signals of a minute through it."""
        decisions = self.risk.judge(signals, snapshot, minute)
        self.desk.carry_out(decisions, minute)


class Pipeline(OrderPath):
    """Run minutes. is_decision_minute: whether a session's bar is over at that minute."""

    def __init__(
        self,
        *,
        market: Market,
        books: Books,
        signals: Signals,
        risk: Risk,
        desk: OwnersDesk,
        publish: Callable[[object], None],
        is_decision_minute: Callable[[int], bool],
    ) -> None:
        super().__init__(risk, desk)
        self._owners_desk = desk
        self.market = market
        self.books = books
        self.signals = signals
        self._publish = publish
        self._is_decision_minute = is_decision_minute
        self._is_refusing = False

    def run_minute(self, tick: Tick) -> None:
        """Close the minute's market, let every algorithm decide, and send what passes the gate.

        A minute that is already decided is left alone: its cursor is on disk.
        """
        if tick.minute <= self.books.minute:
            self._refuse(tick.minute)
            return
        self._is_refusing = False
        self.market.close(tick)
        snapshot = self.books.snapshot(self.market.prices)
        if not self._is_decision_minute(tick.minute):
            self.handle([], snapshot, tick.minute)
            return
        self.handle(self.signals.collect(tick.minute, snapshot), snapshot, tick.minute)
        self._publish(MinuteFinished(tick.minute))

    def _refuse(self, minute: int) -> None:
        """Tell once, however many minutes it takes until the clock has caught up."""
        if not self._is_refusing:
            log.warning(
                "Minute %s is not run, all until %s are decided: check the machine's clock.",
                iso_minute(minute),
                iso_minute(self.books.minute),
            )
        self._is_refusing = True

    def handle_owners(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        """Take the owner's own signals through the same path, at any time; the minute stays open."""
        return self._owners_desk.carry_out_owners(self.risk.judge(signals, snapshot, minute))
