"""Rows of `events`: what the owner has to be told, kept although nobody was looking."""

import json
import sqlite3
from collections.abc import Mapping

from system_databse.order import Order


def insert(connection: sqlite3.Connection, kind: str, data: Mapping[str, str], *, at: str) -> None:
    """Add one event; kind: its dotted name, at: ISO-Z time."""
    connection.execute("INSERT INTO events(type, data, ts) VALUES(?, ?, ?)", (kind, json.dumps(data), at))


def event_of(order: Order) -> dict[str, str]:
    """Return what an event says of an order that turned up when nobody expected it."""
    return {
        "severity": "critical",
        "client_order_id": order.client_order_id,
        "status": str(order.status),
        "filled_qty": str(order.filled_qty),
    }
