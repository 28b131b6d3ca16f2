"""Orders to look back at: what was ordered, why, and what came of it; and what can be selected."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from system_databse.history.selection import Selection
from system_databse.order import TERMINAL, ZERO, OrderStatus

REASONS_AT_ONCE = 500
# Purpose of an order, and why its algorithm wanted it.
Reason = tuple[str, str | None]
# The bar that was decided on is the minute before the decision.
_SELECT = (
    "SELECT o.id, o.client_order_id, o.algo_id, a.name, o.symbol, o.side, o.qty, o.purpose, o.order_type,"
    " o.limit_price, o.stop_price, o.status, o.filled_qty, o.filled_notional, o.reject_reason, o.cancel_wanted_at,"
    " o.created_at, o.terminal_at, COALESCE(d.reason, NULLIF(s.reason, ''))"
    " FROM orders o LEFT JOIN algorithms a ON a.id = o.algo_id"
    " LEFT JOIN decisions d ON d.algo_id = o.algo_id AND d.minute = o.bar_ts + 60"
    " AND d.client_order_id = o.client_order_id LEFT JOIN signals s ON s.id = o.signal_id WHERE o.algo_id IS NOT NULL"
)
OVER = (*sorted(TERMINAL), OrderStatus.ABANDONED)
_OVER = ", ".join(f"'{status}'" for status in OVER)


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One row. Prices are decimal texts as they were sent; times ISO-Z; reason: why the algorithm wanted it."""

    id: int
    client_order_id: str
    algorithm_id: int
    algorithm: str | None
    symbol: str
    side: str
    qty: Decimal
    purpose: str
    order_type: str
    limit_price: str | None
    stop_price: str | None
    status: OrderStatus
    filled_qty: Decimal
    filled_notional: Decimal
    reject_reason: str | None
    cancel_wanted_at: str | None
    created_at: str
    ended_at: str | None
    reason: str | None

    @property
    def average_price(self) -> Decimal | None:
        """Return dollars a share of what has filled; None before any has."""
        return self.filled_notional / self.filled_qty if self.filled_qty != ZERO else None


def newest_first(
    connection: sqlite3.Connection, selection: Selection, *, is_over: bool | None = None
) -> list[PastOrder]:
    """Return orders. is_over: only those that have ended, or only those that may still trade; None for all."""
    conditions, arguments = selection.conditions(id_column="o.id", time_column="o.created_at")
    if is_over is not None:
        conditions += f" AND o.status {'IN' if is_over else 'NOT IN'}({_OVER})"
    rows = connection.execute(f"{_SELECT}{conditions} ORDER BY o.id DESC LIMIT ?", (*arguments, selection.limit))
    return [_order(row) for row in rows]


def reasons(connection: sqlite3.Connection, client_order_ids: Iterable[str | None]) -> dict[str, Reason]:
    """Return purpose and reason of each of these orders that is ours."""
    wanted = list({id_ for id_ in client_order_ids if id_ is not None})
    found: dict[str, Reason] = {}
    for start in range(0, len(wanted), REASONS_AT_ONCE):
        asked = wanted[start : start + REASONS_AT_ONCE]
        rows = connection.execute(f"{_SELECT} AND o.client_order_id IN({', '.join('?' * len(asked))})", asked)
        orders = [_order(row) for row in rows]
        found |= {order.client_order_id: (order.purpose, order.reason) for order in orders}
    return found


def symbols(connection: sqlite3.Connection) -> list[str]:
    """Return every symbol that was ever ordered."""
    rows = connection.execute("SELECT DISTINCT symbol FROM orders WHERE algo_id IS NOT NULL ORDER BY symbol")
    return [symbol for (symbol,) in rows]


def algorithms(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return id, name and ticker of every algorithm that has ordered anything, newest first."""
    query = "SELECT id, name, ticker FROM algorithms WHERE id IN(SELECT algo_id FROM orders) ORDER BY id DESC"
    return [(int(id_), name, ticker) for id_, name, ticker in connection.execute(query)]


def days(connection: sqlite3.Connection, limit: int) -> list[str]:
    """Return the last days on which something was ordered, newest first; a session is one day in UTC as well."""
    rows = connection.execute(
        "SELECT DISTINCT substr(created_at, 1, 10) AS day FROM orders WHERE algo_id IS NOT NULL"
        " ORDER BY day DESC LIMIT ?",
        (limit,),
    )
    return [day for (day,) in rows]


def _order(row: tuple[str, ...]) -> PastOrder:
    id_, client_order_id, algorithm_id, name, symbol, side, qty, purpose, *rest = row
    order_type, limit_price, stop_price, status, filled_qty, notional, *last = rest
    return PastOrder(
        *(int(id_), client_order_id, int(algorithm_id), name, symbol, side, Decimal(qty), purpose),
        *(order_type, limit_price, stop_price, OrderStatus(status), Decimal(filled_qty), Decimal(notional)),
        *last,
    )
