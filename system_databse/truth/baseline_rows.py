"""Rows of `baseline`: what the account held before our first start; not ours, never sold by an algorithm."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from database.timestamps import iso_milliseconds, parse_iso
from system_databse.rows import settings

TAKEN_AT = "baseline_taken_at"


class Holding(NamedTuple):
    """What the account held of a symbol before our first start. confirmed_at: ISO-Z, None while the owner is asked."""

    symbol: str
    qty: Decimal
    confirmed_at: str | None


def taken_at(connection: sqlite3.Connection) -> datetime | None:
    """Return when the baseline was taken, None before our first start."""
    at = settings.get(connection, TAKEN_AT)
    return parse_iso(at) if at else None


def take(connection: sqlite3.Connection, holdings: Mapping[str, Decimal], at: datetime) -> None:
    """Store what the account holds, to be confirmed by the owner, and that it was looked at."""
    connection.executemany(
        "INSERT INTO baseline(symbol, qty) VALUES(?, ?)",
        [(symbol, str(qty)) for symbol, qty in sorted(holdings.items()) if qty],
    )
    settings.put(connection, TAKEN_AT, iso_milliseconds(at), at=iso_milliseconds(at))


def holdings(connection: sqlite3.Connection) -> list[Holding]:
    """Return every holding by symbol."""
    rows = connection.execute("SELECT symbol, qty, confirmed_at FROM baseline ORDER BY symbol")
    return [Holding(symbol, Decimal(qty), confirmed_at) for symbol, qty, confirmed_at in rows]


def load(connection: sqlite3.Connection) -> dict[str, tuple[Decimal, bool]]:
    """Return quantity, and whether the owner has confirmed it, by symbol."""
    return {each.symbol: (each.qty, each.confirmed_at is not None) for each in holdings(connection)}


def confirm(connection: sqlite3.Connection, symbols: Iterable[str], at: datetime) -> None:
    """Take note that the owner has seen it; a second time changes nothing."""
    connection.executemany(
        "UPDATE baseline SET confirmed_at = COALESCE(confirmed_at, ?) WHERE symbol = ?",
        [(iso_milliseconds(at), symbol) for symbol in symbols],
    )


def rename(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Let a confirmed holding stay confirmed under the company's new symbol; its shares move by an adjustment."""
    connection.execute(
        "INSERT INTO baseline(symbol, qty, confirmed_at) SELECT ?, '0', confirmed_at FROM baseline WHERE symbol = ?"
        " ON CONFLICT(symbol) DO NOTHING",
        (new, old),
    )
