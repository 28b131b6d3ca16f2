"""Which symbols the exchanges have halted, from the statuses channel of the stream.

In: raw status messages, bars. Out: symbols with the exchange's own words. Thread: engine.
"""

from collections.abc import Mapping
from typing import Any

# Nasdaq's plan (UTP) and the other exchanges' (CTA) name them differently; what else they say changes nothing.
HALTED = frozenset({"H", "P", "2"})
RESUMED = frozenset({"T", "3"})


class TradingHalts:
    """Remember halts until trading resumes: by a message, or by a bar of a later minute if that message was lost."""

    def __init__(self) -> None:
        self._halts: dict[str, tuple[int, str]] = {}

    @property
    def reasons(self) -> Mapping[str, str]:
        """Return the halted symbols and what the exchange says about it."""
        return {symbol: reason for symbol, (_, reason) in self._halts.items()}

    def on_status(self, message: Mapping[str, Any]) -> None:
        """Take one raw status message, whatever it holds."""
        symbol, code = message.get("S"), str(message.get("sc"))
        if not isinstance(symbol, str):
            return
        if code in HALTED:
            since = getattr(message.get("t"), "seconds", 0)
            self._halts[symbol] = (since, str(message.get("rm") or message.get("sm") or "no reason given"))
        elif code in RESUMED:
            self._halts.pop(symbol, None)

    def on_bar(self, symbol: str, ts: int) -> None:
        """Take note that the symbol traded in the minute that starts at ts."""
        halt = self._halts.get(symbol)
        if halt is not None and ts > halt[0]:
            del self._halts[symbol]
