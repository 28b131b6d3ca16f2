"""The exchange: one market, one account, and the clock that waits for its engine.

In: orders, and `done(minute)` from the engine. Out: fills and bars to the attached streams, ticks to the engine.
Thread: any; one lock. Nothing is answered, streamed or ticked before it is on disk.
"""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from database.bar import Bar
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.messages.lockstep import Execution, Settlement, Tick
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.matching import match
from orchestra.paper_exchange.book.opening import BookTerms, open_book
from orchestra.paper_exchange.book.order_entry import Entry, new_order
from orchestra.paper_exchange.book.order_request import OrderRequest
from orchestra.paper_exchange.book.order_rules import refuse_for_account
from orchestra.paper_exchange.book.orders import (
    Order,
    OrderFill,
    OrderStatus,
    OrderType,
    OrderUpdate,
)
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed, not_found
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.market.market import Market, exact, traded
from orchestra.paper_exchange.pace import Pace
from orchestra.paper_exchange.schedule import Schedule
from orchestra.runtime.clock import Clock


class Streams(Protocol):
    """Live connections that want to hear of bars and orders. No call may block."""

    def wanted(self) -> frozenset[str] | None:
        """Return the symbols that anybody listens to; None when somebody listens to all."""

    def minute_began(self, minute: int) -> None:
        """Send what is due at a minute that the clock has reached, beside the bars of the minute before."""

    def send_bars(self, bars: Sequence[Bar]) -> frozenset[str]:
        """Send the bars of one minute; return the symbols that went out to anybody."""

    def send_update(self, update: OrderUpdate) -> None:
        """Send one order event."""


