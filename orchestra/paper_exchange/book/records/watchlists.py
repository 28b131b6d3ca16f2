"""Named lists of symbols that the account's owner keeps.

In: names and symbols already checked. Out: lists as last committed. Thread: writes under the exchange's lock.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from database.sqlite_store import SqliteStore

COLUMNS = "id, name, created_at, updated_at, symbols"


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One list. created_at, updated_at: microseconds of market time."""

    id: str
    name: str
    created_at: int
    updated_at: int
    symbols: tuple[str, ...]


class Watchlists:
    """Keep the lists in exchange.db."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def all(self) -> list[Watchlist]:
        """Return every list, by name."""
        return self._select("1", ())

    def by_id(self, watchlist_id: str) -> Watchlist | None:
        """Return the list with this id."""
        return next(iter(self._select("id = ?", (watchlist_id,))), None)

    def by_name(self, name: str) -> Watchlist | None:
        """Return the list with this name."""
        return next(iter(self._select("name = ?", (name,))), None)

    def put(self, watchlist: Watchlist) -> bool:
        """Keep a new or changed list; return False when another one has its name."""
        values = (watchlist.id, watchlist.name, watchlist.created_at, watchlist.updated_at)
        with self._store.transaction() as connection:
            if connection.execute(
                "SELECT 1 FROM watchlists WHERE name = ? AND id <> ?", (watchlist.name, watchlist.id)
            ).fetchone():
                return False
            connection.execute(
                f"INSERT INTO watchlists ({COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "name = excluded.name, updated_at = excluded.updated_at, symbols = excluded.symbols",
                (*values, json.dumps(watchlist.symbols)),
            )
        return True

    def remove(self, watchlist_id: str) -> bool:
        """Forget a list; return False when there was none."""
        with self._store.transaction() as connection:
            return connection.execute("DELETE FROM watchlists WHERE id = ?", (watchlist_id,)).rowcount > 0

    def _select(self, condition: str, parameters: Sequence[str]) -> list[Watchlist]:
        with self._store.reader() as connection:
            query = f"SELECT {COLUMNS} FROM watchlists WHERE {condition} ORDER BY name"
            return [_read(row) for row in connection.execute(query, parameters).fetchall()]


def _read(row: sqlite3.Row | tuple[str, str, int, int, str]) -> Watchlist:
    watchlist_id, name, created_at, updated_at, symbols = row
    return Watchlist(watchlist_id, name, created_at, updated_at, tuple(json.loads(symbols)))
