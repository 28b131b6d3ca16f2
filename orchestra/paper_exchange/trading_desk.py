"""The counter of the exchange: place, replace and cancel orders, close positions, change the account's settings.

In: requests that have been read. Out: what the book now holds, or a Refusal that changed nothing. Thread: any; each
call holds the exchange's lock, and is committed before it returns.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Protocol
from uuid import UUID

from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.entry.account_rules import (
    refuse_by_settings,
    refuse_for_account,
    refuse_stop_price,
)
from orchestra.paper_exchange.book.entry.auction_hours import refuse_late_auction
from orchestra.paper_exchange.book.entry.order_entry import Entry, new_orders
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.entry.replacement import Change, refuse_change, successor
from orchestra.paper_exchange.book.floor import families
from orchestra.paper_exchange.book.orders import (
    SMALLEST_SHARE,
    Order,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    microseconds,
)
from orchestra.paper_exchange.book.records.configuration import Configuration, changed
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed, not_found
from orchestra.paper_exchange.book.store import BookStore
from orchestra.paper_exchange.extended_hours import after_hours
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.market.market import Market
from orchestra.paper_exchange.schedule import Schedule

PERCENT = Decimal(100)


class Floor(Protocol):
    """What the counter needs of the exchange behind it."""

    market: Market
    schedule: Schedule
    store: BookStore
    account: Account
    now: int

    @property
    def is_settled(self) -> bool:
        """Tell whether this minute's bar fills nothing new."""

    @property
    def newest_order_at(self) -> int:
        """Return when the newest order was submitted, microseconds."""

    def is_tradable(self, symbol: str) -> bool:
        """Tell whether orders in the symbol are taken at all."""

    def last_price(self, symbol: str) -> Decimal:
        """Return what a share is worth."""

    def asking_price(self, symbol: str) -> Decimal:
        """Return what a share costs a buyer."""

    def draft(self) -> Draft:
        """Return a draft at this minute."""

    def commit(self, draft: Draft) -> None:
        """Store a draft, take it over, tell of it."""


