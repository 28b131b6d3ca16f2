"""Rows of `corporate_actions`: which splits are known, and for which the stored bars are on the new terms."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from database.sqlite_store import SqliteStore

KIND = "split"


def note(store: SqliteStore, splits: Iterable[tuple[str, date, Fraction]]) -> None:
    """Remember (symbol, ex date, new shares for one old); what is known already stays as it is."""
    with store.transaction() as connection:
        connection.executemany(
            "INSERT OR IGNORE INTO corporate_actions(symbol, ex_date, kind, ratio) VALUES(?, ?, ?, ?)",
            [(symbol, ex_date.isoformat(), KIND, float(ratio)) for symbol, ex_date, ratio in splits],
        )


def unapplied(store: SqliteStore, until: date) -> list[str]:
    """Return the symbols whose bars are still to be put on the terms of a split with ex_date <= until."""
    with store.reader() as connection:
        rows = connection.execute(
            "SELECT DISTINCT symbol FROM corporate_actions WHERE kind=? AND ex_date<=? AND applied_at IS NULL"
            " ORDER BY symbol",
            (KIND, until.isoformat()),
        )
        return [row[0] for row in rows]


def mark_applied(store: SqliteStore, symbol: str, until: date, *, at: str) -> None:
    """Take note that the symbol's bars are on the terms of every split up to that day. at: ISO-Z."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE corporate_actions SET applied_at=? WHERE symbol=? AND kind=? AND ex_date<=? AND applied_at IS NULL",
            (at, symbol, KIND, until.isoformat()),
        )
