"""F22: databases of every earlier version, opened by this one, and killed at every statement of the way."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from database.bars import market_schema
from database.bars.schema_library import Migrations
from database.errors import StorageError
from database.schema_check import open_database
from orchestra.paper_exchange.book import schema as exchange_schema
from system_databse import system_schema
from system_databse.door import door_schema
from tests.faults.children import processes
from tests.faults.tally import Plan, Tally

AT = "2026-11-18T14:30:00.000Z"
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the databases. rows: what an owner has in it from its first version on."""

    schema: Any
    rows: tuple[str, ...]

    @property
    def migrations(self) -> Migrations:
        return self.schema.migrations


KINDS = {
    "system": Kind(
        system_schema,
        (
            f"INSERT INTO settings VALUES ('engine_minute', '600', '{AT}')",
            (
                "INSERT INTO algorithms(id, name, ticker, initial_capital, created_at)"
                f" VALUES (1, 'toy', 'AAA', 1000, '{AT}')"
            ),
            (
                "INSERT INTO orders(id, client_order_id, algo_id, bar_ts, purpose, asset_class, symbol, side, qty,"
                " mode, status, created_at) VALUES (1, 'at-a-1-b-0', 1, 540, 'ENTRY', 'us_equity', 'AAA', 'buy', '10',"
                f" 'PAPER', 'PENDING', '{AT}')"
            ),
        ),
    ),
    "market": Kind(market_schema, ("INSERT INTO symbols(symbol) VALUES ('AAA')",)),
    "door": Kind(door_schema, ("INSERT INTO control(key, value) VALUES ('pepper', 'x')",)),
    "exchange": Kind(
        exchange_schema,
        ("INSERT INTO clock VALUES (1, 600, 0)",),
    ),
}


def upgrade(plan: Plan) -> Tally:
    """Open each older version of each database, and be killed at every statement of the migration (F22)."""
    tally = Tally("F22 upgrade, killed at every statement", "upgrade", runs_again=plan.runs)
    kills = list(_kills(plan.folder))
    # Fewer runs than statements: spread over all of them.
    step = max(1, len(kills) // plan.runs)
    for name, version, statement in kills[::step]:
        tally.add(plan.seed, _one_kill(plan.folder, name, version, statement), injected=1)
        tally.note(f"{name} from version {version}")
    return tally


def _kills(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield every (database, version it begins with, statement at which it is killed); 0 is not at all."""
    for name, kind in KINDS.items():
        for version in range(len(kind.migrations._migrations) + 1):
            file = _fixture(folder, name, version)
            statements = [0]
            with _tracing(statements, kill_at=None):
                _open(file, kind.migrations, kind)
            yield from ((name, version, number) for number in range(statements[0] + 1))


def _one_kill(folder: Path, name: str, version: int, statement: int) -> list[str]:
    file, kind = _fixture(folder, name, version), KINDS[name]
    before = _rows(file, kind)
    child = processes.Process(target=migrate, args=(file, name, statement), daemon=True)
    child.start()
    child.join(60)
    where = f"{name} from version {version}, statement {statement}"
    found = []
    if child.exitcode != (KILLED if statement else 0):
        found.append(f"V7 {where}: ended with {child.exitcode}")
    try:
        _open(file, kind.migrations, kind)
    except StorageError as error:
        return [*found, f"V7 {where}: refused afterwards ({error})"]
    if _rows(file, kind) != before:
        found.append(f"V7 {where}: rows are not what they were")
    if _schema(file) != _schema(_fixture(folder, name, len(kind.migrations._migrations), fresh=f"{name}-now.db")):
        found.append(f"V7 {where}: not the schema of a new file")
    return found


def migrate(file: Path, name: str, kill_at: int) -> None:
    """Open the file as the program does; be killed before that statement. In a process of its own."""
    kind = KINDS[name]
    with _tracing([0], kill_at=kill_at or None):
        _open(file, kind.migrations, kind)


@contextmanager
def _tracing(count: list[int], *, kill_at: int | None) -> Iterator[None]:
    """Count the statements of every connection that is opened, and end this process before one of them."""

    def on_statement(_text: str) -> None:
        count[0] += 1
        if count[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def traced(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **more)
        connection.set_trace_callback(on_statement)
        return connection

    sqlite3.connect = traced
    try:
        yield
    finally:
        sqlite3.connect = connect


def _fixture(folder: Path, name: str, version: int, *, fresh: str = "older.db") -> Path:
    """Return a file as the program of that version left it, with an owner's rows in it."""
    file, kind = folder / fresh, KINDS[name]
    for left_over in folder.glob(f"{fresh}*"):
        left_over.unlink()
    if not version:
        return file
    older = Migrations(kind.migrations.name)
    older._migrations = kind.migrations._migrations[:version]
    _open(file, older, kind)
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in kind.rows:
            connection.execute(statement)
    return file


def _open(file: Path, migrations: Migrations, kind: Kind) -> None:
    open_database(file, migrations, kind.schema.APPLICATION_ID, synchronous="FULL").close()


def _rows(file: Path, kind: Kind) -> list[tuple[object, ...]]:
    """Return the owner's rows, in the columns that they had from the beginning."""
    if not file.exists():
        return []
    tables = [statement.split()[2].partition("(")[0] for statement in kind.rows]
    with closing(sqlite3.connect(file)) as connection:
        is_there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        return [
            connection.execute(f"SELECT * FROM {table}").fetchone()[:2]
            for table in tables
            if table in is_there and connection.execute(f"SELECT 1 FROM {table}").fetchone()
        ]


def _schema(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT type, name FROM sqlite_master ORDER BY 1, 2").fetchall()
        return [*names, *connection.execute("PRAGMA user_version").fetchall()]
