"""Open a database file only after looking at it: right kind, undamaged, not from a newer version.

In: a path and the migrations that describe the file. Out: a SqliteStore at the current schema.
Thread: the one that builds the parts. Nothing is written before every check has passed.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

from database.bars.schema_library import Database, Migrations
from database.errors import StorageDamaged, StorageError
from database.keeping.integrity import open_to_look, says_nothing_of_the_content
from database.sqlite_store import SqliteStore, ignore_crash_point

log = logging.getLogger(__name__)

_MAGIC = b"SQLite format 3\x00"
_OURS = {0x41544D4B: "market", 0x41545359: "system", 0x41544558: "exchange", 0x41544452: "door"}


def open_database(
    path: Path,
    migrations: Migrations,
    application_id: int,
    *,
    synchronous: Literal["FULL", "NORMAL"],
    is_read_only: bool = False,
    is_inspected: bool = False,
    crash_point: Callable[[str], None] = ignore_crash_point,
    heals_itself: bool = True,
) -> SqliteStore:
    """Return the store of a new or existing file, migrated, with a warning for each missing column.

    is_inspected: inspect_database has just searched the file for damage, which takes seconds on a large one.
    heals_itself: as SqliteStore has it.
    Raises StorageError, with the file untouched, when it is no SQLite database, damaged, another
    program's, another one of ours, or written by a newer version.
    """
    schema = _expected_schema(migrations)
    inspect_database(path, migrations, application_id, is_quick=is_read_only or is_inspected)
    store = SqliteStore(
        path,
        synchronous=synchronous,
        is_read_only=is_read_only,
        crash_point=crash_point,
        heals_itself=heals_itself,
    )
    if not is_read_only:
        _stamp(store, "application_id", application_id)
        store.migrate(migrations)
        _stamp(store, "user_version", _version(migrations))
    for warning in _differences(store, schema):
        log.warning("%s: %s", path, warning)
    return store


def schema_warnings(store: SqliteStore, migrations: Migrations) -> list[str]:
    """Return one sentence for each table or column that the migrations expect and the file lacks."""
    return _differences(store, _expected_schema(migrations))


def _differences(store: SqliteStore, expected: dict[str, set[str]]) -> list[str]:
    with store.reader() as connection:
        actual = _schema(connection)
    warnings = []
    for table, columns in sorted(expected.items()):
        if table not in actual:
            warnings.append(f"table {table} is missing; what needs it is left out until it is restored.")
            continue
        warnings += [
            f"column {table}.{column} is missing; what needs it is left out until it is restored."
            for column in sorted(columns - actual[table])
        ]
    return warnings


def _expected_schema(migrations: Migrations) -> dict[str, set[str]]:
    """Apply the migrations in memory, so that the tables are written down only once."""
    memory = Database(memory=True)
    migrations.apply(memory)
    with closing(memory.conn) as connection:
        return _schema(connection)


def _version(migrations: Migrations) -> int:
    memory = Database(memory=True)
    with closing(memory.conn):
        return len(migrations.pending(memory))


def _schema(connection: sqlite3.Connection) -> dict[str, set[str]]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN('table','view') AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    return {
        name: {row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')}
        for (name,) in names
        if name != Migrations.migrations_table
    }


def _stamp(store: SqliteStore, pragma: str, value: int) -> None:
    """Write a header value, unless it is already there: an unchanged file stays unchanged."""
    with store.reader() as connection:
        if connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value:
            return
    with store.transaction() as connection:
        connection.execute(f"PRAGMA {pragma}={value}")


def inspect_database(path: Path, migrations: Migrations, application_id: int, *, is_quick: bool = False) -> None:
    """Check a file without writing anything; one that is missing or empty passes.

    Raises StorageError as open_database does, StorageDamaged where the content is at fault. is_quick: leave out the
    search for damage.
    """
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(open_to_look(path)) as connection:
            _require_ours(path, connection, application_id)
            _require_known_version(path, connection, _version(migrations))
            if not is_quick:
                _require_undamaged(path, connection)
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror}): correct its owner or permissions.") from error
    # An error message that quotes garbage is no text either.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if says_nothing_of_the_content(error):
            raise StorageError(f"{path} cannot be read ({error}): check the disk and the file's owner.") from error
        raise _not_a_database(path) or _damaged(path, str(error)) from error


def _not_a_database(path: Path) -> StorageDamaged | None:
    """Return what to say of a file that is something else.

    Only what SQLite has refused is looked at: closing a file takes the locks of all connections of this process to it
    away (SQLite's documentation, "How To Corrupt An SQLite Database File", 2.2), and a check may look at one in use.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) == _MAGIC:
            return None
    return StorageDamaged(
        f"{path} is no SQLite database: move it away or choose another data directory.",
        path=path,
        finding="it is no SQLite database",
    )


def _require_ours(path: Path, connection: sqlite3.Connection, application_id: int) -> None:
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    if found == application_id or (found == 0 and not _schema(connection)):
        return
    kind = f"AutoTrader's {_OURS[found]} database" if found in _OURS else "the database of another program"
    raise StorageError(
        f"{path} is {kind}, not the {_OURS[application_id]} database: move it away or choose another data directory."
    )


def _require_known_version(path: Path, connection: sqlite3.Connection, version: int) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > version:
        raise StorageError(
            f"{path} was written by a newer AutoTrader (schema {found}, this one knows {version}): "
            "update the program or choose another data directory."
        )


def _require_undamaged(path: Path, connection: sqlite3.Connection) -> None:
    answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise _damaged(path, answer)


def _damaged(path: Path, detail: str) -> StorageDamaged:
    finding = " ".join(detail.split())
    return StorageDamaged(
        f"{path} is damaged ({finding}): move it away and restore the newest backup.", path=path, finding=finding
    )
