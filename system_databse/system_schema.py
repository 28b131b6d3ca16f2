"""The schema of system.db, as migrations (domain model, section 2).

Prices and quantities of money are decimal TEXT, times TEXT ISO-Z, minutes epoch seconds.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from database.bars.schema_library import Database, Migrations

APPLICATION_ID = 0x41545359  # "ATSY"
DDL = Path(__file__).with_name("system_schema.sql")

migrations = Migrations("system")


@migrations()
def m001_trading_state(database: Database) -> None:
    """Create every table, view, index and trigger of the first version."""
    for statement in _statements(DDL.read_text(encoding="utf-8")):
        database.execute(statement)


@migrations()
def m002_commands_of_algorithms(database: Database) -> None:
    """Keep the id of the command that started an algorithm: repeated, even after a restart, it starts no second one."""
    database.execute("ALTER TABLE algorithms ADD COLUMN command_id TEXT")
    database.execute("CREATE UNIQUE INDEX ux_algorithm_command ON algorithms(command_id)")


@migrations()
def m003_limits(database: Database) -> None:
    """Keep whose buying a daily loss has stopped, so that a restart in the same session allows nothing."""
    database.execute(
        "CREATE TABLE loss_stops(session_open INTEGER NOT NULL, scope TEXT NOT NULL,"
        " scope_key TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL, at TEXT NOT NULL,"
        " PRIMARY KEY(session_open, scope, scope_key))"
    )


@migrations()
def m004_account_truth(database: Database) -> None:
    """Let an adjustment say when, for how much and why it was made, and a stranger's fill at which price.

    Where an account was compared before, what it held then has been looked at: no baseline is taken of it.
    """
    for column in (
        "at TEXT",
        "price TEXT",
        "ratio TEXT",
        "other_symbol TEXT",
        "fills_before INTEGER NOT NULL DEFAULT 0",
    ):
        database.execute(f"ALTER TABLE adjustments ADD COLUMN {column}")
    database.execute("ALTER TABLE external_fills ADD COLUMN price TEXT")
    database.execute(
        "INSERT INTO settings(key, value, updated_at) SELECT 'baseline_taken_at', min(at), min(at) FROM recon_runs"
        " HAVING count(*) > 0"
    )
    database.execute(
        "CREATE TRIGGER adjustments_are_evidence BEFORE UPDATE ON adjustments"
        " BEGIN SELECT RAISE(ABORT, 'adjustments are append only'); END"
    )
    database.execute(
        "CREATE TRIGGER adjustments_are_kept BEFORE DELETE ON adjustments"
        " BEGIN SELECT RAISE(ABORT, 'adjustments are append only'); END"
    )


@migrations()
def m005_alerts(database: Database) -> None:
    """Keep what the owner was told until it is over; of one thing there is one open alert, however often it is told."""
    database.execute(
        "CREATE TABLE alerts(id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
        " priority TEXT NOT NULL CHECK(priority IN('critical', 'high', 'normal', 'info')),"
        " symbol TEXT NOT NULL DEFAULT '', algo_id INTEGER, text TEXT NOT NULL, first_at TEXT NOT NULL,"
        " at TEXT NOT NULL, repeats INTEGER NOT NULL DEFAULT 0, acknowledged_at TEXT, resolved_at TEXT,"
        " resolved_by TEXT CHECK(resolved_by IN('owner', 'cause')))"
    )
    database.execute(
        "CREATE UNIQUE INDEX ux_alert_open ON alerts(kind, symbol, COALESCE(algo_id, 0)) WHERE resolved_at IS NULL"
    )
    database.execute("CREATE INDEX ix_alert_resolved ON alerts(resolved_at) WHERE resolved_at IS NOT NULL")


@migrations()
def m006_figures_of_strategies(database: Database) -> None:
    """Keep more figures of a strategy, and of how many days and minutes of sessions they are."""
    for column in (
        "payoff REAL",
        "unrealized REAL",
        "cagr REAL",
        "time_in_market REAL",
        "days INTEGER",
        "minutes INTEGER",
    ):
        database.execute(f"ALTER TABLE strategy_metrics ADD COLUMN {column}")


@migrations()
def m007_signals(database: Database) -> None:
    """Keep beside a signal why it was wanted, in its own words, and find what was said of it and what it became."""
    database.execute("ALTER TABLE signals ADD COLUMN reason TEXT NOT NULL DEFAULT ''")
    database.execute("CREATE INDEX ix_signal_decision ON signal_decisions(signal_id)")
    database.execute("CREATE INDEX ix_order_signal ON orders(signal_id)")


def _statements(script: str) -> Iterator[str]:
    """Split the script; executescript would commit and so break the migration's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
