"""The table of reasons: why round trips began and ended, how often, and what came of each.

In: closed round trips, and why each order was wanted. Out: rows, the most frequent first. Thread: any.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from system_databse.order import Purpose
from system_databse.performance.round_trips import RoundTrip
from system_databse.performance.trade_figures import win_rate

# Prices and distances differ each time; whole numbers name averages and counts of bars.
FIGURE = re.compile(r"-?\d[\d,]*\.\d+")
BY_THE_OWNER = "sold by the owner"
# Purpose of an order and why it was wanted, by our id of it.
Reasons = Mapping[str, tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What came of round trips that began, or ended, for one reason. reason: "" where none is known; pnl: dollars."""

    reason: str
    count: int
    win_rate: float
    pnl: Decimal


def entry_reasons(trips: Iterable[RoundTrip], reasons: Reasons) -> list[ReasonRow]:
    """Return the rows by why the first share was bought."""
    return _rows((_told(reasons, trip.entry_order), trip.pnl) for trip in trips)


def exit_reasons(trips: Iterable[RoundTrip], reasons: Reasons) -> list[ReasonRow]:
    """Return the rows by why the last share was sold."""
    return _rows((_told(reasons, trip.exit_order), trip.pnl) for trip in trips)


def _told(reasons: Reasons, order: str | None) -> str:
    purpose, reason = reasons.get(order or "", ("", None))
    return BY_THE_OWNER if purpose == Purpose.MANUAL else FIGURE.sub("…", reason or "")


def _rows(told: Iterable[tuple[str, Decimal]]) -> list[ReasonRow]:
    profits: dict[str, list[Decimal]] = {}
    for reason, pnl in told:
        profits.setdefault(reason, []).append(pnl)
    rows = [
        ReasonRow(reason, len(own), win_rate([float(pnl) for pnl in own]) or 0.0, sum(own, Decimal(0)))
        for reason, own in profits.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.reason))
