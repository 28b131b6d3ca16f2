"""Trimming: the oldest bars go when the disk is nearly full; they can be fetched again.

In: the market database, a moment. Out: how many bars went. Thread: any; the writer is let go of between portions.
The file gives its pages back to the disk where it was made to do so; an older file stays as large and uses them anew.
"""

import sqlite3

from database.sqlite_store import SqliteStore

PORTION = 5_000
_TABLES = ("bars_1m", "bars_derived")


def trim_bars(store: SqliteStore, *, before: int, portion: int = PORTION) -> int:
    """Delete every bar that began before that second, and the note that it was fetched; raises StorageError."""
    with store.reader() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM symbols").fetchall()]
    gone = 0
    for table in _TABLES:
        for symbol_id in ids:
            while deleted := _delete_portion(store, table, (symbol_id, before, portion)):
                gone += deleted
    with store.transaction() as connection:
        _forget_fetched(connection, before)
    while _give_back(store, portion):
        pass
    return gone


def _give_back(store: SqliteStore, portion: int) -> bool:
    """Give so many free pages back to the disk; return whether there may be more of them."""
    with store.transaction() as connection:
        if connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 0:
            return False
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        for _ in range(min(free, portion)):
            # Python takes one step of a statement without columns, and each step gives back one page.
            connection.execute("PRAGMA incremental_vacuum")
        return bool(free > portion)


def _delete_portion(store: SqliteStore, table: str, symbol_before_portion: tuple[int, int, int]) -> int:
    """Delete the oldest bars of a symbol, a bounded number in one transaction."""
    with store.transaction() as connection:
        bound = connection.execute(
            f"SELECT max(ts) FROM (SELECT ts FROM {table} WHERE symbol_id=? AND ts<? ORDER BY ts LIMIT ?)",
            symbol_before_portion,
        ).fetchone()[0]
        if bound is None:
            return 0
        return connection.execute(
            f"DELETE FROM {table} WHERE symbol_id=? AND ts<=?", (symbol_before_portion[0], bound)
        ).rowcount


def _forget_fetched(connection: sqlite3.Connection, before: int) -> None:
    """Let what is gone be fetched again when somebody wants it."""
    connection.execute("DELETE FROM backfills WHERE to_ts<=?", (before,))
    connection.execute("UPDATE OR REPLACE backfills SET from_ts=? WHERE from_ts<? AND to_ts>?", (before,) * 3)
