"""What the account was worth over time, told again from its executions, dividends and splits.

In: the book and the market's bars. Out: points as Alpaca's portfolio history lists them. Thread: any, nothing changes.
Equity of a point is what cash and shares were worth at its end, or now for the one under way. Points are labelled by
their start, as bars are.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from database.calendar_manager import Session
from orchestra.paper_exchange.book.orders import ZERO, OrderFill, Side
from orchestra.paper_exchange.book.records.activities import Activity

PriceAt = Callable[[str, int], Decimal]


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the curve. ts: its start; base: what profit and loss are measured from."""

    ts: int
    equity: Decimal
    base: Decimal

    @property
    def gain(self) -> Decimal:
        """Return profit or loss in dollars."""
        return self.equity - self.base

    @property
    def gain_fraction(self) -> Decimal:
        """Return profit or loss as a fraction of the base."""
        return self.gain / self.base if self.base else ZERO


class Ledger:
    """Cash and shares at any second, from what changed them."""

    def __init__(self, opening_cash: Decimal, fills: Sequence[OrderFill], activities: Sequence[Activity]) -> None:
        self._shares: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
        changes = sorted([*_of_fills(fills), *_of_activities(activities)], key=lambda change: change[0])
        for at, symbol, qty, _ in changes:
            if qty:
                self._shares[symbol].append((at, qty))
        self._times = [at for at, *_ in changes]
        self._cash = list(accumulate((cash for *_, cash in changes), initial=opening_cash))
        self._held = {
            symbol: ([at for at, _ in steps], list(accumulate((qty for _, qty in steps), initial=ZERO)))
            for symbol, steps in self._shares.items()
        }

    def equity(self, ts: int, price_at: PriceAt) -> Decimal:
        """Return what the account was worth at the second, after everything that happened before it."""
        worth = self._cash[bisect_right(self._times, ts - 1)]
        for symbol, (times, held) in self._held.items():
            qty = held[bisect_right(times, ts - 1)]
            if qty:
                worth += qty * price_at(symbol, ts)
        return worth


def curve(
    ledger: Ledger,
    price_at: PriceAt,
    steps: Sequence[tuple[int, int]],
    *,
    base: Decimal,
    starts_anew: Callable[[int], bool],
) -> list[Point]:
    """Return one point for each step (start, end), epoch seconds.

    base: equity before the first step. starts_anew: tells for a step's start whether profit and loss begin at 0 there,
    measured from the equity before it.
    """
    points: list[Point] = []
    last = base
    for start, end in steps:
        base = last if starts_anew(start) else base
        last = ledger.equity(end, price_at)
        points.append(Point(start, last, base))
    return points


def steps_of(
    sessions: Sequence[Session], seconds: int | None, *, now: int, around: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return start and end of each step that has begun by `now`; seconds None is one step a session.

    around: seconds of extended hours before and after each session.
    """
    return [
        (start, min(end, now))
        for session in sessions
        for start, end in _session_steps(session, seconds, around)
        if start < now
    ]


def _session_steps(session: Session, seconds: int | None, around: tuple[int, int]) -> Iterator[tuple[int, int]]:
    if seconds is None:
        yield session.open, session.close
        return
    begins, ends = session.open - around[0], session.close + around[1]
    for start in range(begins, ends, seconds):
        yield start, min(start + seconds, ends)


def _of_fills(fills: Sequence[OrderFill]) -> Iterator[tuple[int, str, Decimal, Decimal]]:
    for fill in fills:
        sign = 1 if fill.side is Side.BUY else -1
        yield fill.at, fill.symbol, sign * fill.qty, -sign * fill.qty * fill.price


def _of_activities(activities: Sequence[Activity]) -> Iterator[tuple[int, str, Decimal, Decimal]]:
    for activity in activities:
        is_split = activity.per_share_amount is None
        yield activity.at, activity.symbol, activity.qty if is_split else ZERO, activity.net_amount
