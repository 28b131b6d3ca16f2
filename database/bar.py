"""The bar: one minute of one symbol, as every source must deliver it."""

from dataclasses import dataclass, field
from enum import IntEnum

MINUTE = 60


class BarSource(IntEnum):
    """Rank of where a bar came from; a higher rank may overwrite a lower one."""

    OWN_TICKS = 10
    STREAM = 20
    STREAM_UPDATED = 30
    HISTORY = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One final minute bar.

    ts: epoch seconds of the minute's start (UTC). Prices in dollars a share, volume in shares.
    The source is provenance, not content: the same bar from two sources compares equal.
    """

    symbol: str
    ts: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float | None = None
    trade_count: int | None = None
    source: BarSource = field(default=BarSource.STREAM, compare=False)
