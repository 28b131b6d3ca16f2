"""Rows of `algorithms`."""

import sqlite3
from decimal import Decimal

from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus

COLUMNS = (
    "id, name, ticker, initial_capital, file, file_sha256, params, status, error_count, last_error, sell_wanted,"
    " command_id"
)


def insert(connection: sqlite3.Connection, record: AlgorithmRecord, created_at: str) -> None:
    """Add a new algorithm; the record carries the id it is to have."""
    connection.execute(
        "INSERT INTO algorithms(id, name, ticker, initial_capital, file, file_sha256, params, status, created_at,"
        " command_id) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.id,
            record.name,
            record.ticker,
            float(record.initial_capital),
            record.file,
            record.file_sha256,
            record.params,
            record.status,
            created_at,
            record.command_id,
        ),
    )


def load(connection: sqlite3.Connection) -> list[AlgorithmRecord]:
    """Return every algorithm, in the order of their ids."""
    return [_record(row) for row in connection.execute(f"SELECT {COLUMNS} FROM algorithms ORDER BY id")]


def find(connection: sqlite3.Connection, identifier: int) -> AlgorithmRecord | None:
    """Return one algorithm, also one that is over; None when there never was one with this id."""
    row = connection.execute(f"SELECT {COLUMNS} FROM algorithms WHERE id = ?", (identifier,)).fetchone()
    return _record(row) if row else None


def life(connection: sqlite3.Connection, identifier: int) -> tuple[str | None, str | None]:
    """Return when the algorithm was created and when it was stopped, ISO-Z texts; None for what is not known."""
    row = connection.execute("SELECT created_at, stopped_at FROM algorithms WHERE id = ?", (identifier,)).fetchone()
    return (row[0], row[1]) if row else (None, None)


def started_by(connection: sqlite3.Connection, command_id: str) -> int | None:
    """Return the id of the algorithm that a command started, None when it started none."""
    row = connection.execute("SELECT id FROM algorithms WHERE command_id = ?", (command_id,)).fetchone()
    return int(row[0]) if row else None


def update(connection: sqlite3.Connection, record: AlgorithmRecord, at: str) -> None:
    """Store ticker, status, error count, the file's digest and the wish to sell as the record has them."""
    connection.execute(
        "UPDATE algorithms SET ticker = ?, status = ?, error_count = ?, last_error = ?, file_sha256 = ?,"
        " sell_wanted = ?, last_run_at = ?,"
        " stopped_at = CASE WHEN ? = 'STOPPED' THEN COALESCE(stopped_at, ?) ELSE stopped_at END WHERE id = ?",
        (
            record.ticker,
            record.status,
            record.error_count,
            record.last_error,
            record.file_sha256,
            int(record.is_sell_wanted),
            at,
            record.status,
            at,
            record.id,
        ),
    )


def _record(row: tuple[object, ...]) -> AlgorithmRecord:
    identifier, name, ticker, capital, file, sha256, params, status, error_count, last_error, sell_wanted, command = row
    return AlgorithmRecord(
        id=int(str(identifier)),
        name=str(name),
        ticker=str(ticker),
        initial_capital=_dollars(float(str(capital))),
        file=str(file),
        file_sha256=str(sha256),
        params=str(params),
        status=AlgorithmStatus(str(status)),
        error_count=int(str(error_count)),
        last_error=None if last_error is None else str(last_error),
        is_sell_wanted=bool(sell_wanted),
        command_id=None if command is None else str(command),
    )


def _dollars(capital: float) -> Decimal:
    """Return the stored amount as it was given: 20000, not 20000.0."""
    return Decimal(int(capital)) if capital.is_integer() else Decimal(repr(capital))
