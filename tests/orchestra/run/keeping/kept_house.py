"""A directory with books, a door and an exchange's book in it, small but real, and its shelf of backups."""

import io
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from database.bars import market_schema
from database.schema_check import open_database
from orchestra.api.auth.pin_keeper import PinKeeper
from orchestra.api.stored_halt import stored_halt
from orchestra.messages.halt import Halt
from orchestra.paper_exchange.book import schema as exchange_schema
from orchestra.run.data_directory import DataDirectory, in_folder
from orchestra.run.keeping.backup_name import BackupName
from orchestra.run.keeping.backup_shelf import BackupShelf
from orchestra.run.run_files import RunFiles
from orchestra.runtime.clock import SystemClock
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.door.door_store import DoorStore
from system_databse.rows import algorithms, settings

NOW = datetime(2026, 11, 26, 14, 15, tzinfo=UTC)
AT = "2026-11-26T14:15:00.000Z"
ACCOUNT = "PA1"
TABLES = {"system.db": "algorithms", "door.db": "audit", "exchange.db": "account", "market.db": "symbols"}


class SetClock(SystemClock):
    """The machine's clock, standing where the test put it."""

    def now(self) -> datetime:
        return NOW


class KeptHouse:
    """In: a folder. Out: databases that can be backed up, spoiled and restored."""

    def __init__(self, folder: Path) -> None:
        self.directory: DataDirectory = in_folder(folder)
        self.shelf = BackupShelf(self.directory.backups)
        folder.mkdir(exist_ok=True)

    def fill(self, count: int = 40) -> None:
        """Write so many algorithms, and the other databases."""
        self.add_algorithms(range(1, count + 1))
        with closing(DoorStore.open(self.directory.door)) as door:
            for number in range(count):
                door.put_control(f"note{number}", "kept")
        exchange = open_database(
            self.directory.exchange, exchange_schema.migrations, exchange_schema.APPLICATION_ID, synchronous="FULL"
        )
        with exchange.transaction() as connection:
            connection.execute(
                "INSERT INTO account VALUES (1, 'id', ?, 0, '100', '100', '100', 'synthetic 17')", (ACCOUNT,)
            )
            connection.execute("INSERT INTO clock VALUES (1, 600, 0)")
        exchange.close()
        market = open_database(
            self.directory.market, market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        with market.transaction() as connection:
            connection.executemany("INSERT INTO symbols(symbol) VALUES(?)", [(f"S{n}",) for n in range(count)])
        market.close()

    def add_algorithms(self, ids: range) -> None:
        store = open_database(
            self.directory.system, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
        )
        with store.transaction() as connection:
            settings.put(connection, "account_number", ACCOUNT, at=AT)
            for id_ in ids:
                record = AlgorithmRecord(id_, f"name{id_}", "AAA", Decimal(1000), "a.py", "sha")
                algorithms.insert(connection, record, AT)
        store.close()

    def back_up(self, now: datetime = NOW) -> BackupName:
        return self.shelf.make(self.directory, now)

    def start(self) -> list[str]:
        """Start a run that is kept safe, end it in order, and return what it told."""
        with self.run_files() as files:
            files.open_stores()
            return files.told

    def run_files(self) -> RunFiles:
        return RunFiles(self.directory, screen=io.StringIO(), screen_level=logging.CRITICAL, clock=SetClock())

    def create_pin(self) -> str:
        """Make a PIN and return its pepper."""
        system = open_database(
            self.directory.system, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
        )
        with closing(DoorStore.open(self.directory.door)) as door:
            digest = PinKeeper(system, door).digest("739185")
            with system.transaction() as connection:
                settings.put(connection, settings.PIN_HASH, digest, at=AT)
            pepper = door.control("pepper")
        system.close()
        assert pepper
        return pepper

    def algorithms(self) -> int:
        return self.count("system.db")

    def count(self, name: str) -> int:
        with closing(sqlite3.connect(self.directory.system.with_name(name))) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {TABLES[name]}").fetchone()[0])

    def halt(self) -> Halt | None:
        with closing(DoorStore.open(self.directory.door)) as door:
            return stored_halt(door)

    def as_one_file(self, name: str) -> Path:
        """Leave no write-ahead log beside the database and return its path."""
        path = self.directory.system.with_name(name)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        return path

    def spoil(self, name: str) -> None:
        """Overwrite a page in the middle."""
        path = self.as_one_file(name)
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * 8192)
