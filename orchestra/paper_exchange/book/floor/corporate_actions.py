"""Splits and dividends, applied to positions and open orders at the open of their ex date.

A split multiplies shares and leaves their cost; orders follow it: prices divided, shares multiplied, whole shares
rounded down (FINRA rule 5330). A cash dividend is credited on the ex date, where Alpaca pays it on the payable date;
open buy limits and sell stops are lowered by it, as rule 5330 says.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from uuid import UUID

from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.floor import families
from orchestra.paper_exchange.book.floor.trailing import CENT, on_tick
from orchestra.paper_exchange.book.orders import SMALLEST_SHARE, ZERO, Order, OrderType, Side, microseconds
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.records.activities import Activity, ActivityKind
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.market.market import decimal_text

FALLING = frozenset({(Side.BUY, OrderType.LIMIT), (Side.SELL, OrderType.STOP), (Side.SELL, OrderType.STOP_LIMIT)})


def apply_actions(draft: Draft, actions: Iterable[CorporateAction], new_id: Callable[[], UUID]) -> None:
    """Change positions, cash and orders of the draft, which stands at the open of the ex date."""
    for action in actions:
        if action.kind is ActionKind.CASH_DIVIDEND:
            _pay(draft, action, str(new_id()))
        else:
            _split(draft, action, str(new_id()))


def split_factor(actions: Iterable[CorporateAction]) -> Decimal:
    """Return how many new shares one old share became."""
    factor = Decimal(1)
    for action in actions:
        factor *= action.new_rate / action.old_rate
    return factor


def _split(draft: Draft, action: CorporateAction, activity_id: str) -> None:
    factor = split_factor([action])
    held = draft.position(action.symbol)
    if held.qty:
        qty = (held.qty * factor).quantize(SMALLEST_SHARE, ROUND_DOWN)
        draft.positions[action.symbol] = Position(action.symbol, qty, held.cost if qty else ZERO)
        words = f"{decimal_text(action.new_rate)} for {decimal_text(action.old_rate)} split"
        draft.activities.append(
            Activity(
                id=activity_id,
                kind=ActivityKind.SPLIT,
                symbol=action.symbol,
                day=action.ex_date,
                at=draft.minute,
                qty=qty - held.qty,
                net_amount=ZERO,
                per_share_amount=None,
                description=words,
            )
        )
    for order in _orders(draft, action.symbol):
        if not draft.order(order).is_working:
            continue
        scaled = _scaled(draft.order(order), factor)
        if scaled.open_qty or scaled.notional is not None:
            _restate(draft, scaled)
        else:
            families.cancel(draft, draft.order(order))


def _scaled(order: Order, factor: Decimal) -> Order:
    """Return the order on the new terms; what it has filled stays as it was dealt."""
    step = Decimal(1) if order.qty % 1 == 0 else SMALLEST_SHARE
    return replace(
        order,
        qty=order.filled_qty + (order.open_qty * factor).quantize(step, ROUND_DOWN),
        limit_price=_divided(order.limit_price, factor),
        stop_price=_divided(order.stop_price, factor),
        trail_price=_divided(order.trail_price, factor),
        hwm=_divided(order.hwm, factor),
    )


def _pay(draft: Draft, action: CorporateAction, activity_id: str) -> None:
    held = draft.position(action.symbol)
    if held.qty:
        amount = (held.qty * action.rate).quantize(CENT, ROUND_HALF_EVEN)
        draft.cash += amount
        draft.activities.append(
            Activity(
                id=activity_id,
                kind=ActivityKind.DIVIDEND,
                symbol=action.symbol,
                day=action.ex_date,
                at=draft.minute,
                qty=held.qty,
                net_amount=amount,
                per_share_amount=action.rate,
                description="cash dividend",
            )
        )
    for order in _orders(draft, action.symbol):
        if (order.side, order.type) in FALLING:
            lowered = {name: _lowered(getattr(order, name), action.rate) for name in ("limit_price", "stop_price")}
            _restate(draft, replace(order, **lowered))  # type: ignore[arg-type]  # both are prices or None


def _orders(draft: Draft, symbol: str) -> list[Order]:
    return [order for order in draft.working if order.symbol == symbol]


def _restate(draft: Draft, order: Order) -> None:
    draft.put(replace(order, updated_at=microseconds(draft.minute)), "restated")


def _divided(price: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if price is None else max(on_tick(price / factor), SMALLEST_PRICE)


def _lowered(price: Decimal | None, dividend: Decimal) -> Decimal | None:
    """Return the price less the dividend, rounded down to the price step; a price below the dividend stays."""
    if price is None or price <= dividend:
        return price
    lowered = price - dividend
    return lowered.quantize(CENT if lowered >= 1 else SMALLEST_PRICE, ROUND_DOWN)


SMALLEST_PRICE = Decimal("0.0001")
