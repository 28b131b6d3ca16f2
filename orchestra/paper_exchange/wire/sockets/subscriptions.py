"""What one client of a data stream listens to, and how far its plan reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestra.paper_exchange.wire.shapes import Json

CHANNELS = ("trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds")
TEST_CHANNELS = ("trades", "quotes", "bars")
FOLLOW_TRADES = ("corrections", "cancelErrors")
COUNTED = ("trades", "quotes")
EVERYTHING = "*"

INVALID_SYNTAX, SYMBOL_LIMIT, WRONG_FEED = 400, 405, 410


@dataclass(slots=True)
class Subscriptions:
    """Symbols by channel. symbol_limit: of trades and quotes together, None for no limit."""

    offered: tuple[str, ...] = CHANNELS
    symbol_limit: int | None = None
    by_channel: dict[str, frozenset[str]] = field(default_factory=lambda: dict.fromkeys(CHANNELS, frozenset()))

    def wants(self, channel: str, symbol: str) -> bool:
        """Tell whether the client listens to a symbol's channel; corrections come with trades."""
        symbols = self.by_channel["trades" if channel in FOLLOW_TRADES else channel]
        return symbol in symbols or EVERYTHING in symbols

    def symbols(self) -> frozenset[str]:
        """Return every symbol of every channel, `*` among them."""
        return frozenset().union(*self.by_channel.values())

    def change(self, message: Mapping[str, object], *, is_adding: bool) -> int | None:
        """Add or remove what the message names: all of it, or nothing and the number of the error."""
        named = {channel: message.get(channel) or [] for channel in CHANNELS}
        if not all(_is_symbol_list(symbols) for symbols in named.values()):
            return INVALID_SYNTAX
        if any(symbols for channel, symbols in named.items() if channel not in self.offered):
            return WRONG_FEED
        changed = {
            channel: self._changed(channel, frozenset(symbols), is_adding=is_adding)
            for channel, symbols in named.items()
            if isinstance(symbols, list)
        }
        if is_adding and self._is_too_much(changed):
            return SYMBOL_LIMIT
        self.by_channel = changed
        return None

    def state(self) -> Json:
        """Return the acknowledgement: always the complete state."""
        told = {channel: sorted(self.by_channel[channel]) for channel in self.offered}
        if self.offered == CHANNELS:
            told |= dict.fromkeys(FOLLOW_TRADES, told["trades"])
        return {"T": "subscription", **told}

    def _changed(self, channel: str, symbols: frozenset[str], *, is_adding: bool) -> frozenset[str]:
        held = self.by_channel[channel]
        return held | symbols if is_adding else held - symbols

    def _is_too_much(self, changed: Mapping[str, frozenset[str]]) -> bool:
        if self.symbol_limit is None:
            return False
        counted = [changed[channel] for channel in COUNTED]
        return any(EVERYTHING in symbols for symbols in counted) or sum(map(len, counted)) > self.symbol_limit


def _is_symbol_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(symbol, str) and symbol for symbol in value)
