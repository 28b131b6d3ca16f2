"""Whether a ticker can be traded, and in words why not (S2-13).

In: a ticker. Out: a TickerAnswer. Thread: any request thread; the broker is asked at most once a minute a ticker.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from orchestra.api.answers import Refused
from orchestra.api.api_parts import Lookups
from orchestra.runtime.clock import Clock
from system_databse.errors import BrokerError

TICKER = re.compile(r"[A-Z][A-Z.]{0,9}")
KEPT_SECONDS = 60
KEPT_TICKERS = 500


@dataclass(frozen=True, slots=True)
class TickerAnswer:
    """What is known of a ticker. reason: why it is not valid, or cannot be traded now; empty when it can."""

    symbol: str
    is_valid: bool
    is_tradable: bool = False
    name: str | None = None
    reason: str = ""
    is_fractionable: bool = False


class Tickers:
    """Look tickers up and remember the answers for a minute."""

    def __init__(self, lookups: Lookups, clock: Clock) -> None:
        self._lookups = lookups
        self._lock = threading.Lock()
        self._known: TTLCache[str, Mapping[str, Any] | None] = TTLCache(KEPT_TICKERS, KEPT_SECONDS, clock.monotonic)

    def check(self, text: str) -> TickerAnswer:
        """Return what is known of the ticker; raises Refused (503) when the broker cannot be asked."""
        symbol = text.strip().upper()
        # Asked of the text itself: some letters of other alphabets become plain ones as capitals.
        if not text.isascii() or not TICKER.fullmatch(symbol):
            return TickerAnswer(
                symbol[:20], is_valid=False, reason="A ticker is one to ten letters, such as AAPL or BRK.B."
            )
        asset = self._asset(symbol)
        if asset is None:
            return TickerAnswer(symbol, is_valid=False, reason=f"{symbol} is not known to the broker.")
        return _judged(symbol, asset)

    def latest_price(self, symbol: str) -> float | None:
        """Return the newest price, None when there is none or the broker does not say."""
        try:
            return self._lookups.latest_price(symbol)
        except BrokerError:
            return None

    def _asset(self, symbol: str) -> Mapping[str, Any] | None:
        with self._lock:
            if symbol in self._known:
                return self._known[symbol]
        try:
            asset = self._lookups.asset(symbol)
        except BrokerError:
            raise Refused(503, f"The broker cannot be asked about {symbol} now: try again in a moment.") from None
        with self._lock:
            self._known[symbol] = asset
        return asset


def _judged(symbol: str, asset: Mapping[str, Any]) -> TickerAnswer:
    name = str(asset.get("name") or "") or None
    is_stock = asset.get("class") in ("us_equity", None)
    is_tradable = bool(asset.get("tradable")) and asset.get("status", "active") == "active"
    reason = ""
    if not is_stock:
        reason = f"{symbol} is no US stock: only stocks can be traded here."
    elif not is_tradable:
        reason = f"{symbol} cannot be traded at the broker now; it may be halted."
    return TickerAnswer(
        symbol,
        is_valid=is_stock,
        is_tradable=not reason,
        name=name,
        reason=reason,
        is_fractionable=bool(asset.get("fractionable")),
    )
