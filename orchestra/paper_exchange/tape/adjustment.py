"""Prices on the terms of today: splits and dividends taken out of earlier bars.

A split of 2 for 1 halves the prices of every earlier day and doubles its volume, once. A cash dividend lowers earlier
prices by the factor 1 - dividend / close of the session before the ex date, and leaves volume alone (the method of the
Center for Research in Security Prices).
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from database.bar import Bar
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction

DECIMALS = 4
SPLITS = {ActionKind.FORWARD_SPLIT, ActionKind.REVERSE_SPLIT}

CloseBefore = Callable[[date], float | None]


class Adjustment(StrEnum):
    """What is taken out of prices; raw is nothing."""

    RAW = "raw"
    SPLIT = "split"
    DIVIDEND = "dividend"
    SPIN_OFF = "spin-off"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Factors:
    """What a day's prices and volume are multiplied by."""

    price: float = 1.0
    volume: float = 1.0


class Adjuster:
    """Adjust the bars of one symbol."""

    def __init__(self, ex_dates: Sequence[date], factors: Sequence[Factors]) -> None:
        self._ex_dates = ex_dates
        self._factors = factors

    @classmethod
    def of(
        cls, actions: Sequence[CorporateAction], wanted: frozenset[Adjustment], close_before: CloseBefore
    ) -> "Adjuster":
        """Return the adjuster for what has happened so far.

        actions: of one symbol, by ex date. close_before: the raw close of the last session before a date.
        """
        by_date = [
            (ex_date, _factors(list(group), wanted, close_before(ex_date)))
            for ex_date, group in groupby(actions, key=lambda action: action.ex_date)
        ]
        after, cumulated = Factors(), [Factors()]
        for _, factors in reversed(by_date):
            after = Factors(after.price * factors.price, after.volume * factors.volume)
            cumulated.insert(0, after)
        return cls([ex_date for ex_date, _ in by_date], cumulated)

    def factors(self, day: date) -> Factors:
        """Return the product of everything whose ex date lies after the day."""
        return self._factors[bisect_right(self._ex_dates, day)]

    def adjusted(self, bar: Bar, day: date) -> Bar:
        """Return a bar of that day on the terms of today."""
        factors = self.factors(day)
        if factors == Factors():
            return bar
        return replace(
            bar,
            open=_price(bar.open, factors),
            high=_price(bar.high, factors),
            low=_price(bar.low, factors),
            close=_price(bar.close, factors),
            volume=bar.volume if factors.volume == 1 else float(round(bar.volume * factors.volume)),
            vwap=None if bar.vwap is None else _price(bar.vwap, factors),
        )


UNADJUSTED = Adjuster((), (Factors(),))


def _factors(actions: Sequence[CorporateAction], wanted: frozenset[Adjustment], close_before: float | None) -> Factors:
    """Return the factors of one ex date. A dividend of a split's own day is paid on the new shares."""
    ratio = 1.0
    for action in actions:
        if action.kind in SPLITS:
            ratio *= float(action.new_rate / action.old_rate)
    paid = sum(float(action.rate) for action in actions if action.kind is ActionKind.CASH_DIVIDEND)
    price, volume = 1.0, 1.0
    if wanted & {Adjustment.SPLIT, Adjustment.ALL}:
        price, volume = 1 / ratio, ratio
    if paid and close_before and wanted & {Adjustment.DIVIDEND, Adjustment.ALL}:
        price *= max(0.0, 1 - paid * ratio / close_before)
    return Factors(price, volume)


def _price(price: float, factors: Factors) -> float:
    return round(price * factors.price, DECIMALS)
