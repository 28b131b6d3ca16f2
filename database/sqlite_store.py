"""One SQLite file: a single writer connection behind a lock and a small pool of readers."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_delay, wait_exponential

from database.errors import StorageDamaged, StorageError, StorageUnavailable
from database.keeping import pragmas
from database.keeping.pragmas import BUSY_TIMEOUT_MS, Synchronous

if TYPE_CHECKING:
    from database.bars.schema_library import Migrations

READER_COUNT = 8
# SQLite's own codes, without what it adds to tell the kinds of each apart.
_BUSY, _LOCKED, _IO_ERROR, _CORRUPT, _FULL, _NO_DATABASE = 5, 6, 10, 11, 13, 26

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
    return isinstance(error, sqlite3.OperationalError) and _is_one_of(error, (_BUSY, _LOCKED), ("locked", "busy"))


def _is_full(error: sqlite3.Error) -> bool:
    return _is_one_of(error, (_FULL,), ("disk is full",))


def _kills(error: BaseException) -> bool:
    """Say whether the connection is dead: after a failed write or fsync nobody knows what the system still holds."""
    return isinstance(error, sqlite3.Error) and _is_one_of(error, (_FULL, _IO_ERROR), ("disk is full", "disk i/o"))


def _is_one_of(error: sqlite3.Error, codes: tuple[int, ...], words: tuple[str, ...]) -> bool:
    """Look at the code; an error that was not raised by SQLite itself has only its text."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in codes
    return any(word in str(error).lower() for word in words)


class SqliteStore:
    """Own every connection to one database file.

    synchronous: FULL where money is recorded, NORMAL for bars, which can be fetched again.
    crash_point: called with 'begin', 'write' and 'commit' around each transaction; the fault
    campaign passes a function that raises or kills. heals_itself: False where memory has to be read anew before
    anything may be written after a failure; then `revive` is the caller's to call.

    Raises StorageError when the file cannot be opened, is no database or is damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        synchronous: Synchronous,
        is_read_only: bool = False,
        crash_point: CrashPoint = ignore_crash_point,
        heals_itself: bool = True,
    ) -> None:
        self.path = path
        self._synchronous = synchronous
        self._is_read_only = is_read_only
        self._crash_point = crash_point
        self._heals_itself = heals_itself
        self._is_dead = False
        # For whoever watches from outside: transactions begun anew, and times that SQLite refused.
        self.retries = self.failures = 0
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

        Raises StorageError when SQLite refuses, StorageUnavailable when it may work later. Nothing of the transaction
        is then stored, except that a commit the disk failed on may turn up once the file has been opened again.
        """
        with self._write_lock, self._foreign_errors():
            try:
                self._begin()
                yield self._writer
                self._crash_point("write")
                self._writer.execute("COMMIT")
            except BaseException as error:
                self._is_dead = self._is_dead or _kills(error)
                self._roll_back()
                raise
            self._crash_point("commit")

    @property
    def is_dead(self) -> bool:
        """Say whether the connection failed in a write, so that the file has to be opened again first."""
        return self._is_dead

    def revive(self) -> None:
        """Close what failed and open the file again, verified; nothing is repeated. Does nothing on a sound store.

        Raises StorageUnavailable as long as the disk refuses, StorageError when the file is damaged.
        """
        with self._write_lock, self._foreign_errors():
            if not self._is_dead:
                return
            self._close_all()
            self._writer = self._open_writer()
            if self._synchronous == "FULL":
                self._require_undamaged()
            self._is_dead = False

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a read-only connection; readers see the last commit and never block the writer."""
        try:
            connection = self._borrow()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._translate(error)

    def close(self) -> None:
        """Close every connection that is not lent out; later returns are closed as they come."""
        with self._write_lock:
            self._is_closed = True
            self._close_all()

    def _close_all(self) -> None:
        with suppress(sqlite3.Error):
            while self._readers:
                self._readers.pop().close()
            self._writer.close()

    def _require_undamaged(self) -> None:
        answer = self._writer.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer != "ok":
            raise StorageDamaged(
                f"{self.path} is damaged ({' '.join(answer.split())}): restore the newest backup.", path=self.path
            )

    def _begin(self) -> None:
        self._crash_point("begin")
        if self._is_dead and not self._heals_itself:
            raise StorageUnavailable(f"{self.path} has failed and has not been opened again yet.")
        self.revive()
        # Once is enough where SQLite has waited; where waiting might be a deadlock it refuses at once.
        attempts = Retrying(
            retry=retry_if_exception(_is_busy),
            stop=stop_after_delay(BUSY_TIMEOUT_MS / 1000),
            wait=wait_exponential(multiplier=0.05, max=1),
            before_sleep=self._count_retry,
            reraise=True,
        )
        attempts(self._writer.execute, "BEGIN IMMEDIATE")

    def _count_retry(self, _state: RetryCallState) -> None:
        self.retries += 1

    def _roll_back(self) -> None:
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        except sqlite3.Error:
            self._is_dead = True

    def _open_writer(self) -> sqlite3.Connection:
        with self._foreign_errors():
            writer = self._connect(is_read_only=self._is_read_only)
            if self._is_read_only:
                return writer
            pragmas.apply(writer, self._synchronous)
            pragmas.require(writer, self._synchronous, self.path)
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
        pragmas.apply_to_reader(connection)
        return connection

    def _open_mode(self, *, is_read_only: bool) -> str:
        """Open without side files when this store only looks and nobody writes."""
        has_log = self.path.with_name(self.path.name + "-wal").exists()
        if self._is_read_only and not has_log:
            return "mode=ro&immutable=1"
        return "mode=ro" if is_read_only else "mode=rwc"

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
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._translate(error)

    def _translate(self, error: sqlite3.Error | UnicodeDecodeError) -> NoReturn:
        """Raise our own error, except for a broken constraint: that is the caller's to understand."""
        if isinstance(error, sqlite3.IntegrityError):
            raise error
        self.failures += 1
        if isinstance(error, UnicodeDecodeError):
            raise StorageDamaged(f"{self.path}: a text is no text any more; {OTHER_ADVICE}.", path=self.path) from error
        message = str(error).rstrip(".")
        advice = next(
            (text for part, text in _ADVICE.items() if part in message.lower()),
            OTHER_ADVICE,
        )
        sentence = f"{self.path}: {message}; {advice}."
        if _kills(error) or _is_busy(error):
            raise StorageUnavailable(sentence, is_full=_is_full(error)) from error
        if _is_one_of(error, (_CORRUPT, _NO_DATABASE), ("malformed", "not a database")):
            raise StorageDamaged(sentence, path=self.path) from error
        raise StorageError(sentence) from error
