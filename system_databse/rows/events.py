"""Rows of `events`: what the owner has to be told, kept although nobody was looking."""

import json
import sqlite3
from collections.abc import Mapping


def insert(connection: sqlite3.Connection, kind: str, data: Mapping[str, str], *, at: str) -> None:
    """Add one event; kind: its dotted name, at: ISO-Z time."""
    connection.execute("INSERT INTO events(type, data, ts) VALUES(?, ?, ?)", (kind, json.dumps(data), at))
