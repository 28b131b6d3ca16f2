"""Indicators that are warm: fed from 300 bars before the day on, and one bar further with each new bar.

No strategy: what strategies share. What they say follows from the bars alone, wherever a process began to look, so that
a restart changes nothing. Wilder's averages never forget their first bar; after 300 bars it counts for less than 1e-9.
"""

from collections.abc import Callable, Mapping
from typing import Any

from talipp.ohlcv import OHLCV

from algorithm.holding import Bars

WARM_UP = 300


class WarmIndicators:
    """Follow the bars of one symbol. of_bars, of_closes: makers of talipp indicators by name, by what they are fed."""

    def __init__(
        self,
        *,
        of_bars: Mapping[str, Callable[[], Any]] | None = None,
        of_closes: Mapping[str, Callable[[], Any]] | None = None,
    ) -> None:
        self._makers = (of_bars or {}, of_closes or {})
        self._fed: Bars = []
        self._begin()

    def values(self, bars: Bars) -> dict[str, Any]:
        """Return what each indicator says after the last of the bars, None where it has no value yet.

        bars: at least the day's and the WARM_UP before them, as far as there are so many.
        """
        window = bars[_first_of_day(bars, WARM_UP) :]
        known = len(self._fed)
        if window[:known] != self._fed:
            self._begin()
            known = 0
        for bar in window[known:]:
            self._feed(bar["ohlcv"])
        self._fed = window
        made = self._of_bars | self._of_closes
        return {name: indicator[-1] if len(indicator) else None for name, indicator in made.items()}

    def _begin(self) -> None:
        of_bars, of_closes = self._makers
        self._of_bars = {name: make() for name, make in of_bars.items()}
        self._of_closes = {name: make() for name, make in of_closes.items()}

    def _feed(self, ohlcv: Mapping[str, float]) -> None:
        whole = OHLCV(ohlcv["o"], ohlcv["h"], ohlcv["l"], ohlcv["c"], ohlcv["v"])
        for indicator in self._of_bars.values():
            indicator.add(whole)
        for indicator in self._of_closes.values():
            indicator.add(ohlcv["c"])


class OncePerBar:
    """Work something out of bars, again only when they are others: a bar of five minutes is looked at five times."""

    def __init__(self, work: Callable[[Bars], dict[str, Any]]) -> None:
        self._work = work
        self._ends: tuple[Any, Any] = (None, None)
        self._result: dict[str, Any] = {}

    def __call__(self, bars: Bars) -> dict[str, Any]:
        """Return what came of the bars, as a dict of the caller's own."""
        # Bars in between are written anew only together with those at the ends.
        if self._ends[0] is not bars[0] or self._ends[1] is not bars[-1]:
            self._result = self._work(bars)
            self._ends = (bars[0], bars[-1])
        return dict(self._result)


def _first_of_day(bars: Bars, before: int) -> int:
    """Return the index of the bar that lies so many bars before the first one of the last bar's day."""
    day = bars[-1]["timestamp"][:10]
    first = len(bars) - 1
    while first and bars[first - 1]["timestamp"][:10] == day:
        first -= 1
    return max(0, first - before)
