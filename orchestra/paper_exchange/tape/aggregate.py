"""Several bars of one symbol as one."""

import math
from collections.abc import Sequence
from dataclasses import replace

from database.bar import Bar, BarSource
from database.timeframes.longer_columns import merged

DECIMALS = 6


def aggregate(bars: Sequence[Bar], ts: int, *, also: Sequence[Bar] = ()) -> Bar:
    """Return the bar that begins at ts and holds these, at least one, ascending.

    also: bars that count for volume and number of trades only, as trades outside the regular hours do in a day.
    The average price is None where one of the bars that traded has none; the number of trades as soon as one has none.
    """
    return replace(
        merged(bars, ts),
        volume=math.fsum(bar.volume for bar in (*bars, *also)),
        vwap=_average_price(bars),
        trade_count=_trade_count((*bars, *also)),
        source=BarSource.HISTORY,
    )


def _average_price(bars: Sequence[Bar]) -> float | None:
    paid = [(bar.vwap, bar.volume) for bar in bars if bar.volume > 0]
    shares = math.fsum(volume for _, volume in paid)
    if not shares or any(price is None for price, _ in paid):
        return None
    return round(math.fsum((price or 0.0) * volume for price, volume in paid) / shares, DECIMALS)


def _trade_count(bars: Sequence[Bar]) -> int | None:
    counts = [bar.trade_count for bar in bars if bar.trade_count is not None]
    return sum(counts) if len(counts) == len(bars) else None
