"""A file of the K-index, saved from NOAA or recorded elsewhere, into the store: what a backtest or a replay then knows.

In: JSON in one of NOAA's shapes. Out: rows of `space_weather`. Thread: any. Its readings count as known as soon as what
they tell of was over.
"""

from pathlib import Path

from database.errors import ConfigError, MarketDataError
from database.sqlite_store import SqliteStore
from database.weather import sample_rows
from database.weather.k_index import Sample
from database.weather.noaa_answer import read_answer

SUFFIX = ".json"
LARGEST_BYTES = 50_000_000


def read_readings(path: Path) -> list[Sample]:
    """Return the readings of a file, ascending; raises ConfigError when it holds none."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ConfigError(f"{path} is larger than {LARGEST_BYTES} bytes: split it.")
        return read_answer(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).") from error
    except MarketDataError as error:
        raise ConfigError(f"{path} holds no K-index in one of NOAA's forms: {error}") from error


def store_readings(store: SqliteStore, readings: list[Sample]) -> int:
    """Store what is not there yet, and return how many readings that were."""
    with store.transaction() as connection:
        before = connection.total_changes
        sample_rows.add(connection, readings)
        return connection.total_changes - before
