"""When to leave a position: stop, target, trailing stop and time, for any strategy.

No strategy: what strategies share. The rules look at closes of bars that are over, and only at those that ended after
the entry; nothing happens inside a bar. What was reached is read anew from the bars, so that a restart changes nothing.
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from algorithm.holding import Bars, Holding, epoch_of
from database.timestamps import iso_minute


class Exit(StrEnum):
    """Why a position is left; strategies say it in metadata["exit"]."""

    STOP_LOSS = "stop_loss"
    TARGET = "target"
    TRAILING_STOP = "trailing_stop"
    CHANNEL = "channel"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class ExitRules:
    """What ends a long position; None switches a rule off.

    stop: dollars below the entry; target: dollars above it; trail: dollars below the highest price since the entry;
    most_bars: how many bars may end while the position is held.
    """

    stop: float | None = None
    target: float | None = None
    trail: float | None = None
    most_bars: int | None = None

    def wanted(self, entry_price: float, since_entry: Bars) -> Exit | None:
        """Return why to leave after the last of the bars since the entry, the worst reason first; None to stay."""
        if not since_entry:
            return None
        price = since_entry[-1]["ohlcv"]["c"]
        if self.stop is not None and price < entry_price - self.stop:
            return Exit.STOP_LOSS
        if self.trail is not None and price < max(bar["ohlcv"]["h"] for bar in since_entry) - self.trail:
            return Exit.TRAILING_STOP
        if self.target is not None and price >= entry_price + self.target:
            return Exit.TARGET
        return Exit.TIME if self.most_bars is not None and len(since_entry) >= self.most_bars else None


def bars_since_entry(bars: Bars, holding: Holding, *, minutes: int) -> Bars:
    """Return those of the bars, each of so many minutes, that ended after the entry."""
    return bars[bisect_right(bars, iso_minute(holding.entered_at - 60 * minutes), key=_timestamp) :]


def all_bars_since_entry(ticker: str, bars: Bars, holding: Holding, *, timeframe: str, minutes: int) -> Bars:
    """Return them also when the entry lies further back than the bars at hand; timeframe: theirs, minutes long."""
    from database.db_manager import get_data_for_algorithm

    if epoch_of(bars[0]["timestamp"]) > holding.entered_at:
        start = iso_minute(holding.entered_at - 60 * minutes)
        bars = get_data_for_algorithm(ticker, "since", start=start, timeframe=timeframe)
    return bars_since_entry(bars, holding, minutes=minutes)


def has_left_on_last_bar(bars: Bars, holding: Holding, *, minutes: int) -> bool:
    """Tell whether no bar has ended since the last sell: nobody enters again on the bar that made him leave."""
    return bool(bars) and bars[-1]["timestamp"] <= iso_minute(holding.left_at - 60 * minutes)


def _timestamp(bar: object) -> str:
    return str(bar["timestamp"])  # type: ignore[index]
