"""Rows of `alerts`: the open ones, and those that are over, as long as they are kept."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from database.timestamps import iso_milliseconds, parse_iso
from system_databse.alerts.alert import Alert, Priority, Resolver

# What is over is kept for a quarter of a year, and never more than the newest thousand; what is open is always kept.
KEPT = timedelta(days=90)
MOST_KEPT = 1_000

_COLUMNS = "id, kind, priority, text, symbol, algo_id, first_at, at, repeats, acknowledged_at, resolved_at, resolved_by"


def insert(connection: sqlite3.Connection, alert: Alert) -> int:
    """Store a new alert and return its id; the one it carries is not looked at."""
    cursor = connection.execute(
        "INSERT INTO alerts(kind, priority, text, symbol, algo_id, first_at, at, repeats)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        (
            alert.kind,
            str(alert.priority),
            alert.text,
            alert.symbol,
            alert.algorithm_id,
            iso_milliseconds(alert.first_at),
            iso_milliseconds(alert.at),
            alert.repeats,
        ),
    )
    return int(cursor.lastrowid or 0)


def update(connection: sqlite3.Connection, alert: Alert) -> None:
    """Store what has become of an alert."""
    connection.execute(
        "UPDATE alerts SET priority = ?, text = ?, at = ?, repeats = ?, acknowledged_at = ?, resolved_at = ?,"
        " resolved_by = ? WHERE id = ?",
        (
            str(alert.priority),
            alert.text,
            iso_milliseconds(alert.at),
            alert.repeats,
            _text(alert.acknowledged_at),
            _text(alert.resolved_at),
            alert.resolved_by,
            alert.id,
        ),
    )


def prune(connection: sqlite3.Connection, now: datetime) -> None:
    """Throw away what was over long ago, and of the rest what is beyond the number that is kept."""
    connection.execute("DELETE FROM alerts WHERE resolved_at < ?", (iso_milliseconds(now - KEPT),))
    connection.execute(
        "DELETE FROM alerts WHERE resolved_at IS NOT NULL AND id IN ("
        " SELECT id FROM alerts WHERE resolved_at IS NOT NULL ORDER BY resolved_at DESC, id DESC LIMIT -1 OFFSET ?)",
        (MOST_KEPT,),
    )


def open_ones(connection: sqlite3.Connection) -> list[Alert]:
    """Return every alert that is not over, oldest first."""
    return _alerts(connection.execute(f"SELECT {_COLUMNS} FROM alerts WHERE resolved_at IS NULL ORDER BY id"))


def find(connection: sqlite3.Connection, alert_id: int) -> Alert | None:
    """Return an alert, open or over."""
    found = _alerts(connection.execute(f"SELECT {_COLUMNS} FROM alerts WHERE id = ?", (alert_id,)))
    return found[0] if found else None


def resolved(connection: sqlite3.Connection, *, before: int | None, limit: int) -> list[Alert]:
    """Return alerts that are over, the newest first. before: only those with a smaller id."""
    return _alerts(
        connection.execute(
            f"SELECT {_COLUMNS} FROM alerts WHERE resolved_at IS NOT NULL AND (? IS NULL OR id < ?)"
            " ORDER BY id DESC LIMIT ?",
            (before, before, limit),
        )
    )


def _alerts(rows: Iterable[tuple[Any, ...]]) -> list[Alert]:
    return [
        Alert(
            id=int(row[0]),
            kind=row[1],
            priority=Priority(row[2]),
            text=row[3],
            symbol=row[4],
            algorithm_id=row[5],
            first_at=parse_iso(row[6]),
            at=parse_iso(row[7]),
            repeats=int(row[8]),
            acknowledged_at=_moment(row[9]),
            resolved_at=_moment(row[10]),
            resolved_by=Resolver(row[11]) if row[11] else None,
        )
        for row in rows
    ]


def _moment(text: str | None) -> datetime | None:
    return parse_iso(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return iso_milliseconds(moment) if moment else None
