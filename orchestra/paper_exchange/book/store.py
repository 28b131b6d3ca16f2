"""`exchange.db`: the book on disk, committed before anybody is answered.

In: drafts. Out: orders, fills and the account as last committed. Thread: writes under the exchange's lock, reads any.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.orders import WORKING, Order, OrderFill, Side
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.records.activities import Activity
from orchestra.paper_exchange.book.records.rows import (
    ACTIVITY_COLUMNS,
    FILL_COLUMNS,
    ORDER_COLUMNS,
    configuration_rows,
    read_account,
    read_activity,
    read_configuration,
    read_fill,
    read_order,
    row,
)
from orchestra.paper_exchange.book.records.watchlists import Watchlists
from orchestra.paper_exchange.book.schema import APPLICATION_ID, migrations

INSERT_ORDER = f"INSERT INTO orders ({', '.join(ORDER_COLUMNS)}) VALUES ({', '.join('?' * len(ORDER_COLUMNS))})"
UPSERT_ORDER = f"{INSERT_ORDER} ON CONFLICT (id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in ORDER_COLUMNS[1:]
)
INSERT_FILL = f"INSERT INTO fills ({', '.join(FILL_COLUMNS)}) VALUES ({', '.join('?' * len(FILL_COLUMNS))})"
INSERT_ACTIVITY = (
    f"INSERT INTO activities ({', '.join(ACTIVITY_COLUMNS)}) VALUES ({', '.join('?' * len(ACTIVITY_COLUMNS))})"
)
SELECT_ORDERS = f"SELECT {', '.join(ORDER_COLUMNS)} FROM orders"
SELECT_FILLS = f"SELECT {', '.join(FILL_COLUMNS)} FROM fills"
SELECT_ACTIVITIES = f"SELECT {', '.join(ACTIVITY_COLUMNS)} FROM activities ORDER BY sequence"
IS_OPEN = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(WORKING)))
HAS_OPEN_MEMBER = f"({IS_OPEN} OR id IN (SELECT parent_id FROM orders WHERE parent_id IS NOT NULL AND {IS_OPEN}))"


@dataclass(frozen=True, slots=True)
class StoredBook:
    """What the file holds: the account, the exchange's clock, and the newest order's time in microseconds."""

    account: Account
    minute: int
    is_settled: bool
    newest_order_at: int


class OrderView(StrEnum):
    """Which orders a list shows."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Filters of an order list. after and until: microseconds of submission, both exclusive.

    is_nested: list parents only; a family is open as long as one of its members is.
    """

    view: OrderView = OrderView.OPEN
    limit: int = 50
    after: int | None = None
    until: int | None = None
    is_ascending: bool = False
    symbols: tuple[str, ...] = ()
    side: Side | None = None
    is_nested: bool = False


class BookStore:
    """Keep one account in one file."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.watchlists = Watchlists(store)

    @classmethod
    def open(cls, path: Path) -> "BookStore":
        """Open or create the file. Raises StorageError when it is not ours, damaged, or cannot be written."""
        return cls(open_database(path, migrations, APPLICATION_ID, synchronous="FULL"))

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def load(self) -> StoredBook | None:
        """Return the last committed book, or None when the file is new."""
        with self._store.reader() as connection:
            head = _one(connection, "SELECT * FROM account")
            if head is None:
                return None
            clock = connection.execute("SELECT minute, is_settled FROM clock").fetchone()
            newest = connection.execute("SELECT coalesce(max(submitted_at), 0) FROM orders").fetchone()
            positions = connection.execute("SELECT symbol, qty, cost FROM positions").fetchall()
            configuration = read_configuration(connection.execute("SELECT name, value FROM configuration").fetchall())
        account = read_account(
            head,
            positions=[Position.of_text(*values) for values in positions],
            working=self.orders(OrderQuery(limit=-1, is_ascending=True)),
            configuration=configuration,
        )
        return StoredBook(account, clock[0], bool(clock[1]), newest[0])

    def create(self, account: Account, minute: int) -> None:
        """Write the first state of a new book."""
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO account VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
                (
                    account.id,
                    account.account_number,
                    account.created_at,
                    str(account.opening_cash),
                    str(account.cash),
                    str(account.last_equity),
                    account.market_fingerprint,
                ),
            )
            connection.execute("INSERT INTO clock VALUES (1, ?, 0)", (minute,))

    def save(self, draft: Draft, *, minute: int, is_settled: bool) -> None:
        """Commit everything the draft changed, and the clock, in one transaction."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE clock SET minute = ?, is_settled = ?", (minute, is_settled))
            if draft.result is draft.account:
                return
            connection.executemany(UPSERT_ORDER, [row(order) for order in draft.orders.values()])
            connection.executemany(INSERT_FILL, [row(fill) for fill in draft.fills])
            connection.executemany(INSERT_ACTIVITY, [row(activity) for activity in draft.activities])
            connection.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [row(position) for position in draft.positions.values() if position.qty],
            )
            connection.executemany(
                "DELETE FROM positions WHERE symbol = ?",
                [(position.symbol,) for position in draft.positions.values() if not position.qty],
            )
            connection.execute(
                "UPDATE account SET cash = ?, last_equity = ?", (str(draft.cash), str(draft.last_equity))
            )
            if draft.configuration is not draft.account.configuration:
                connection.executemany(
                    "INSERT OR REPLACE INTO configuration VALUES (?, ?)", configuration_rows(draft.configuration)
                )

    def order(self, order_id: str) -> Order | None:
        """Return an order by its id."""
        return self._order("id", order_id)

    def order_by_client_id(self, client_order_id: str) -> Order | None:
        """Return an order, working or finished, by the id its client gave it."""
        return self._order("client_order_id", client_order_id)

    def orders(self, query: OrderQuery) -> list[Order]:
        """Return the orders of a list, newest first unless the query says otherwise. limit -1: all."""
        is_open = HAS_OPEN_MEMBER if query.is_nested else IS_OPEN
        marks = ", ".join("?" * len(query.symbols))
        conditions: list[tuple[str, Sequence[Any]]] = [
            (is_open if query.view is OrderView.OPEN else "1", ()),
            (f"NOT {is_open}" if query.view is OrderView.CLOSED else "1", ()),
            ("submitted_at > ?", (query.after,)) if query.after is not None else ("1", ()),
            ("submitted_at < ?", (query.until,)) if query.until is not None else ("1", ()),
            (f"symbol IN ({marks})", query.symbols) if query.symbols else ("1", ()),
            ("side = ?", (query.side,)) if query.side else ("1", ()),
            ("parent_id IS NULL" if query.is_nested else "1", ()),
        ]
        where = " AND ".join(text for text, _ in conditions)
        direction = "ASC" if query.is_ascending else "DESC"
        parameters = [value for _, values in conditions for value in values]
        return self._orders(f"{where} ORDER BY submitted_at {direction} LIMIT ?", [*parameters, query.limit])

    def legs(self, order_ids: Collection[str]) -> dict[str, list[Order]]:
        """Return the legs of each of these orders that has any, in the order they were made."""
        found: dict[str, list[Order]] = {}
        marks = ", ".join("?" * len(order_ids))
        for leg in self._orders(f"parent_id IN ({marks}) ORDER BY submitted_at", list(order_ids)):
            found.setdefault(leg.family_id, []).append(leg)
        return found

    def activities(self) -> list[Activity]:
        """Return every dividend and split in the order it came."""
        with self._store.reader() as connection:
            return [read_activity(values) for values in connection.execute(SELECT_ACTIVITIES).fetchall()]

    def fills(self) -> list[OrderFill]:
        """Return every execution in the order it was made."""
        return self._fills("1", ())

    def fills_made_at(self, minute: int) -> list[OrderFill]:
        """Return the executions that were committed while the exchange's clock stood at `minute`."""
        return self._fills("minute = ?", (minute,))

    def _fills(self, condition: str, parameters: Sequence[object]) -> list[OrderFill]:
        with self._store.reader() as connection:
            rows = connection.execute(f"{SELECT_FILLS} WHERE {condition} ORDER BY sequence", parameters).fetchall()
        return [read_fill(values) for values in rows]

    def _order(self, column: str, value: str) -> Order | None:
        return next(iter(self._orders(f"{column} = ?", (value,))), None)

    def _orders(self, condition: str, parameters: Sequence[object]) -> list[Order]:
        with self._store.reader() as connection:
            rows = connection.execute(f"{SELECT_ORDERS} WHERE {condition}", parameters).fetchall()
        return [read_order(values) for values in rows]


def _one(connection: sqlite3.Connection, query: str) -> dict[str, Any] | None:
    cursor = connection.execute(query)
    values = cursor.fetchone()
    names = [column[0] for column in cursor.description]
    return dict(zip(names, values, strict=True)) if values else None
