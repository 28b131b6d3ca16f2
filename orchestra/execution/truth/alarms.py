"""Alarms: what the owner has to be told of the account, kept in `events` although nobody was looking.

In: a kind and a sentence. Out: a row, an event on the bus. Thread: engine.
"""

from collections.abc import Callable

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.messages.events import AlertEnded, AlertRaised
from orchestra.runtime.clock import Clock
from system_databse.rows import events


class Alarms:
    """Tell the owner, once a thing: what stays as it is is not told again, not even with another number beside it."""

    def __init__(self, store: SqliteStore, clock: Clock, publish: Callable[[object], None]) -> None:
        self._store = store
        self._clock = clock
        self._publish = publish
        self._told: dict[tuple[str, str], object] = {}
        self._over: set[tuple[str, str]] = set()

    def tell(self, kind: str, text: str, symbol: str = "", *, severity: str = "critical") -> None:
        """Keep it and publish it."""
        with self._store.transaction() as connection:
            data = {"severity": severity, "text": text, "symbol": symbol}
            events.insert(connection, kind, data, at=iso_milliseconds(self._clock.now()))
        self._over.discard((kind, symbol))
        self._publish(AlertRaised(kind, text, symbol))

    def tell_once(self, kind: str, text: str, symbol: str, *, state: object) -> None:
        """Tell it unless the last thing told of that kind and symbol was of the same state."""
        if self._told.get((kind, symbol)) != state:
            self._told[kind, symbol] = state
            self.tell(kind, text, symbol)

    def over(self, kind: str, symbol: str) -> None:
        """Take note that it is over, as often as it is looked at; if it comes back, it is told again.

        Said once in a process although nothing was told in it: an earlier one may have told it.
        """
        self._told.pop((kind, symbol), None)
        if (kind, symbol) not in self._over:
            self._over.add((kind, symbol))
            self._publish(AlertEnded(kind, symbol))
