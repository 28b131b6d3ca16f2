"""The owner's sales: shares that the owner wants sold, sold through the one path until they are gone.

In: records whose sale is wanted. Out: the owner's signals in the pipeline. Thread: engine.
The wish is on disk, so that a restart goes on with it. While the market is closed it waits for the next session's
first decision; nothing is carried over a close as an order.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.execution.books import Books
from orchestra.execution.order_desk import LAST_SEND_BEFORE_CLOSE_SECONDS, OrderDesk
from orchestra.office.allocation import LastBar
from orchestra.runtime.clock import Clock
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.decision import Decision
from system_databse.order import Order, Purpose
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, Source, TradingSignal

log = logging.getLogger(__name__)

STOPPED_BY_OWNER = "STOPPED_BY_OWNER"
LONGEST_PAUSE_MINUTES = 32
# One pass may not keep the minutes waiting, however slowly the broker answers.
PASS_SECONDS = 10.0
REASON = "the owner stopped it and wants its shares sold"
REASON_OF_ALL = "the owner wants everything sold"


class Path(Protocol):
    """The one path of every order."""

    def handle_owners(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        """Judge, commit and send what the owner wants; returns what was decided."""


class OwnerSales:
    """Sell what is wanted to be sold, at most one attempt an algorithm and minute, only its own shares."""

    def __init__(
        self,
        books: Books,
        desk: OrderDesk,
        path: Path,
        *,
        clock: Clock,
        calendar: MarketCalendar,
        last_bar: LastBar,
        on_done: Callable[[int], None],
    ) -> None:
        self._books = books
        self._desk = desk
        self._path = path
        self._clock = clock
        self._calendar = calendar
        self._last_bar = last_bar
        self._on_done = on_done
        self._not_before: dict[int, int] = {}
        self._refusals: dict[int, int] = {}

    def run_due(self) -> None:
        """Take every wanted sale one step further: cancel, sell, or note that it is over.

        What ten seconds are not enough for comes in the next pass.
        """
        wanted = [record.id for record in self._books.records.values() if record.is_sell_wanted]
        ends_at = self._clock.monotonic() + PASS_SECONDS if wanted else 0.0
        for algorithm_id in wanted:
            self._advance(self._books.view(algorithm_id))
            if self._clock.monotonic() >= ends_at:
                return

    def is_open_now(self) -> bool:
        """Say whether a sale may be sent at this moment of market time."""
        now = self._clock.now().timestamp()
        minute = _floor(now)
        session = self._calendar.session_for_decision(minute)
        if session is None or minute >= session.close:
            return False
        return self._clock.is_simulated or now < session.close - LAST_SEND_BEFORE_CLOSE_SECONDS

    def cancel_others(self, view: AlgorithmView) -> None:
        """Ask to cancel what the algorithm itself has working; the owner's own sale goes on."""
        for order in view.working:
            if _is_in_the_way(order) and order.cancel_wanted_at is None:
                self._desk.cancel(order, STOPPED_BY_OWNER)

    def _advance(self, view: AlgorithmView) -> None:
        self.cancel_others(view)
        view = self._books.view(view.record.id)
        if view.working:
            return
        if not view.position.is_open:
            self._books.want_sale(view.record.id, is_wanted=False)
            self._refusals.pop(view.record.id, None)
            log.info("Algorithm %d holds no shares any more.", view.record.id)
            self._on_done(view.record.id)
            return
        minute = _floor(self._clock.now().timestamp())
        if self.is_open_now() and minute >= self._not_before.get(view.record.id, 0):
            self._path.handle_owners([self._signal(view, minute)], self._books.snapshot({}), minute)
            self._plan(view.record.id, minute)

    def _plan(self, algorithm_id: int, minute: int) -> None:
        """Try again in the next minute; what was refused outright, later and later, so that it fills no tables."""
        is_refused = not self._books.view(algorithm_id).working
        refusals = self._refusals.get(algorithm_id, 0) + 1 if is_refused else 0
        self._refusals[algorithm_id] = refusals
        self._not_before[algorithm_id] = minute + min(2 ** max(refusals - 1, 0), LONGEST_PAUSE_MINUTES) * MINUTE

    def _signal(self, view: AlgorithmView, minute: int) -> TradingSignal:
        last_bar = self._last_bar(view.record.ticker)
        return TradingSignal(
            algorithm_id=view.record.id,
            strategy=view.record.name,
            symbol=view.record.ticker,
            minute=minute,
            action=Action.SELL,
            shares=view.position.qty,
            reason=REASON if view.record.status is AlgorithmStatus.STOPPED else REASON_OF_ALL,
            last_bar_ts=last_bar[0] if last_bar else None,
            price=last_bar[1] if last_bar else None,
            source=Source.MANUAL,
        )


def orders_in_the_way(view: AlgorithmView) -> list[Order]:
    """Return the orders of the algorithm itself that may still trade."""
    return [order for order in view.working if _is_in_the_way(order)]


def _is_in_the_way(order: Order) -> bool:
    return order.purpose is not Purpose.MANUAL


def _floor(seconds: float) -> int:
    return int(seconds // MINUTE) * MINUTE
