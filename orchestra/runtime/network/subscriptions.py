"""Who needs which symbol's prices: reference counts that cannot go wrong.

In: claims of named owners. Out: the set of symbols to be subscribed. Thread: any.
"""

import threading
from collections.abc import Iterable

Claim = tuple[str, str]


class Subscriptions:
    """Count references by owner, so that claiming twice counts once and releasing twice is harmless."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[str, set[str]] = {}

    def claim(self, symbol: str, owner: str) -> bool:
        """Add a reference; True when it is the symbol's first."""
        with self._lock:
            owners = self._owners.setdefault(symbol, set())
            is_first = not owners
            owners.add(owner)
            return is_first

    def release(self, symbol: str, owner: str) -> bool:
        """Drop a reference; True when it was the symbol's last."""
        with self._lock:
            owners = self._owners.get(symbol, set())
            if owner not in owners:
                return False
            owners.remove(owner)
            if owners:
                return False
            del self._owners[symbol]
            return True

    def replace(self, claims: Iterable[Claim]) -> None:
        """Make exactly these (symbol, owner) references the truth: start-up and reconnect."""
        with self._lock:
            self._owners = {}
            for symbol, owner in claims:
                self._owners.setdefault(symbol, set()).add(owner)

    def count(self, symbol: str) -> int:
        """Return how many owners need the symbol."""
        with self._lock:
            return len(self._owners.get(symbol, ()))

    def symbols(self) -> frozenset[str]:
        """Return every symbol that somebody needs."""
        with self._lock:
            return frozenset(self._owners)
