"""The owner's preferences on disk: one row of `settings`, holding only what was chosen."""

import json
import sqlite3
from collections.abc import Mapping

from system_databse.control.preferences import Preferences, read_stored
from system_databse.rows import settings

KEY = "preferences"


def chosen(connection: sqlite3.Connection) -> dict[str, object]:
    """Return what the owner chose, by name."""
    return read_stored(settings.get(connection, KEY))


def load(connection: sqlite3.Connection, usual: Preferences) -> Preferences:
    """Return every preference; what was never chosen is as usual."""
    return usual.with_values(chosen(connection))


def put(connection: sqlite3.Connection, changes: Mapping[str, object], *, at: str) -> None:
    """Keep what was chosen now beside what was chosen before; at: ISO-Z time."""
    settings.put(connection, KEY, json.dumps(chosen(connection) | dict(changes)), at=at)
