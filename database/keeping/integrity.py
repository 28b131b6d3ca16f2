"""Whether a database file is whole: every page and index, and every reference between rows.

In: a path. Out: None, or what is wrong in SQLite's words. Thread: any; the file is only read.
SQLite keeps no checksums: a changed letter inside a row's text is not seen here, only by comparing books.
"""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from database.errors import StorageError

# SQLite's codes: no right, busy, locked, no memory, a disk that fails, cannot open.
_NOT_OF_THE_CONTENT = {3, 5, 6, 7, 10, 14}


def thorough_finding(path: Path) -> str | None:
    """Return the first thing that integrity_check or foreign_key_check finds, None for a sound file.

    Raises StorageError when the file cannot be read at all for want of a right or a sound disk.
    """
    try:
        with closing(open_to_look(path)) as connection:
            return finding_in(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if says_nothing_of_the_content(error):
            raise StorageError(f"{path} cannot be checked ({error}): check the disk and the file's owner.") from error
        return " ".join(str(error).split())


def unreadable_text(path: Path, *, without: Collection[str]) -> str | None:
    """Return whether a text of a sound file is no text any more, in all its tables but these; None when all are."""
    try:
        with closing(open_to_look(path)) as connection:
            return _unreadable_text(connection, without)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return " ".join(str(error).split())


def finding_in(connection: sqlite3.Connection) -> str | None:
    """Return the same for an open connection."""
    connection.text_factory = _text
    answer = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if answer != "ok":
        return " ".join(answer.split())
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        return f"a row of {broken[0]} refers to one of {broken[2]} that is not there"
    return _unreadable_text(connection, ())


def _unreadable_text(connection: sqlite3.Connection, without: Collection[str]) -> str | None:
    """Read every row; SQLite itself never looks whether a text is one."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
    connection.text_factory = bytes
    try:
        for (name,) in tables:
            if name not in without and not _is_text(connection, name):
                return f"a text in {name} is no text any more"
    finally:
        connection.text_factory = _text
    return None


def _is_text(connection: sqlite3.Connection, table: str) -> bool:
    quoted = table.replace('"', '""')
    try:
        for row in connection.execute(f'SELECT * FROM "{quoted}"'):
            for value in row:
                if isinstance(value, bytes):
                    value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def open_to_look(path: Path) -> sqlite3.Connection:
    """Open for looking only; without a write-ahead log not even SQLite's side files appear.

    Text that is no UTF-8 any more is shown as well as it can be: names of tables are the first to be read.
    """
    has_log = path.with_name(path.name + "-wal").exists()
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}", uri=True)
    connection.text_factory = _text
    return connection


def says_nothing_of_the_content(error: Exception) -> bool:
    """Tell an error of access from one of what is in the file."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_OF_THE_CONTENT
