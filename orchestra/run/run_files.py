"""The files of one run: checked before anything is written, locked, opened, closed in reverse order.

In: a data directory. Out: databases, logs. Thread: main.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TextIO

from database.bar_store import BarStore
from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError, ConfigError, StorageDamaged, StorageError
from database.schema_check import inspect_database, open_database
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.api.stored_halt import halt_after_restore
from orchestra.engine import Stores
from orchestra.messages.halt import Halt
from orchestra.paper_exchange.book import schema as exchange_schema
from orchestra.run import run_identity
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_shelf import BackupShelf
from orchestra.run.keeping.restorer import Restorer
from orchestra.run.keeping.start_check import CHECK, StartCheck
from orchestra.run.run_identity import RunIdentity
from orchestra.runtime.clock import Clock
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.runtime.log_setup import LogSetup
from system_databse import system_schema
from system_databse.door import door_schema
from system_databse.door.door_store import DoorStore
from system_databse.system_db_manager import POINTER_FILE

log = logging.getLogger(__name__)


class RunFiles:
    """A context: entering checks and locks the directory; leaving closes what was opened.

    clock: given for a run whose files are kept safe: a damaged one is put back from the newest good backup, and `told`
    says so. Without it a damaged file is refused as it is.
    """

    def __init__(
        self, directory: DataDirectory, *, screen: TextIO, screen_level: int, clock: Clock | None = None
    ) -> None:
        self.directory = directory
        self.shelf = BackupShelf(directory.backups)
        self.told: list[str] = []
        self._clock = clock
        self._has_ended_well = self._is_distrusted = False
        self._screen = screen
        self._screen_level = screen_level
        self._stack = ExitStack()
        self._stores: Stores | None = None

    @property
    def stores(self) -> Stores:
        """Return the open databases; raises ConfigError before open_stores."""
        if self._stores is None:
            raise ConfigError("The databases of this run have not been opened.")
        return self._stores

    def __enter__(self) -> "RunFiles":
        """Check every database that is there, then make the folders, lock and start the log."""
        self._inspect_first()
        self.directory.create()
        self._lock = DirectoryLock(self.directory.lock)
        self._lock.take()
        self._stack.callback(self._release)
        try:
            self._start_log()
            has_ended_well = self._lock.begin_run()
            if self._clock:
                self._repair(self._clock, is_thorough=not has_ended_well)
        except BaseException:
            self._stack.close()
            raise
        return self

    def _release(self) -> None:
        if self._has_ended_well:
            self._lock.end_run()
        self._lock.release()

    def _start_log(self) -> None:
        self.log_setup = LogSetup(self.directory.logs, screen=self._screen, screen_level=self._screen_level)
        self.log_setup.start()
        self._stack.callback(self.log_setup.stop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything, the log last: an error of our own is told there in full."""
        if isinstance(error, Exception) and not isinstance(error, AutoTraderError):
            log.critical("AutoTrader stops on an error of its own.", exc_info=error)
        self._has_ended_well = not (isinstance(error, StorageError) or self._is_distrusted)
        self._stack.close()

    def distrust(self) -> None:
        """Have the next start read every index and reference, however this run ends."""
        self._is_distrusted = True

    def require(self, identity: RunIdentity) -> None:
        """Refuse a system database that belongs to somebody else, unchanged."""
        if not _has_content(self.directory.system):
            return
        system = SqliteStore(self.directory.system, synchronous="FULL", is_read_only=True)
        try:
            run_identity.require(system, identity)
        finally:
            system.close()

    def require_whole_pair(self) -> None:
        """Refuse when only one of exchange.db and a system.db that belongs to an account exists.

        system.db is made first: one without an owner, beside an exchange.db at its first minute, is what a start
        that was cut off leaves behind. An empty file is a lost one.
        """
        has_exchange, has_system = _has_content(self.directory.exchange), _has_content(self.directory.system)
        is_claimed = has_system and self._ask_system(run_identity.is_claimed)
        is_cut_off_start = has_exchange and has_system and not is_claimed and not self._has_traded()
        if has_exchange == is_claimed or is_cut_off_start:
            self._make_system_first()
            return
        lost = self.directory.exchange if is_claimed else self.directory.system
        raise ConfigError(
            f"{lost} is lost although its twin is there: put a copy of both back, or choose another --data-dir."
        )

    def kept_for(self) -> str | None:
        """Return the fingerprint of the market that exchange.db was kept for; None when there is no book yet."""
        if not _has_content(self.directory.exchange):
            return None
        exchange = SqliteStore(self.directory.exchange, synchronous="FULL", is_read_only=True)
        try:
            with exchange.reader() as connection:
                has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'account'").fetchone()
                row = connection.execute("SELECT market_fingerprint FROM account").fetchone() if has_table else None
                return row[0] if row else None
        finally:
            exchange.close()

    def has_demo_started(self) -> bool:
        """Say whether the demo of this directory has begun before."""
        return _has_content(self.directory.system) and self._ask_system(run_identity.has_demo_started)

    def open_stores(self) -> Stores:
        """Open the engine's two databases, migrated."""
        market = open_database(
            self.directory.market,
            market_schema.migrations,
            market_schema.APPLICATION_ID,
            synchronous="NORMAL",
            is_inspected=True,
        )
        self._stack.callback(market.close)
        self._stores = Stores(market, self._open_system())
        return self._stores

    def last_prices(self, symbols: Iterable[str], *, before: int) -> dict[str, float]:
        """Return the newest close of each symbol whose minute is over by `before`."""
        bars = BarStore(self.stores.market, MarketCalendar())
        newest = {symbol: bars.last_bars(symbol, 1, before=before) for symbol in symbols}
        return {symbol: found[0].close for symbol, found in newest.items() if found}

    def point_here(self, where: str) -> None:
        """Tell a second terminal which directory is in use: a path, or the name of a folder of the house."""
        try:
            fresh = POINTER_FILE.with_suffix(".new")
            fresh.write_text(where, encoding="utf-8")
            fresh.replace(POINTER_FILE)
        except OSError as error:
            log.warning("A second terminal will not find this run's data (%s).", error.strerror)

    def _inspect_first(self) -> None:
        """Refuse what cannot be repaired while everything is as it was."""
        try:
            self._inspect()
        except StorageDamaged as error:
            is_market = error.path == self.directory.market
            if not self._clock or not (is_market or self.shelf.names()):
                raise

    def _repair(self, clock: Clock, *, is_thorough: bool) -> None:
        """Check what is there, put back what is lost, and refuse what could not be put back."""
        restorer = Restorer(self.directory, halt=partial(self._halt, clock))
        check = StartCheck(self.directory, self.shelf, restorer, now=clock.now(), is_thorough=is_thorough)
        self.told = check.run()
        for sentence in self.told:
            log.error("%s", sentence)
        self._inspect()

    def _halt(self, clock: Clock, by: str) -> None:
        door = DoorStore.open(self.directory.door)
        try:
            halt_after_restore(door, Halt(iso_milliseconds(clock.now()), by, CHECK, is_automatic=True))
        finally:
            door.close()

    def _inspect(self) -> None:
        inspect_database(self.directory.market, market_schema.migrations, market_schema.APPLICATION_ID)
        inspect_database(self.directory.system, system_schema.migrations, system_schema.APPLICATION_ID)
        inspect_database(self.directory.door, door_schema.migrations, door_schema.APPLICATION_ID)
        inspect_database(self.directory.exchange, exchange_schema.migrations, exchange_schema.APPLICATION_ID)

    def _has_traded(self) -> bool:
        """Say whether an engine ever moved the exchange's clock on."""
        exchange = SqliteStore(self.directory.exchange, synchronous="FULL", is_read_only=True)
        try:
            with exchange.reader() as connection:
                has_clock = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'clock'").fetchone()
                moved_on = "SELECT 1 FROM clock, account WHERE clock.minute > account.created_at"
                return bool(has_clock) and connection.execute(moved_on).fetchone() is not None
        finally:
            exchange.close()

    def _ask_system(self, question: Callable[[SqliteStore], bool]) -> bool:
        system = SqliteStore(self.directory.system, synchronous="FULL", is_read_only=True)
        try:
            return question(system)
        finally:
            system.close()

    def _make_system_first(self) -> None:
        """Make system.db before exchange.db, so that a cut-off start never looks like a lost system.db."""
        if not _has_content(self.directory.system):
            self._open_system().close()

    def _open_system(self) -> SqliteStore:
        system = open_database(
            self.directory.system,
            system_schema.migrations,
            system_schema.APPLICATION_ID,
            synchronous="FULL",
            is_inspected=True,
            # The books in memory have to be read anew before anything may be written after a failure.
            heals_itself=False,
        )
        self._stack.callback(system.close)
        return system


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
