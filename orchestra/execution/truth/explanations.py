"""What may explain a difference between account and books, in the owner's words; the owner decides, nothing trades."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from database.calendar_manager import NEW_YORK
from database.timestamps import iso_milliseconds, parse_iso
from orchestra.execution.truth.difference_watch import Difference
from system_databse.order import Order
from system_databse.rows import external_fills
from system_databse.truth import adjustment_rows, baseline_rows

LATELY = timedelta(days=7)
CHOICES = "Say under Account what happened: adopt, ignore, assign or flatten."


def causes_of(connection: sqlite3.Connection, symbol: str, *, others: Iterable[str]) -> tuple[str, ...]:
    """Return what may be behind a difference, the likeliest first. others: candidates that are not on disk."""
    return (
        *_by_hand(connection, symbol),
        *others,
        *_before_us(connection, symbol),
        "shares moved into or out of the account without an order",
    )


def explain(symbol: str, seen: Difference, causes: Iterable[str]) -> str:
    """Return the numbers and every candidate."""
    more = seen.unexplained > 0
    numbers = (
        f"{symbol}: the account holds {seen.account_qty:f}, our books say {seen.expected_qty:f}:"
        f" {abs(seen.unexplained):f} {'more' if more else 'fewer'} than we can explain."
    )
    return f"{numbers} Nothing is bought in it until this is settled. It may be: {'; '.join(causes)}. {CHOICES}"


def causes_of_sales(connection: sqlite3.Connection, symbol: str) -> tuple[str, ...]:
    """Return what sold our algorithms' shares although it was not ours."""
    return tuple(_by_hand(connection, symbol)) or ("what the account shows",)


def sold_by_hand(symbol: str, missing: Decimal, causes: Iterable[str]) -> str:
    """Return what to tell when orders that are not ours have sold what our algorithms hold."""
    who = "; ".join(causes)
    return (
        f"{symbol}: our algorithms hold {missing:f} more than the account has left for them ({who})."
        f" They are not sold again. Say whose they were. {CHOICES}"
    )


def ratio_guess(seen: Difference) -> list[str]:
    """Return a split that would explain the numbers, if a plain one does."""
    if seen.expected_qty <= 0 or seen.account_qty <= 0:
        return []
    for new, old in ((2, 1), (3, 1), (4, 1), (5, 1), (10, 1), (20, 1), (3, 2), (1, 2), (1, 5), (1, 10), (1, 20)):
        if seen.account_qty * old == seen.expected_qty * new:
            return [f"a split {new} for {old} that is not announced to us"]
    return []


def open_orders(orders: Iterable[Order], symbol: str) -> list[str]:
    """Return our own orders of which it is not known how they ended."""
    return [f"order {order.client_order_id}, whose end is not known" for order in orders if order.symbol == symbol]


def _by_hand(connection: sqlite3.Connection, symbol: str) -> list[str]:
    found = external_fills.latest(connection, symbol)
    if found is None:
        return []
    qty, at, _ = found
    verb = "bought" if qty > 0 else "sold"
    moment = f"{parse_iso(at).astimezone(NEW_YORK):%b %-d, %H:%M} New York time"
    return [f"an order that is not ours {verb} {abs(qty):f} on {moment}"]


def _before_us(connection: sqlite3.Connection, symbol: str) -> list[str]:
    held = baseline_rows.load(connection).get(symbol)
    return [f"the {held[0]:f} that the account held before us have changed"] if held and held[0] else []


def recent_splits(connection: sqlite3.Connection, symbol: str, now: datetime) -> list[str]:
    """Return the splits of these days that are in the books."""
    return [
        f"the split of {at[:10]}, which is in the books"
        for at in adjustment_rows.splits_since(connection, symbol, iso_milliseconds(now - LATELY))
    ]
