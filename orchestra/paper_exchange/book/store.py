"""`exchange.db`: the book on disk, committed before anybody is answered.

In: drafts. Out: orders, fills and the account as last committed. Thread: writes under the exchange's lock, reads any.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.orders import WORKING, Order, OrderFill, OrderStatus, OrderType, Side, TimeInForce
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.schema import APPLICATION_ID, migrations

ORDER_COLUMNS = [column.name for column in fields(Order)]
FILL_COLUMNS = [column.name for column in fields(OrderFill)]
UPSERT_ORDER = (
    f"INSERT INTO orders ({', '.join(ORDER_COLUMNS)}) VALUES ({', '.join('?' * len(ORDER_COLUMNS))}) "
    "ON CONFLICT (id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in ORDER_COLUMNS[1:])
)
INSERT_FILL = f"INSERT INTO fills ({', '.join(FILL_COLUMNS)}) VALUES ({', '.join('?' * len(FILL_COLUMNS))})"
SELECT_ORDERS = f"SELECT {', '.join(ORDER_COLUMNS)} FROM orders"
SELECT_FILLS = f"SELECT {', '.join(FILL_COLUMNS)} FROM fills"


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
    """Filters of an order list. after and until: microseconds of submission, both exclusive."""

    view: OrderView = OrderView.OPEN
    limit: int = 50
    after: int | None = None
    until: int | None = None
    is_ascending: bool = False
    symbols: tuple[str, ...] = ()
    side: Side | None = None


class BookStore:
    """Keep one account in one file."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

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
        working = self.orders(OrderQuery(limit=-1, is_ascending=True))
        account = _account(head, [Position(row[0], Decimal(row[1]), Decimal(row[2])) for row in positions], working)
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
            connection.executemany(UPSERT_ORDER, [_row(order) for order in draft.orders.values()])
            connection.executemany(INSERT_FILL, [_row(fill) for fill in draft.fills])
            connection.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [_row(position) for position in draft.positions.values() if position.qty],
            )
            connection.executemany(
                "DELETE FROM positions WHERE symbol = ?",
                [(position.symbol,) for position in draft.positions.values() if not position.qty],
            )
            connection.execute(
                "UPDATE account SET cash = ?, last_equity = ?", (str(draft.cash), str(draft.last_equity))
            )

    def order(self, order_id: str) -> Order | None:
        """Return an order by its id."""
        return self._order("id", order_id)

    def order_by_client_id(self, client_order_id: str) -> Order | None:
        """Return an order, working or finished, by the id its client gave it."""
        return self._order("client_order_id", client_order_id)

    def orders(self, query: OrderQuery) -> list[Order]:
        """Return the orders of a list, newest first unless the query says otherwise. limit -1: all."""
        marks = ", ".join("?" * len(query.symbols))
        working = ", ".join(f"'{status}'" for status in sorted(WORKING))
        conditions: list[tuple[str, Sequence[Any]]] = [
            (f"status IN ({working})" if query.view is OrderView.OPEN else "1", ()),
            (f"status NOT IN ({working})" if query.view is OrderView.CLOSED else "1", ()),
            ("submitted_at > ?", (query.after,)) if query.after is not None else ("1", ()),
            ("submitted_at < ?", (query.until,)) if query.until is not None else ("1", ()),
            (f"symbol IN ({marks})", query.symbols) if query.symbols else ("1", ()),
            ("side = ?", (query.side,)) if query.side else ("1", ()),
        ]
        where = " AND ".join(text for text, _ in conditions)
        direction = "ASC" if query.is_ascending else "DESC"
        parameters = [value for _, values in conditions for value in values]
        with self._store.reader() as connection:
            rows = connection.execute(
                f"{SELECT_ORDERS} WHERE {where} ORDER BY submitted_at {direction} LIMIT ?", [*parameters, query.limit]
            ).fetchall()
        return [_read_order(row) for row in rows]

    def fills(self) -> list[OrderFill]:
        """Return every execution in the order it was made."""
        return self._fills("1", ())

    def fills_made_at(self, minute: int) -> list[OrderFill]:
        """Return the executions that were committed while the exchange's clock stood at `minute`."""
        return self._fills("minute = ?", (minute,))

    def _fills(self, condition: str, parameters: Sequence[object]) -> list[OrderFill]:
        with self._store.reader() as connection:
            rows = connection.execute(f"{SELECT_FILLS} WHERE {condition} ORDER BY sequence", parameters).fetchall()
        return [_read_fill(row) for row in rows]

    def _order(self, column: str, value: str) -> Order | None:
        with self._store.reader() as connection:
            row = connection.execute(f"{SELECT_ORDERS} WHERE {column} = ?", (value,)).fetchone()
        return _read_order(row) if row else None


def _one(connection: sqlite3.Connection, query: str) -> dict[str, Any] | None:
    cursor = connection.execute(query)
    row = cursor.fetchone()
    names = [column[0] for column in cursor.description]
    return dict(zip(names, row, strict=True)) if row else None


def _account(head: dict[str, Any], positions: list[Position], working: list[Order]) -> Account:
    return Account(
        id=head["id"],
        account_number=head["account_number"],
        created_at=head["created_at"],
        opening_cash=Decimal(head["opening_cash"]),
        cash=Decimal(head["cash"]),
        last_equity=Decimal(head["last_equity"]),
        market_fingerprint=head["market_fingerprint"],
        positions={position.symbol: position for position in positions},
        working={order.id: order for order in working},
    )


def _row(record: Order | OrderFill | Position) -> list[Any]:
    return [str(value) if isinstance(value, Decimal) else value for value in astuple(record)]


def _read_order(row: Sequence[Any]) -> Order:
    values = dict(zip(ORDER_COLUMNS, row, strict=True))
    kinds: dict[str, type] = {"side": Side, "type": OrderType, "time_in_force": TimeInForce, "status": OrderStatus}
    kinds |= dict.fromkeys(("qty", "limit_price", "filled_qty", "filled_avg_price"), Decimal)
    return Order(**{name: _as(kinds.get(name), value) for name, value in values.items()})


def _read_fill(row: Sequence[Any]) -> OrderFill:
    values = dict(zip(FILL_COLUMNS, row, strict=True))
    kinds: dict[str, type] = {"side": Side}
    kinds |= dict.fromkeys(("qty", "price", "cumulative_qty", "leaves_qty", "position_qty"), Decimal)
    return OrderFill(**{name: _as(kinds.get(name), value) for name, value in values.items()})


def _as(kind: Any, value: Any) -> Any:
    return value if kind is None or value is None else kind(value)
