"""One SQLite file: a single writer connection behind a lock and a small pool of readers."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from database.errors import StorageError

if TYPE_CHECKING:
    from database.bars.schema_library import Migrations

BUSY_TIMEOUT_MS = 5_000
BUSY_ATTEMPTS = 5
READER_COUNT = 8
JOURNAL_SIZE_LIMIT = 8 * 1024 * 1024

CrashPoint = Callable[[str], None]

OTHER_ADVICE = "put a backup back, or choose another data directory"
_ADVICE = {
    "unable to open": "check that its folder exists and may be written",
    "readonly": "correct the owner or the permissions of the file and its folder",
    "full": "free some space on the disk",
    "locked": "stop the other program that holds it",
    "malformed": "move it away and restore the newest backup",
    "not a database": "move it away or choose another data directory",
    "disk i/o": "check the disk, then start again",
}


def ignore_crash_point(_point: str) -> None:
    """Stand in for the fault campaign's crash points."""


def _is_busy(error: BaseException) -> bool:
    if not isinstance(error, sqlite3.OperationalError):
        return False
    return "locked" in str(error) or "busy" in str(error)


class SqliteStore:
    """Own every connection to one database file.

    synchronous: FULL where money is recorded, NORMAL for bars, which can be fetched again.
    crash_point: called with 'begin', 'write' and 'commit' around each transaction; the fault
    campaign passes a function that raises or kills.

    Raises StorageError when the file cannot be opened, is no database or is damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        synchronous: Literal["FULL", "NORMAL"],
        is_read_only: bool = False,
        crash_point: CrashPoint = ignore_crash_point,
    ) -> None:
        self.path = path
        self._synchronous = synchronous
        self._is_read_only = is_read_only
        self._crash_point = crash_point
        self._write_lock = threading.RLock()
        # A deque, not a queue: its ends are atomic and nobody waits on it, which keeps a read in the microseconds.
        self._readers: deque[sqlite3.Connection] = deque()
        self._is_closed = False
        self._writer = self._open_writer()

    def migrate(self, migrations: "Migrations") -> None:
        """Apply the migrations that this file has not seen yet, each in its own transaction."""
        # Here and not above: a process that only reads bars does not need it.
        from database.bars.schema_library import Database  # noqa: PLC0415

        with self._write_lock, self._foreign_errors():
            migrations.apply(Database(self._writer))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the writer for one short transaction; commit at the end, roll back on any exception.

        Raises StorageError when SQLite refuses; nothing of the transaction is then stored.
        """
        with self._write_lock, self._foreign_errors():
            try:
                self._begin()
                yield self._writer
                self._crash_point("write")
                self._writer.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            self._crash_point("commit")

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a read-only connection; readers see the last commit and never block the writer."""
        try:
            connection = self._borrow()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.Error as error:
            self._translate(error)

    def close(self) -> None:
        """Close every connection that is not lent out; later returns are closed as they come."""
        with self._write_lock:
            self._is_closed = True
            while self._readers:
                self._readers.pop().close()
            self._writer.close()

    def _begin(self) -> None:
        self._crash_point("begin")
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            self._begin_when_free()

    def _begin_when_free(self) -> None:
        attempts = Retrying(
            retry=retry_if_exception(_is_busy),
            stop=stop_after_attempt(BUSY_ATTEMPTS),
            wait=wait_exponential(multiplier=0.05, max=1),
            reraise=True,
        )
        attempts(self._writer.execute, "BEGIN IMMEDIATE")

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _open_writer(self) -> sqlite3.Connection:
        with self._foreign_errors():
            writer = self._connect(is_read_only=self._is_read_only)
            if self._is_read_only:
                return writer
            writer.execute("PRAGMA journal_mode=WAL")
            writer.execute(f"PRAGMA synchronous={self._synchronous}")
            writer.execute(f"PRAGMA journal_size_limit={JOURNAL_SIZE_LIMIT}")
            self._read_back(writer)
            return writer

    def _connect(self, *, is_read_only: bool) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?{self._open_mode(is_read_only=is_read_only)}"
        connection = sqlite3.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_MS / 1000,
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection

    def _open_mode(self, *, is_read_only: bool) -> str:
        """Open without side files when this store only looks and nobody writes."""
        has_log = self.path.with_name(self.path.name + "-wal").exists()
        if self._is_read_only and not has_log:
            return "mode=ro&immutable=1"
        return "mode=ro" if is_read_only else "mode=rwc"

    def _read_back(self, writer: sqlite3.Connection) -> None:
        """Refuse to trade on a file whose durability settings did not take."""
        journal = writer.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = writer.execute("PRAGMA synchronous").fetchone()[0]
        if journal != "wal" or synchronous != {"NORMAL": 1, "FULL": 2}[self._synchronous]:
            raise StorageError(
                f"{self.path} does not keep write-ahead logging (journal {journal}): "
                "put the data directory on a local disk."
            )

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._readers.pop()
        except IndexError:
            return self._connect(is_read_only=True)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        # A store that only looks asks each time anew whether somebody writes by now.
        if self._is_closed or self._is_read_only or len(self._readers) >= READER_COUNT:
            connection.close()
        else:
            self._readers.append(connection)

    @contextmanager
    def _foreign_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._translate(error)

    def _translate(self, error: sqlite3.Error) -> NoReturn:
        """Raise our own error, except for a broken constraint: that is the caller's to understand."""
        if isinstance(error, sqlite3.IntegrityError):
            raise error
        message = str(error).rstrip(".")
        advice = next(
            (text for part, text in _ADVICE.items() if part in message.lower()),
            "put a backup back, or choose another data directory",
        )
        raise StorageError(f"{self.path}: {message}; {advice}.") from error
