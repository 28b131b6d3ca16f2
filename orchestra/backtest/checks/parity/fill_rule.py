"""Live orders against the fill rule of backtests: what each should have paid, paid, and how long it took.

In: a day's orders, fills and bars. Out: one comparison an order. Thread: any.
"""

from decimal import Decimal

from database.bar import MINUTE
from database.bar_store import BarStore
from orchestra.backtest.checks.parity.findings import FillParity
from orchestra.backtest.checks.parity.live_day import LiveAlgorithm, LiveDay
from system_databse.fill import Fill
from system_databse.order import ZERO, Order, Side


def compare_fills(day: LiveDay, bars: BarStore) -> tuple[FillParity, ...]:
    """Return every order decided in the session, held against the open of the first bar from its minute on."""
    found = []
    for live in day.algorithms:
        for past in live.orders:
            minute = past.order.minute + MINUTE
            if day.session.open < minute <= day.session.close:
                due = bars.bars_between(past.order.symbol, minute, day.session.close)
                found.append(
                    _compare(past.order, _fills_of(live, past.order), due=(due[0].ts, due[0].open) if due else None)
                )
    return tuple(sorted(found, key=lambda each: (each.minute, each.client_order_id)))


def _fills_of(live: LiveAlgorithm, order: Order) -> list[Fill]:
    return [fill for fill in live.fills if fill.client_order_id == order.client_order_id]


def _compare(order: Order, fills: list[Fill], *, due: tuple[int, float] | None) -> FillParity:
    qty = sum((fill.qty for fill in fills), ZERO)
    price = sum((fill.qty * fill.price for fill in fills), ZERO) / qty if qty else None
    cost = bps = delay = None
    if price is not None and due is not None:
        # Exact, so that a fill at the very open has no slippage at all.
        open_price = Decimal(repr(due[1]))
        worse = price - open_price if order.side is Side.BUY else open_price - price
        cost, bps = float(worse * qty), float(worse / open_price * 10_000)
        delay = max(fill.at.timestamp() for fill in fills) - due[0]
    return FillParity(
        client_order_id=order.client_order_id,
        algorithm_id=order.algorithm_id,
        symbol=order.symbol,
        side=str(order.side),
        purpose=str(order.purpose),
        status=str(order.status),
        qty=float(order.qty),
        filled_qty=float(qty),
        minute=order.minute + MINUTE,
        due_price=due[1] if due else None,
        price=None if price is None else float(price),
        slippage_bps=bps,
        slippage_dollars=cost,
        delay_seconds=delay,
    )
