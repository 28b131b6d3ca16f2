"""The place a control verb acts on: a data directory, its door.db, and the program that may be running in it.

In: --data-dir. Out: an open door, or ConfigError in one plain sentence. Thread: main.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database.errors import ConfigError
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.run.command_line import Parser
from orchestra.run.data_directory import DataDirectory, in_folder, in_use
from orchestra.runtime.clock import Clock
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.verbs.person.arguments import ROOT, parser_for
from system_databse import system_schema
from system_databse.control import taken_wishes
from system_databse.door import wish_rows
from system_databse.door.door_store import AuditRow, DoorStore
from system_databse.door.wish_rows import Wish

BY = "the command line"
LOOK_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 15.0


class Place:
    """A data directory that a program has been started in."""

    def __init__(self, directory: DataDirectory) -> None:
        if not directory.system.exists():
            raise ConfigError(
                f"There is no {directory.system}: start AutoTrader first, or name its folder with --data-dir."
            )
        self._directory = directory

    @contextmanager
    def door(self) -> Iterator[DoorStore]:
        """Lend door.db, which the program may be using; raises StorageError."""
        door = DoorStore.open(self._directory.door)
        try:
            yield door
        finally:
            door.close()

    @contextmanager
    def system(self, *, is_read_only: bool = True) -> Iterator[SqliteStore]:
        """Lend system.db, to be looked at unless nobody else is using it; raises StorageError."""
        system = open_database(
            self._directory.system,
            system_schema.migrations,
            system_schema.APPLICATION_ID,
            synchronous="FULL",
            is_read_only=is_read_only,
        )
        try:
            yield system
        finally:
            system.close()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep a program from starting meanwhile; lends False when one is running."""
        lock = DirectoryLock(self._directory.lock)
        try:
            lock.take()
        except ConfigError:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    @property
    def is_running(self) -> bool:
        """Say whether a program is running here."""
        with self.alone() as is_alone:
            return not is_alone

    def note(self, act: str, outcome: str, clock: Clock) -> None:
        """Note an act down beside those of the page: whoever asks later who halted, and when, finds it there."""
        with self.door() as door:
            door.record(AuditRow(now_of(clock), BY, "", act, "", outcome))

    def wish(self, wish: Wish, clock: Clock) -> str | None:
        """Leave a wish for the running program and wait until it has taken it up.

        Returns what came of it, None when it is busy and will take it up later.
        """
        with self.door() as door, door.transaction() as connection:
            wish_rows.add(connection, wish)
        return self.answer_to(wish, clock)

    def answer_to(self, wish: Wish, clock: Clock) -> str | None:
        """Wait for what comes of a wish."""
        ends_at = clock.monotonic() + LONGEST_WAIT_SECONDS
        with self.system() as system:
            while clock.monotonic() < ends_at:
                with system.reader() as connection:
                    answer = taken_wishes.answer_to(connection, wish.id)
                if answer is not None:
                    return answer
                clock.sleep(LOOK_SECONDS)
        return None


def control_parser(verb: str, help_text: str) -> Parser:
    """Return a parser with what every control verb is asked."""
    parser = parser_for(verb, help_text)
    parser.add_argument("--data-dir", metavar="DIR", help="folder of the databases; default: the one in use")
    return parser


def place_of(data_dir: str | None) -> Place:
    """Return the place that was named, or the one in use; raises ConfigError."""
    if data_dir == "":
        raise ConfigError("--data-dir is empty: name the folder of the databases.")
    return Place(in_use(ROOT) if data_dir is None else in_folder(Path(data_dir).absolute()))


def now_of(clock: Clock) -> str:
    """Return the time as it is stored."""
    return iso_milliseconds(clock.now())
