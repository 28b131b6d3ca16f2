"""Which tickers there are: what the owner may mean by the letters typed so far (S2-13).

In: the first letters of a ticker or of a company's name. Out: a few listed assets. Thread: any request thread; the
broker is asked for its whole list once a day, by one of them.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestra.api.api_parts import Lookups
from orchestra.runtime.clock import Clock
from system_databse.errors import BrokerError

log = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
AGAIN_SECONDS = 60
WAIT_SECONDS = 2
MOST_FOUND = 8
LONGEST_NAME = 80
NOT_READ = "The broker's list of tickers cannot be read now: type the whole ticker."
BEING_READ = "The broker's list of tickers is being read: type on."


@dataclass(frozen=True, slots=True)
class ListedAsset:
    """A stock that can be traded. words: its name in capitals, as it is searched."""

    symbol: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """What fits, best first. sentence: why there is no list, empty when there is one."""

    assets: Sequence[ListedAsset]
    sentence: str = ""


class AssetList:
    """Keep the broker's list of tradable stocks for a day."""

    def __init__(self, lookups: Lookups, clock: Clock) -> None:
        self._lookups = lookups
        self._clock = clock
        self._reading = threading.Lock()
        self._assets: Sequence[ListedAsset] = ()
        self._until = float("-inf")

    def search(self, text: str) -> Found:
        """Return the tickers that begin like the text, then the companies that do."""
        wanted = " ".join(text.upper().split())
        if not wanted:
            return Found(())
        if not self._reading.acquire(timeout=WAIT_SECONDS):
            return Found((), BEING_READ)
        try:
            assets = self._current()
        finally:
            self._reading.release()
        return Found(_best(assets, wanted), "" if assets else NOT_READ)

    def _current(self) -> Sequence[ListedAsset]:
        if self._clock.monotonic() < self._until:
            return self._assets
        try:
            self._assets = tuple(_listed(self._lookups.all_assets()))
            kept_seconds = KEPT_SECONDS
        except BrokerError as error:
            log.warning("The broker's list of tickers could not be read: %s", error)
            # Yesterday's list is better than none.
            kept_seconds = AGAIN_SECONDS
        self._until = self._clock.monotonic() + kept_seconds
        return self._assets


def _listed(rows: Sequence[Mapping[str, Any]]) -> Iterator[ListedAsset]:
    """Return what can be traded here, in the order of the alphabet; a row of another form is left out."""
    for row in sorted(rows, key=lambda row: str(row.get("symbol"))):
        symbol, name = row.get("symbol"), str(row.get("name") or "")[:LONGEST_NAME]
        if isinstance(symbol, str) and row.get("tradable") is True and row.get("class", "us_equity") == "us_equity":
            yield ListedAsset(symbol, name, name.upper())


def _best(assets: Sequence[ListedAsset], wanted: str) -> Sequence[ListedAsset]:
    exact = [each for each in assets if each.symbol == wanted]
    by_symbol = [each for each in assets if each.symbol.startswith(wanted) and each.symbol != wanted]
    by_name = [each for each in assets if each.words.startswith(wanted) and not each.symbol.startswith(wanted)]
    return (exact + by_symbol + by_name)[:MOST_FOUND]
