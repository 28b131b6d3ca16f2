"""A copy of a session that is damaged on purpose: past the triggers, which are put back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestra.verification.findings import Finding
from orchestra.verification.verify import verify_session

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MINUTE = 60
DOOR_ID = 0x41544452


@dataclass(frozen=True, slots=True)
class Patient:
    """The copy."""

    folder: Path

    def path(self, database: str) -> Path:
        return self.folder / f"{database}.db"

    def rows(self, statement: str, *values: object, database: str = "system") -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.path(database))) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]

    def row(self, statement: str, *values: object, database: str = "system") -> dict[str, Any]:
        return self.rows(statement, *values, database=database)[0]

    def damage(self, statement: str, *values: object, database: str = "system") -> None:
        """Run a statement that the database itself would refuse; it has to change something."""
        with self._without_triggers(database) as connection:
            assert connection.execute(statement, values).rowcount > 0

    def plant(self, table: str, row: dict[str, Any], *, database: str = "system") -> None:
        """Add a row."""
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        with self._without_triggers(database) as connection:
            connection.execute(f"INSERT INTO {table}({columns}) VALUES({marks})", tuple(row.values()))

    def plant_intent(self, **changed: Any) -> dict[str, Any]:
        """Add an opening order of a bar that nobody used, which was never filled; return its row."""
        row = self.row("SELECT * FROM orders WHERE purpose = 'ENTRY' ORDER BY id DESC LIMIT 1")
        signal = self.row("SELECT * FROM signals WHERE id = ?", row["signal_id"])
        signal |= {"id": None, "dedupe_key": "planted"}
        self.plant("signals", signal)
        bar_ts = row["bar_ts"] + MINUTE
        number = f"at-{self.install}-{row['algo_id']}-{base36(bar_ts // MINUTE)}-0"
        row |= {"id": None, "bar_ts": bar_ts, "client_order_id": number, "broker_order_id": None, "raw_status": None}
        row |= {"signal_id": self.row("SELECT MAX(id) AS id FROM signals")["id"], "filled_qty": "0"}
        row |= {"filled_notional": "0", "avg_fill_price": None, **changed}
        self.plant("orders", row)
        return row

    def plant_at_exchange(self, number: str, **changed: Any) -> None:
        """Add an order at the exchange that never filled."""
        row = self.row("SELECT * FROM orders ORDER BY submitted_at DESC LIMIT 1", database="exchange")
        row |= {"id": f"id of {number}", "client_order_id": number, "submitted_at": row["submitted_at"] + 1}
        row |= {"status": "canceled", "filled_qty": "0", "filled_avg_price": None, "filled_at": None, **changed}
        self.plant("orders", row, database="exchange")

    def halt(self, at: str) -> None:
        """Give the session a door.db with a halt in it."""
        with closing(sqlite3.connect(self.path("door"))) as connection, connection:
            connection.execute(f"PRAGMA application_id = {DOOR_ID}")
            connection.execute("CREATE TABLE control(key TEXT PRIMARY KEY, value TEXT NOT NULL)")
            connection.execute("INSERT INTO control VALUES('halt', ?)", (f'{{"at": "{at}", "by": "this machine"}}',))

    def findings(self, **how: Any) -> tuple[Finding, ...]:
        return verify_session(self.folder, **how).findings

    def broken(self, **how: Any) -> set[str]:
        """Return which invariants the checker says are broken."""
        return set(verify_session(self.folder, **how).broken)

    @property
    def install(self) -> str:
        return str(self.row("SELECT value FROM settings WHERE key = 'install'")["value"])

    @contextmanager
    def _without_triggers(self, database: str) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path(database))) as connection, connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            yield connection
            for _, statement in triggers:
                connection.execute(statement)


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits
