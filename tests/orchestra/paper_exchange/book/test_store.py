"""Books of an older schema, and what a book keeps when its process is killed."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from orchestra.paper_exchange.book import schema
from orchestra.paper_exchange.book.orders import OrderClass, OrderStatus
from orchestra.paper_exchange.book.store import BookStore, OrderQuery

OLD_ORDER = (
    "INSERT INTO orders VALUES ('o1', 'c1', 'AAA', 'buy', 'limit', 'gtc', '10', '9.50', 'new', 1, 1, 60, 7776060, '0', "
    "NULL, NULL, NULL, NULL)"
)
OLD_ACCOUNT = "INSERT INTO account VALUES (1, 'a', 'PA1', 60, '1000', '1000', '1000', 'f')"


def old_book(path: Path) -> None:
    """Write a book as the first version of the schema left it."""
    first = Migrations("exchange")
    first()(schema.m001_book)
    database = Database(path)
    with closing(database.conn):
        first.apply(database)
        for statement in (OLD_ACCOUNT, "INSERT INTO clock VALUES (1, 60, 0)", OLD_ORDER):
            database.execute(statement)
        database.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        database.execute("PRAGMA user_version=1")
        database.conn.commit()


def test_book_of_the_first_schema_keeps_its_orders(tmp_path: Path) -> None:
    path = tmp_path / "exchange.db"
    old_book(path)
    store = BookStore.open(path)
    book = store.load()
    assert book is not None
    (order,) = store.orders(OrderQuery())
    assert (order.id, order.qty, order.limit_price) == ("o1", 10, Decimal("9.50"))
    assert (order.status, order.order_class, order.extended_hours) == (OrderStatus.NEW, OrderClass.SIMPLE, False)
    assert book.account.working == {"o1": order}
    assert book.account.configuration.suspend_trade is False
    store.close()


@pytest.mark.parametrize("status", ["filled", "canceled", "expired", "replaced", "rejected"])
def test_no_finished_order_changes_its_state_even_by_hand(tmp_path: Path, status: str) -> None:
    path = tmp_path / "exchange.db"
    old_book(path)
    BookStore.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE orders SET status = ?", (status,))
        with pytest.raises(sqlite3.IntegrityError, match="never changes its state"):
            connection.execute("UPDATE orders SET status = 'new'")
