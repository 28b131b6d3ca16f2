"""Fills to look back at, newest first."""

import sqlite3
from dataclasses import dataclass
from decimal import Decimal

from system_databse.history.selection import Selection
from system_databse.order import ZERO, Side

_SELECT = (
    "SELECT f.id, f.ts, o.symbol, o.side, f.qty, f.price, f.fee, o.algo_id, a.name, o.client_order_id, f.exec_id"
    " FROM fills f JOIN orders o ON o.id = f.order_id LEFT JOIN algorithms a ON a.id = o.algo_id"
    " WHERE o.algo_id IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class PastFill:
    """One row. at: ISO-Z; qty is above zero, side tells its direction."""

    id: int
    at: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    fee: Decimal
    algorithm_id: int
    algorithm: str | None
    client_order_id: str
    execution_id: str

    @property
    def value(self) -> Decimal:
        """Return what was paid or received, dollars, without the fee."""
        return self.qty * self.price


@dataclass(frozen=True, slots=True)
class FillSums:
    """What fills come to, dollars. bought, sold: without fees."""

    count: int
    fees: Decimal
    bought: Decimal
    sold: Decimal


def newest_first(connection: sqlite3.Connection, selection: Selection) -> list[PastFill]:
    """Return fills of our algorithms."""
    conditions, arguments = selection.conditions(id_column="f.id", time_column="f.ts")
    rows = connection.execute(f"{_SELECT}{conditions} ORDER BY f.id DESC LIMIT ?", (*arguments, selection.limit))
    return [_fill(row) for row in rows]


def sums(connection: sqlite3.Connection, selection: Selection) -> FillSums:
    """Return what every fill of the selection comes to, exactly, whatever page is wanted."""
    conditions, arguments = selection.conditions(id_column="f.id", time_column="f.ts")
    fills = [_fill(row) for row in connection.execute(f"{_SELECT}{conditions}", arguments)]
    return FillSums(
        count=len(fills),
        fees=sum((fill.fee for fill in fills), ZERO),
        bought=sum((fill.value for fill in fills if fill.side == Side.BUY), ZERO),
        sold=sum((fill.value for fill in fills if fill.side == Side.SELL), ZERO),
    )


def _fill(row: tuple[str, ...]) -> PastFill:
    id_, at, symbol, side, qty, price, fee, algorithm_id, *last = row
    return PastFill(
        *(int(id_), at, symbol, side, Decimal(qty), Decimal(price), Decimal(fee), int(algorithm_id)),
        *last,
    )
