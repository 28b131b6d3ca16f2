"""The market database of a data directory, for a command that reads or adds bars.

In: the layout of a directory. Out: its bars, to read while AutoTrader runs or to write while it does not.
Thread: main.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from database.bar_store import BarStore
from database.bars.market_schema import APPLICATION_ID, migrations
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from database.schema_check import inspect_database, open_database
from database.sqlite_store import SqliteStore
from orchestra.run import run_identity
from orchestra.run.data_directory import DataDirectory
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.runtime.settings import Mode
from system_databse import system_schema


@contextmanager
def bars_to_read(directory: DataDirectory, calendar: MarketCalendar) -> Iterator[BarStore]:
    """Open the bars for looking only; AutoTrader may be writing them meanwhile.

    Raises ConfigError when there are none, StorageError when the file cannot be trusted.
    """
    if not directory.market.exists():
        raise ConfigError(f"There are no bars in {directory.market}: download or import some, or name a --data-dir.")
    store = open_database(directory.market, migrations, APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
    try:
        yield BarStore(store, calendar, is_only_writer=False)
    finally:
        store.close()


@contextmanager
def bars_to_write(directory: DataDirectory, calendar: MarketCalendar) -> Iterator[BarStore]:
    """Lock the directory and open the bars, made if need be.

    Raises ConfigError while an AutoTrader uses the directory, or when its bars are of a made-up market or a replay.
    """
    inspect_database(directory.market, migrations, APPLICATION_ID)
    _refuse_demo(directory)
    directory.create()
    lock = DirectoryLock(directory.lock)
    lock.take()
    try:
        store = open_database(directory.market, migrations, APPLICATION_ID, synchronous="NORMAL", is_inspected=True)
        try:
            yield BarStore(store, calendar)
        finally:
            store.close()
    finally:
        lock.release()


def _refuse_demo(directory: DataDirectory) -> None:
    """Keep real bars out of a market where prices are made up or time stands elsewhere."""
    if not directory.system.exists() or not directory.system.stat().st_size:
        return
    inspect_database(directory.system, system_schema.migrations, system_schema.APPLICATION_ID, is_quick=True)
    system = SqliteStore(directory.system, synchronous="FULL", is_read_only=True)
    try:
        mode = run_identity.mode_of(system)
    finally:
        system.close()
    if mode == Mode.DEMO:
        raise ConfigError(
            f"{directory.system.parent} holds a demo or a replay, whose bars are its own: choose another --data-dir."
        )
