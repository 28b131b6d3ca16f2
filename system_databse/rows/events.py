"""Rows of `events`: everything that is told outside, in the order it was told, for whoever was not looking.

A row is never changed, and its id never used again; the oldest go after a while (see `prune`).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from system_databse.order import Order
from system_databse.rows import settings

PRUNED_TO = "events_pruned_to"
# What a later check of the books still asks for.
KEPT_FOR_EVER = ("order.adopted", "order.found_late")


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. data: JSON; at: ISO-Z."""

    id: int
    kind: str
    data: str
    at: str


def insert(connection: sqlite3.Connection, kind: str, data: Mapping[str, str], *, at: str) -> None:
    """Add one event; kind: its dotted name, at: ISO-Z time."""
    append(connection, [(kind, json.dumps(data), at)])


def append(connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
    """Add events in their order: kind, data as JSON, ISO-Z time."""
    connection.executemany("INSERT INTO events(type, data, ts) VALUES(?, ?, ?)", rows)


def after(connection: sqlite3.Connection, id_: int, *, most: int) -> list[EventRow]:
    """Return the events later than that one, oldest first."""
    rows = connection.execute("SELECT id, type, data, ts FROM events WHERE id > ? ORDER BY id LIMIT ?", (id_, most))
    return [EventRow(*row) for row in rows]


def newest(connection: sqlite3.Connection) -> int:
    """Return the id of the newest event, 0 when there was never one; the newest is never pruned."""
    return int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0])


def pruned_to(connection: sqlite3.Connection) -> int:
    """Return the id up to which events may be missing."""
    return int(settings.get(connection, PRUNED_TO) or 0)


def prune(connection: sqlite3.Connection, *, before: str, most_kept: int, most_pruned: int, at: str) -> int:
    """Remove the oldest events, so many at once at most; return how many ids that went over.

    before: ISO-Z, what is older goes; most_kept: how many stay at most, however young they are; at: ISO-Z, now.
    """
    start, end = pruned_to(connection), newest(connection)
    bite = connection.execute("SELECT id, ts FROM events WHERE id > ? ORDER BY id LIMIT ?", (start, most_pruned))
    gone = [id_ for id_, ts in bite if id_ < end and (ts < before or id_ <= end - most_kept)]
    if not gone:
        return 0
    marks = ", ".join("?" for _ in KEPT_FOR_EVER)
    connection.execute(
        f"DELETE FROM events WHERE id > ? AND id <= ? AND type NOT IN({marks})", (start, gone[-1], *KEPT_FOR_EVER)
    )
    settings.put(connection, PRUNED_TO, str(gone[-1]), at=at)
    return len(gone)


def event_of(order: Order) -> dict[str, str]:
    """Return what an event says of an order that turned up when nobody expected it."""
    return {
        "severity": "critical",
        "client_order_id": order.client_order_id,
        "status": str(order.status),
        "filled_qty": str(order.filled_qty),
    }
