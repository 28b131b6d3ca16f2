"""Rows of `space_weather`: every reading as it was first told, and whether the last look-up failed.

A reading that is there stays as it is, because decisions rest on it; so repeating a look-up changes nothing.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from database.errors import MarketDataError
from database.timestamps import iso_minute, parse_iso
from database.weather.k_index import Sample, Source

_COLUMNS = "ts, kp, estimated_kp, source, fetched_at"
_INSERT = f"INSERT OR IGNORE INTO space_weather({_COLUMNS}) VALUES(?, ?, ?, ?, ?)"
_SELECT = f"SELECT {_COLUMNS} FROM space_weather WHERE ts >= ? AND ts < ? ORDER BY ts"


def add(connection: sqlite3.Connection, samples: Iterable[Sample]) -> None:
    """Store what is not there yet."""
    connection.executemany(_INSERT, [_row(sample) for sample in samples])


def note_answer(connection: sqlite3.Connection, samples: Iterable[Sample], *, at: int) -> None:
    """Store what a look-up brought of the past; where the one before failed, that it is over."""
    fetched = [replace(sample, fetched_at=at) for sample in samples]
    add(connection, [sample for sample in fetched if sample.known_at <= at])
    if _last_mark(connection) == Source.FAILED:
        add(connection, [_mark(Source.ANSWERED, at)])


def note_failure(connection: sqlite3.Connection, *, at: int) -> None:
    """Store that a look-up has failed: from here on the index is not known."""
    add(connection, [_mark(Source.FAILED, at)])


def between(connection: sqlite3.Connection, start: int, end: int) -> list[Sample]:
    """Return the rows with start <= ts < end, ascending."""
    return [_sample(row) for row in connection.execute(_SELECT, (start, end))]


def newest(connection: sqlite3.Connection) -> int | None:
    """Return the newest time there is a row of."""
    ts = connection.execute("SELECT max(ts) FROM space_weather").fetchone()[0]
    return None if ts is None else int(ts)


def _last_mark(connection: sqlite3.Connection) -> str | None:
    row = connection.execute(
        "SELECT source FROM space_weather WHERE source IN (?, ?) ORDER BY ts DESC LIMIT 1",
        (Source.FAILED, Source.ANSWERED),
    ).fetchone()
    return row[0] if row else None


def _mark(source: Source, at: int) -> Sample:
    """Return a mark of a look-up, at an odd second: readings stand at whole minutes, and both have to fit in."""
    return Sample(at | 1, source, fetched_at=at | 1)


def _row(sample: Sample) -> tuple[object, ...]:
    fetched_at = None if sample.fetched_at is None else iso_minute(sample.fetched_at)
    return sample.ts, sample.kp, sample.estimated_kp, str(sample.source), fetched_at


def _sample(row: tuple[int, float | None, float | None, str, str | None]) -> Sample:
    ts, kp, estimated_kp, source, fetched_at = row
    try:
        fetched = None if fetched_at is None else int(parse_iso(fetched_at).timestamp())
        return Sample(ts, Source(source), kp, estimated_kp, fetched)
    except ValueError as error:
        raise MarketDataError(f"A row of space_weather makes no sense: {row}") from error
