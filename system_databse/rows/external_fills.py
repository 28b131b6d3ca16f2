"""Rows of `external_fills`: what somebody else traded in the account; shown, never traded."""

import sqlite3
from decimal import Decimal
from typing import NamedTuple

from database.timestamps import iso_milliseconds
from system_databse.order import OrderReport, Side


class ExternalFill(NamedTuple):
    """What somebody else traded: shares, signed, at an ISO-Z time, for dollars a share as far as that is known."""

    symbol: str
    qty: Decimal
    at: str
    price: Decimal | None


def put(connection: sqlite3.Connection, report: OrderReport) -> None:
    """Store how far the order has filled; nothing yet is a row too."""
    signed = report.filled_qty if report.side is Side.BUY else -report.filled_qty
    connection.execute(
        "INSERT INTO external_fills(broker_order_id, symbol, signed_qty, at, price) VALUES(?, ?, ?, ?, ?)"
        " ON CONFLICT(broker_order_id) DO UPDATE SET signed_qty = excluded.signed_qty, at = excluded.at,"
        " price = excluded.price",
        (
            report.broker_order_id,
            report.symbol,
            str(signed),
            iso_milliseconds(report.at),
            str(report.filled_notional / report.filled_qty) if report.filled_qty else None,
        ),
    )


def has(connection: sqlite3.Connection, broker_order_id: str) -> bool:
    """Say whether the order is kept here."""
    query = "SELECT 1 FROM external_fills WHERE broker_order_id = ?"
    return connection.execute(query, (broker_order_id,)).fetchone() is not None


def latest(connection: sqlite3.Connection, symbol: str) -> tuple[Decimal, str, Decimal | None] | None:
    """Return the newest one in a symbol: shares, signed, when, and at which price."""
    row = connection.execute(
        "SELECT signed_qty, at, price FROM external_fills WHERE symbol = ? AND signed_qty <> '0'"
        " ORDER BY at DESC LIMIT 1",
        (symbol,),
    ).fetchone()
    return (Decimal(row[0]), str(row[1]), Decimal(row[2]) if row[2] else None) if row else None


def newest(connection: sqlite3.Connection, limit: int) -> list[ExternalFill]:
    """Return the newest ones of all symbols, the newest first."""
    rows = connection.execute(
        "SELECT symbol, signed_qty, at, price FROM external_fills WHERE signed_qty <> '0' ORDER BY at DESC LIMIT ?",
        (limit,),
    )
    return [
        ExternalFill(symbol, Decimal(qty), str(at), Decimal(price) if price else None)
        for symbol, qty, at, price in rows
    ]
