"""Copies of databases that are in use: each one moment of its file, checked, and on the disk.

In: paths of databases, a folder. Out: one file each, without side files. Thread: any; readers and writers go on.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from database.errors import StorageDamaged, StorageUnavailable
from database.keeping import durable
from database.keeping.integrity import finding_in
from database.sqlite_store import SqliteStore

# What is changed in a copy before it touches the disk, such as a secret taken out; None copies page by page.
Change = Callable[[sqlite3.Connection], None] | None


def copy_all(sources: Mapping[Path, Change], folder: Path) -> None:
    """Copy databases into a folder under their own names; one that is changed has to fit into memory.

    Their moments are fixed one right after the other in the order given, before the first page is copied: whatever
    a later file knows of an earlier one, it knows at least as much as at the earlier one's moment.
    Raises StorageDamaged for a source that is not whole, StorageUnavailable when the copy cannot be written.
    """
    with ExitStack() as stack:
        moments = [(source, stack.enter_context(_moment(source))) for source in sources]
        for source, connection in moments:
            _copy(connection, folder / source.name, sources[source], of=source)
    durable.sync(folder)


@contextmanager
def _moment(source: Path) -> Iterator[sqlite3.Connection]:
    """Hold a file as it is now; commits that come later are not seen."""
    store = SqliteStore(source, synchronous="FULL", is_read_only=True)
    try:
        with store.reader() as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")
    finally:
        store.close()


def _copy(connection: sqlite3.Connection, target: Path, change: Change, *, of: Path) -> None:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, durable.OWNER_ONLY))
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as copied:
            if change is None:
                connection.backup(copied)
            else:
                _copy_changed(connection, copied, change)
            # Of a write-ahead log nothing may be left beside the file.
            copied.execute("PRAGMA journal_mode=DELETE")
            finding = finding_in(copied)
    except sqlite3.OperationalError as error:
        raise StorageUnavailable(f"{target} could not be written ({error}): free some space there.") from error
    except sqlite3.DatabaseError as error:
        finding = str(error)
    if finding:
        raise StorageDamaged(f"The copy of {of} is not sound ({finding}).", path=of)
    durable.sync(target)


def _copy_changed(connection: sqlite3.Connection, copied: sqlite3.Connection, change: Callable[..., None]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        connection.backup(memory)
        change(memory)
        memory.backup(copied)