class PaperExchange:
    """Trade one account against one market. Satisfies LockStep.

    `now` is a minute T of market time, committed. While T is unsettled, `done(T)` fills market orders at the open of
    [T, T + 60); once it is settled, `next_tick(T)` matches the other orders against that bar and moves on to T + 60.
    """

    def __init__(
        self,
        data_path: Path,
        market: Market,
        calendar: MarketCalendar,
        *,
        cash: Decimal,
        clock: Clock,
        speed: float | None = None,
        closed_seconds: float = 0.0,
        start: int | None = None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.market = market
        self.calendar = calendar
        self.schedule = Schedule(market.days, calendar, start=start)
        terms = BookTerms(market.fingerprint, cash, self.schedule.first_minute)
        self.store, book = open_book(data_path, terms, new_id)
        self.account = book.account
        self.now = book.minute
        self._is_settled = book.is_settled
        self._newest_order_at = book.newest_order_at
        self._fills = self.store.fills_made_at(book.minute)
        # What happened at `now` that the engine has to know, and how much of it the last answer told.
        self._news = len(self._fills)
        self._told = 0
        self._clock = clock
        self._pace = Pace(clock, speed, closed_seconds=closed_seconds)
        self._pace.reach(is_close=self.now == self._close_of(self.now))
        self._new_id = new_id
        self.streams: Streams | None = None
        self._has_engine = False
        self._is_closed = False
        self._changed = threading.Condition(threading.RLock())

    @classmethod
    def open(
        cls,
        data_path: Path,
        market: Market,
        calendar: MarketCalendar,
        *,
        cash: Decimal,
        clock: Clock,
        speed: float | None = None,
        closed_seconds: float = 0.0,
        start: int | None = None,
    ) -> "PaperExchange":
        """Open the book at data_path, or start one with that cash at the minute `start`: the first open unless given.

        speed: ceiling in market seconds a second; None is as fast as nothing is lost. closed_seconds: shortest stay at
        a close, if there is a speed. Raises StorageError for a file that cannot be used, ConfigError when the book was
        kept for other bars or another opening cash.
        """
        return cls(
            data_path,
            market,
            calendar,
            cash=cash,
            clock=clock,
            speed=speed,
            closed_seconds=closed_seconds,
            start=start,
        )

    def close(self) -> None:
        """Let waiting calls go and close the book. Everything acknowledged is in the file."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            self.store.close()

    @property
    def account_number(self) -> str:
        """Return the account's number, random for each book."""
        return self.account.account_number

    def attach(self, streams: Streams) -> None:
        """Send bars and order events to these connections from now on."""
        with self._changed:
            self.streams = streams

    def last_price(self, symbol: str) -> Decimal:
        """Return the close of the newest bar that is over; before the first one, the price trading will begin with."""
        bar = self.market.last_bar(symbol, self.now)
        if bar is not None:
            return exact(bar.close)
        ahead = self.market.bars(symbol, self.now, self.schedule.last_minute)
        return exact(ahead[0].open) if ahead else Decimal(0)

    def done(self, minute: int, *, seen: int | None = None) -> Settlement:
        """Take the engine's word that it has sent all it wants at `minute`, and fill its market orders.

        seen: news of the last answer that reached the engine; None when answers cannot get lost, then the call
        itself says that the last one arrived. Raises ConfigError when the engine is ahead of this book.
        """
        with self._changed:
            self._has_engine = True
            if minute < self.now:
                return Settlement((), is_settled=True)
            self._require_not_ahead(minute)
            is_settled = self._settle(self._told if seen is None else seen)
            self._told = self._news
            return Settlement(tuple(_execution(fill) for fill in self._fills), is_settled, self._news)

    def next_tick(self, after: int, wait_seconds: float) -> Tick | None:
        """Return the first tick later than `after`; None when the engine or the speed keeps it back for so long."""
        deadline = self._clock.monotonic() + wait_seconds
        with self._changed:
            while not self._is_closed:
                self._require_not_ahead(after)
                if self.now > after:
                    wanted = self._wanted()
                    return Tick(self.now, self._traded(wanted), told=wanted)
                held_back = self._pace.seconds_left()
                if self._is_settled and held_back <= 0:
                    return self._advance()
                remaining = deadline - self._clock.monotonic()
                if remaining <= 0:
                    return None
                self._changed.wait(min(remaining, held_back) if held_back > 0 else remaining)
        return None

    def run_free(self, stop: threading.Event) -> None:
        """Move the clock on at the set speed until stopped, as long as no engine has ever said `done`."""
        while not stop.is_set():
            with self._changed:
                if self._has_engine or self._is_closed:
                    return
                seconds = self._pace.seconds_left()
                if seconds <= 0 and self._step_free().has_ended:
                    return
            if seconds > 0:
                stop.wait(seconds)

    def submit(self, request: OrderRequest) -> Order | Refusal:
        """Place an order, or return why not."""
        with self._changed:
            order = self._order(request)
            if isinstance(order, Refusal):
                return order
            refusal = refuse_for_account(order, self.account, self.last_price)
            if refusal:
                return refusal
            draft = self._draft()
            draft.add(order)
            self._commit(draft)
            self._newest_order_at = order.submitted_at
            return order

    def cancel(self, order_id: str) -> Order | Refusal:
        """Cancel a working order, or return why not."""
        with self._changed:
            order = self.account.working.get(order_id)
            if order is None:
                ended = self.store.order(order_id)
                return _not_cancelable(ended) if ended else not_found(f"order not found for {order_id}")
            draft = self._draft()
            draft.step(order, OrderStatus.CANCELED)
            self._commit(draft)
            return draft.orders[order_id]

    def _order(self, request: OrderRequest) -> Order | Refusal:
        symbol = symbol_of(self.market, request.symbol)
        session = self.schedule.trading_session(self.now)
        client_order_id = request.client_order_id or str(self._new_id())
        if symbol is None:
            return not_allowed(f'asset "{request.symbol}" not found')
        if session is None:
            return not_allowed("the market data ends here, no later session can fill an order")
        if self.store.order_by_client_id(client_order_id):
            return invalid("client_order_id must be unique")
        entry = Entry(symbol, session, self.now, self._is_settled, self._newest_order_at)
        return new_order(request, entry, order_id=str(self._new_id()), client_order_id=client_order_id)

    def _step_free(self) -> Tick:
        self._settle(self._news)
        self._is_settled = True
        return self._advance()

    def _settle(self, seen: int) -> bool:
        """Fill market orders at this minute's open, or end the session's orders; tell whether all news is seen."""
        draft = self._draft()
        is_close = self.now == self._close_of(self.now)
        if is_close:
            draft.expire()
            draft.last_equity = self.account.equity(self.last_price)
        else:
            match(draft, self.market, self.now, types={OrderType.MARKET}, new_id=self._new_id)
        news = self._news + len(draft.updates)
        # Not "equal": a book that was reopened at a close counts its fills, but no longer the orders that ended.
        is_all_seen = seen >= news
        is_settled = self._is_settled or is_all_seen
        # A quiet minute is on disk already. A close keeps its settled state, or a finished book would not know its end.
        if draft.updates or (is_settled and not self._is_settled and is_close):
            self._commit(draft, is_settled=is_settled)
        self._news, self._is_settled = news, is_settled
        self._changed.notify_all()
        return is_all_seen

    def _advance(self) -> Tick:
        """Match what is left against this minute's bar and visit the next minute. The lock is held, T is settled."""
        minute = self.schedule.next_minute(self.now)
        if minute is None:
            return Tick(self.now, has_ended=True)
        draft = self._draft(minute)
        is_in_session = self.now < self._close_of(self.now)
        if is_in_session:
            match(draft, self.market, self.now, types=set(OrderType), new_id=self._new_id)
        draft.release()
        wanted = self._wanted()
        bars = self.market.bars_at(self.now, wanted) if is_in_session else ()
        self._commit(draft, minute=minute, is_settled=False)
        self._news, self._told = len(draft.fills), 0
        self._pace.reach(is_close=minute == self._close_of(minute))
        self._changed.notify_all()
        if self.streams:
            self.streams.minute_began(minute)
        sent = self.streams.send_bars(bars) if self.streams and bars else frozenset[str]()
        return Tick(minute, frozenset(bar.symbol for bar in bars), sent, told=wanted)

    def _draft(self, minute: int | None = None) -> Draft:
        return Draft(self.account, self.now if minute is None else minute)

    def _commit(self, draft: Draft, *, minute: int | None = None, is_settled: bool | None = None) -> None:
        """Store, then take over, then tell. is_settled is written only where it says something after a restart."""
        minute = self.now if minute is None else minute
        is_settled = self._is_settled if is_settled is None else is_settled
        self.store.save(draft, minute=minute, is_settled=is_settled and minute == self._close_of(minute))
        self._fills = (self._fills if minute == self.now else []) + draft.fills
        self.account, self.now, self._is_settled = draft.result, minute, is_settled
        if self.streams:
            for update in draft.updates:
                self.streams.send_update(update)

    def _close_of(self, minute: int) -> int:
        return self.schedule.session_of(minute).close

    def _wanted(self) -> frozenset[str] | None:
        """Return the symbols that somebody needs, streamed, held or ordered; None for all the market lists.

        A market without an end makes its bars when it is asked: all of them each minute would be work for nobody.
        """
        if not self.schedule.is_endless:
            return None
        streamed = self.streams.wanted() if self.streams else frozenset[str]()
        if streamed is None:
            return None
        ordered = (order.symbol for order in self.account.working.values())
        return streamed.union(self.account.positions, ordered)

    def _traded(self, among: frozenset[str] | None) -> frozenset[str]:
        """Return what traded in the session minute before now; a session's open follows no minute of it."""
        is_after_open = self.now > self.schedule.session_of(self.now).open
        return traded(self.market, self.now, among) if is_after_open else frozenset()

    def _require_not_ahead(self, minute: int) -> None:
        if minute > self.now:
            raise ConfigError(
                f"The engine stands at second {minute} and the exchange at {self.now}: "
                "use the system.db and exchange.db of one and the same run."
            )


def _not_cancelable(order: Order) -> Refusal:
    return not_allowed(f'order is already in "{order.status}" state')


def _execution(fill: OrderFill) -> Execution:
    return Execution(
        execution_id=fill.execution_id,
        client_order_id=fill.client_order_id,
        symbol=fill.symbol,
        side=fill.side.value,
        qty=fill.qty,
        price=fill.price,
        cumulative_qty=fill.cumulative_qty,
        at=fill.at,
    )
