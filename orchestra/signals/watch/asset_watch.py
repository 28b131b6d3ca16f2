"""The asset watch: a symbol that can no longer be traded makes its algorithms rest (S2-70).

In: the broker's word on each running algorithm's symbol, before each session and after a refusal. Out: symbols that
cannot be traded, with the reason. Thread: engine; the broker is asked on the fetcher, one symbol after the other.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any

from database.calendar_manager import MarketCalendar
from orchestra.runtime.clock import Clock
from system_databse.errors import BrokerError

log = logging.getLogger(__name__)

BEFORE_OPEN_SECONDS = 20 * 60
RETRY_SECONDS = 60.0

Start = Callable[[Callable[[], Any]], "Future[Any]"]


@dataclass(frozen=True, slots=True)
class Assets:
    """What the watch asks. traded: symbols of running algorithms; look_up: the broker's asset or None, by REST.

    start: runs a call on the fetcher.
    """

    traded: Callable[[], Iterable[str]]
    look_up: Callable[[str], Mapping[str, Any] | None]
    start: Start


class AssetWatch:
    """Look at every traded symbol once before each session. on_untradable: told the symbol and why."""

    def __init__(
        self,
        assets: Assets,
        calendar: MarketCalendar,
        clock: Clock,
        *,
        on_untradable: Callable[[str, str], None],
    ) -> None:
        self._assets = assets
        self._calendar = calendar
        self._clock = clock
        self._on_untradable = on_untradable
        self._to_check: list[str] = []
        self._under_way: tuple[str, Future[Any]] | None = None
        self._looked_for = 0
        self._not_before = 0.0

    def check(self, symbols: Iterable[str]) -> None:
        """Look at these soon: the broker has refused an order in them."""
        self._to_check += [symbol for symbol in symbols if symbol not in self._to_check]

    def run_due(self) -> None:
        """Begin a day's look when it is time to, and take what has been found."""
        self._begin_day()
        if self._under_way is not None:
            symbol, answer = self._under_way
            if answer.done():
                self._under_way = None
                self._take(symbol, answer)
        elif self._to_check and self._clock.monotonic() >= self._not_before:
            symbol = self._to_check[0]
            self._under_way = (symbol, self._assets.start(lambda: self._assets.look_up(symbol)))

    def _begin_day(self) -> None:
        """Note the session that is open, or about to, once."""
        now = int(self._clock.now().timestamp())
        session = self._calendar.session_at(now + BEFORE_OPEN_SECONDS) or self._calendar.session_at(now)
        if session is not None and session.open > self._looked_for:
            self._looked_for = session.open
            self.check(sorted(self._assets.traded()))

    def _take(self, symbol: str, answer: "Future[Any]") -> None:
        try:
            asset = answer.result()
        except (BrokerError, CancelledError) as error:
            log.warning("Whether %s can be traded could not be asked: %s", symbol, error)
            self._not_before = self._clock.monotonic() + RETRY_SECONDS
            return
        self._to_check.remove(symbol)
        reason = why_untradable(symbol, asset)
        if reason:
            self._on_untradable(symbol, reason)


def why_untradable(symbol: str, asset: Mapping[str, Any] | None) -> str | None:
    """Return why the broker's asset cannot be traded, None when it can."""
    if asset is None:
        return f"{symbol} is not known to Alpaca any more"
    if asset.get("status", "active") != "active":
        return f"{symbol} is not active any more at Alpaca"
    return None if asset.get("tradable", True) else f"{symbol} cannot be traded at Alpaca any more"