class TradingDesk:
    """Serve one account's orders."""

    def __init__(self, floor: Floor, lock: AbstractContextManager[object], new_id: Callable[[], UUID]) -> None:
        self._floor = floor
        self._lock = lock
        self._new_id = new_id

    def submit(self, request: OrderRequest) -> Order | Refusal:
        """Place an order and its legs, or return why not."""
        with self._lock:
            orders = self._new_orders(request)
            if isinstance(orders, Refusal):
                return orders
            floor, order = self._floor, orders[0]
            refusal = refuse_stop_price(orders, floor.last_price(order.symbol)) or refuse_for_account(
                order, floor.account, floor.asking_price
            )
            if refusal:
                return refusal
            draft = floor.draft()
            for each in orders:
                draft.add(each)
            floor.commit(draft)
            return order

    def replace(self, order_id: str, change: Change) -> Order | Refusal:
        """Put a changed order in another one's place and return it, or return why not."""
        with self._lock:
            order = self._known(order_id)
            if isinstance(order, Refusal):
                return order
            new_order = refuse_change(order, change) or self._successor(order, change)
            if isinstance(new_order, Refusal):
                return new_order
            refusal = self._refuse_successor(order, new_order)
            if refusal:
                return refusal
            draft = self._floor.draft()
            _exchange(draft, order, new_order)
            self._floor.commit(draft)
            return new_order

    def cancel(self, order_id: str) -> Order | Refusal:
        """Cancel a working order and its family, or return why not."""
        with self._lock:
            order = self._known(order_id)
            if isinstance(order, Refusal):
                return order
            if not order.is_working:
                return not_allowed(f'order is already in "{order.status}" state')
            draft = self._floor.draft()
            families.cancel(draft, order)
            self._floor.commit(draft)
            return draft.orders[order_id]

    def cancel_all(self) -> list[Order]:
        """Cancel every working order and return them."""
        with self._lock:
            draft = self._floor.draft()
            canceled = [draft.step(order, OrderStatus.CANCELED) for order in draft.working]
            self._floor.commit(draft)
            return canceled

    def close_position(self, symbol: str, *, qty: Decimal | None, percentage: Decimal | None) -> Order | Refusal:
        """Sell shares of a position at the market, all of them unless told otherwise, or return why not."""
        with self._lock:
            held = self._floor.account.positions.get(symbol)
            if held is None:
                return not_found("position does not exist")
            wanted = held.qty if qty is None else qty
            if percentage is not None:
                wanted = (held.qty * percentage / PERCENT).quantize(SMALLEST_SHARE, ROUND_DOWN)
            if wanted <= 0:
                return invalid("qty must be > 0")
            return self.submit(_closing(symbol, wanted))

    def close_all(self, *, cancel_orders: bool) -> list[tuple[str, Order | Refusal]]:
        """Sell every position at the market, after canceling all orders when told to; return what came of each."""
        with self._lock:
            if cancel_orders:
                self.cancel_all()
            symbols = sorted(self._floor.account.positions)
            return [(symbol, self.close_position(symbol, qty=None, percentage=None)) for symbol in symbols]

    def configure(self, body: object) -> Configuration | Refusal:
        """Change the account's settings and return all of them, or return why not."""
        with self._lock:
            configuration = changed(self._floor.account.configuration, body)
            if isinstance(configuration, Refusal):
                return configuration
            draft = self._floor.draft()
            draft.configuration = configuration
            self._floor.commit(draft)
            return configuration

    def _new_orders(self, request: OrderRequest) -> list[Order] | Refusal:
        floor = self._floor
        symbol = symbol_of(floor.market, request.symbol)
        if symbol is None:
            return not_allowed(f'asset "{request.symbol}" not found')
        if not floor.is_tradable(symbol):
            return not_allowed(f'asset "{symbol}" is not tradable')
        entry = self._entry(symbol)
        if isinstance(entry, Refusal):
            return entry
        refusal = self._refuse_known_id(request.client_order_id) or refuse_by_settings(request, floor.account)
        refusal = refusal or refuse_late_auction(request.time_in_force, entry.session, floor.now)
        if refusal:
            return refusal
        client_order_id = request.client_order_id or str(self._new_id())
        return new_orders(request, entry, client_order_id=client_order_id, new_id=self._new_id)

    def _entry(self, symbol: str) -> Entry | Refusal:
        floor = self._floor
        session = floor.schedule.trading_session(floor.now)
        if session is None:
            return not_allowed("the market data ends here, no later session can fill an order")
        current = floor.schedule.session_of(floor.now)
        # Without a later session the clock never leaves the close, so nothing after it can trade.
        has_later = floor.schedule.session_after(current.open) is not None
        return Entry(
            symbol=symbol,
            session=session,
            now=floor.now,
            is_settled=floor.is_settled,
            newest_order_at=floor.newest_order_at,
            last_price=floor.last_price(symbol),
            after_hours=after_hours(current) if has_later else (current.close, current.close),
        )

    def _successor(self, order: Order, change: Change) -> Order | Refusal:
        entry = self._entry(order.symbol)
        if isinstance(entry, Refusal):
            return entry
        refusal = self._refuse_known_id(change.client_order_id)
        if refusal:
            return refusal
        client_order_id = change.client_order_id or str(self._new_id())
        return successor(order, change, entry, order_id=str(self._new_id()), client_order_id=client_order_id)

    def _refuse_successor(self, order: Order, new_order: Order) -> Refusal | None:
        """Check the account as if the old order were gone. A held leg claims nothing, its family has what it needs."""
        if new_order.status is OrderStatus.HELD:
            return None
        account = self._floor.account
        others = {key: each for key, each in account.working.items() if key != order.id}
        return refuse_for_account(new_order, replace(account, working=others), self._floor.asking_price)

    def _refuse_known_id(self, client_order_id: str) -> Refusal | None:
        is_known = client_order_id and self._floor.store.order_by_client_id(client_order_id)
        return invalid("client_order_id must be unique") if is_known else None

    def _known(self, order_id: str) -> Order | Refusal:
        order = self._floor.account.working.get(order_id) or self._floor.store.order(order_id)
        return order or not_found(f"order not found for {order_id}")


def _exchange(draft: Draft, order: Order, new_order: Order) -> None:
    """End the old order and begin the new one; legs follow their parent."""
    legs = [each for each in families.members(draft, order) if each.parent_id == order.id]
    ended = order.stepped(OrderStatus.REPLACED, microseconds(draft.minute))
    draft.put(replace(ended, replaced_by=new_order.id), "replaced")
    draft.add(new_order)
    for leg in legs:
        draft.put(replace(leg, parent_id=new_order.id))


def _closing(symbol: str, qty: Decimal) -> OrderRequest:
    return OrderRequest(
        symbol=symbol,
        side=Side.SELL,
        type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        qty=qty,
        limit_price=None,
        client_order_id="",
    )
