"""The transactions of every algorithm in the spelling of its contract, on the terms of today's shares.

A split scales what came before it, as charts do: shares times the ratio, prices divided by it. So whoever adds up buys
and sells gets the shares held now, what was paid stays what it was, and entry prices compare with today's bars.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from system_databse.fill import Fill, whole_shares
from system_databse.truth.adjustment import Adjustment, AdjustmentKind

Transaction = Mapping[str, Any]


def transaction_of(fill: Fill) -> dict[str, Any]:
    """Return a fill in the spelling of the algorithm contract."""
    return {
        "algo_id": fill.algorithm_id,
        "ticker": fill.symbol,
        "type": str(fill.side),
        "shares": whole_shares(fill.qty),
        "price": float(fill.price),
        "fee": float(fill.fee),
        "timestamp": fill.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "order_id": fill.client_order_id,
    }


class TransactionLog:
    """Keep transactions by algorithm, in the order they were booked."""

    def __init__(self, history: Iterable[Fill | Adjustment] = ()) -> None:
        self._rows: dict[int, list[dict[str, Any]]] = {}
        for each in history:
            self.add(each)

    def of(self, algorithm_id: int) -> list[Transaction]:
        """Return an algorithm's transactions; list and rows are the caller's own."""
        return [dict(row) for row in self._rows.get(algorithm_id, ())]

    def add(self, entry: Fill | Adjustment) -> None:
        """Add a fill, or let an adjustment do to what is here what it does to the shares."""
        if isinstance(entry, Fill):
            self._rows.setdefault(entry.algorithm_id, []).append(transaction_of(entry))
        elif entry.algorithm_id is not None:
            self._adjust(self._rows.setdefault(entry.algorithm_id, []), entry)

    @staticmethod
    def _adjust(rows: list[dict[str, Any]], adjustment: Adjustment) -> None:
        if adjustment.moves_money:
            rows.append(transaction_of(adjustment.as_fill()))
        elif adjustment.kind is AdjustmentKind.RENAME:
            for row in rows:
                if row["ticker"] == adjustment.other_symbol:
                    row["ticker"] = adjustment.symbol
        elif adjustment.ratio is not None:
            for row in rows:
                if row["ticker"] == adjustment.symbol:
                    _scale(row, adjustment.ratio.numerator, adjustment.ratio.denominator)


def _scale(row: dict[str, Any], new: int, old: int) -> None:
    row["shares"] = whole_shares(row["shares"] * new / old)
    row["price"] = row["price"] * old / new
