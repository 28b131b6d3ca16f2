"""What goes along into the other mode's folder before the change: the PIN and, for real money, the first limits.

In: the databases in use, the other folder, which nobody may be using. Out: rows there, or ConfigError. Thread: any.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from database.errors import ConfigError
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.run import run_identity
from orchestra.run.data_directory import DataDirectory
from orchestra.run.run_identity import RunIdentity
from orchestra.runtime.directory_lock import DirectoryLock
from system_databse import system_schema
from system_databse.control import limit_rows
from system_databse.control.limit import Limit
from system_databse.door import session_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.pin_digest import PEPPER
from system_databse.rows import settings


@dataclass(frozen=True, slots=True)
class Handover:
    """What is taken along. identity: whose databases the others have to be; limits: for all algorithms together."""

    system: SqliteStore
    door: DoorStore
    identity: RunIdentity
    limits: Sequence[Limit] = ()

    def into(self, directory: DataDirectory, now: datetime) -> None:
        """Write it; raises ConfigError when the folder belongs to another account, or is in use.

        Sessions of an earlier PIN end there. What was written stays harmless if the change is not made after all.
        """
        with self.system.reader() as connection:
            pin, preferences = settings.get(connection, settings.PIN_HASH), settings.get(connection, "preferences")
        pepper = self.door.control(PEPPER)
        if pin is None or pepper is None:
            raise ConfigError("There is no PIN yet: choose one first.")
        directory.create()
        with ExitStack() as stack:
            lock = DirectoryLock(directory.lock)
            lock.take()
            stack.callback(lock.release)
            system = open_database(
                directory.system, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
            )
            stack.callback(system.close)
            run_identity.require(system, self.identity)
            door = DoorStore.open(directory.door)
            stack.callback(door.close)
            with door.transaction() as connection:
                connection.execute("INSERT OR REPLACE INTO control(key, value) VALUES(?, ?)", (PEPPER, pepper))
                session_rows.end_all(connection, now)
            with system.transaction() as connection:
                settings.put(connection, settings.PIN_HASH, pin, at=iso_milliseconds(now))
                if preferences is not None:
                    settings.put(connection, "preferences", preferences, at=iso_milliseconds(now))
                for limit in self.limits:
                    limit_rows.put(connection, limit)
