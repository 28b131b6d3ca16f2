"""Rows of `external_fills`: what somebody else traded in the account; shown, never traded."""

import sqlite3
from decimal import Decimal

from database.timestamps import iso_milliseconds
from system_databse.order import ZERO, OrderReport, Side


def put(connection: sqlite3.Connection, report: OrderReport) -> None:
    """Store how far the order has filled."""
    signed = report.filled_qty if report.side is Side.BUY else -report.filled_qty
    connection.execute(
        "INSERT INTO external_fills(broker_order_id, symbol, signed_qty, at) VALUES(?, ?, ?, ?)"
        " ON CONFLICT(broker_order_id) DO UPDATE SET signed_qty = excluded.signed_qty, at = excluded.at",
        (report.broker_order_id, report.symbol, str(signed), iso_milliseconds(report.at)),
    )


def qty_not_ours(connection: sqlite3.Connection) -> dict[str, Decimal]:
    """Return by symbol what the account holds beside our fills: baseline, strangers' fills, adjustments."""
    rows = connection.execute(
        "SELECT symbol, qty FROM baseline UNION ALL SELECT symbol, signed_qty FROM external_fills"
        " UNION ALL SELECT symbol, qty FROM adjustments"
    )
    totals: dict[str, Decimal] = {}
    for symbol, qty in rows:
        totals[symbol] = totals.get(symbol, ZERO) + Decimal(qty)
    return totals
