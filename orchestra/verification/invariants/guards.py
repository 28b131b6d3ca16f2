"""V3, the part that no end state can show: the database itself refuses what must never happen.

In: the path of system.db. Out: findings. Thread: any.
The tables and triggers are built once more in memory, with rows of the session, and the forbidden is tried there.
"""

import sqlite3
from contextlib import closing

from orchestra.verification.findings import Findings, Invariant, Unchecked, critical
from orchestra.verification.session_files import SessionFiles, opened

GUARDED = ("orders", "fills")
# What is tried, on rows of finished orders and their fills.
FORBIDDEN = {
    "what is filled of an order falls": "UPDATE orders SET filled_qty = '0' WHERE id = ?",
    "a finished order comes back to life": "UPDATE orders SET status = 'ACCEPTED' WHERE id = ?",
    "a fill is changed": "UPDATE fills SET qty = '1' WHERE order_id = ?",
    "a fill is deleted": "DELETE FROM fills WHERE order_id = ?",
}
NO_FILL = "nothing was filled, so nothing shows that filled_qty cannot fall"


def never_falls(files: SessionFiles) -> Findings:
    """Yield V3 of the guards that are missing; raises StorageError for a file that cannot be read."""
    with opened(files.system, files.wait_seconds) as connection:
        row = connection.execute(
            "SELECT order_id FROM fills JOIN orders ON orders.id = order_id WHERE status = 'FILLED'"
        )
        found = row.fetchone()
        if found is None:
            yield Unchecked(Invariant.FILLED_ALIKE, NO_FILL)
            return
        with closing(_twin(connection, found[0])) as twin:
            for what, statement in FORBIDDEN.items():
                if not _is_refused(twin, statement, found[0]):
                    yield critical(Invariant.FILLED_ALIKE, f"{files.system} would let it happen: {what}.", statement)


def _twin(connection: sqlite3.Connection, order_id: int) -> sqlite3.Connection:
    twin = sqlite3.connect(":memory:", isolation_level=None)
    for kind in ("table", "trigger"):
        for (statement,) in connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = ? AND tbl_name IN(?, ?) AND sql IS NOT NULL", (kind, *GUARDED)
        ).fetchall():
            twin.execute(statement)
    for table, key in (("orders", "id"), ("fills", "order_id")):
        rows = [tuple(row) for row in connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (order_id,))]
        marks = ", ".join("?" * len(rows[0]))
        twin.executemany(f"INSERT INTO {table} VALUES({marks})", rows)
    return twin


def _is_refused(twin: sqlite3.Connection, statement: str, order_id: int) -> bool:
    twin.execute("BEGIN")
    try:
        twin.execute(statement, (order_id,))
    except sqlite3.IntegrityError:
        return True
    finally:
        twin.execute("ROLLBACK")
    return False
