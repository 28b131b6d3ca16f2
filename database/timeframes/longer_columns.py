"""Minutes combined to longer bars: the one place where several bars become one.

In: minutes in columns, the spans of bars. Out: longer bars in columns. Thread: any; nothing here has a state.
"""

import math
from collections.abc import Iterable, Sequence

from database.bar import Bar
from database.bars.bar_columns import BarColumns
from database.timeframes.timeframe import Span


def combine(minutes: BarColumns, spans: Iterable[Span], into: BarColumns) -> list[int]:
    """Add the bar of each span to `into` and return when each one is over; a span without a minute makes no bar."""
    ends: list[int] = []
    for label, start, end in spans:
        first, last = minutes.position(start), minutes.position(end)
        if first < last:
            into.add(label, _ohlcv(minutes, first, last))
            ends.append(end)
    return ends


def merged(bars: Sequence[Bar], ts: int) -> Bar:
    """Return the bar that begins at ts and holds these, at least one, ascending; without an average price."""
    columns = BarColumns(bars[0].symbol)
    columns.extend(bars)
    return Bar(columns.symbol, ts, *_ohlcv(columns, 0, len(columns)))


def _ohlcv(minutes: BarColumns, first: int, last: int) -> tuple[float, float, float, float, float]:
    """Return the first open, the furthest prices, the last close and all volume of minutes[first:last]."""
    return (
        minutes.opens[first],
        max(minutes.highs[first:last]),
        min(minutes.lows[first:last]),
        minutes.closes[last - 1],
        math.fsum(minutes.volumes[first:last]),
    )
