"""Orders and fills read back as they were written; the tables refuse what must never happen."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from database.sqlite_store import SqliteStore
from system_databse.order import TERMINAL, Order, OrderStatus, Side
from system_databse.rows import fills, orders
from tests.system_databse.made_orders import NOON, fill_of, order_in


def put(store: SqliteStore, order: Order) -> None:
    with store.transaction() as connection:
        orders.insert(connection, order, mode="PAPER", signal_id=None)
        orders.update(connection, order, NOON)


def test_an_order_reads_back_as_it_was_written(store: SqliteStore) -> None:
    order = replace(
        order_in(OrderStatus.ACCEPTED, side=Side.SELL),
        qty=Decimal("0.123456789"),
        filled_qty=Decimal("0.1"),
        filled_notional=Decimal("12.3456789012345678901234567"),
        broker_order_id="b1",
        raw_status="partially_filled",
        attempts=3,
        reject_reason="why",
        cancel_wanted_at=NOON + timedelta(seconds=1),
    )
    put(store, order)
    with store.reader() as connection:
        assert orders.find(connection, order.client_order_id) == order
        assert orders.find(connection, "manual") is None


@pytest.mark.parametrize("status", OrderStatus)
def test_unfinished_are_all_but_terminal_orders(store: SqliteStore, status: OrderStatus) -> None:
    put(store, order_in(status))
    with store.reader() as connection:
        assert bool(orders.load_unfinished(connection)) is (status not in TERMINAL)


def test_legs_of_a_minute_count_up(store: SqliteStore) -> None:
    order = order_in()
    with store.reader() as connection:
        assert orders.next_leg(connection, 1, order.minute) == 0
    put(store, order)
    put(store, order_in(leg=4))
    with store.reader() as connection:
        assert orders.next_leg(connection, 1, order.minute) == 5
        assert orders.next_leg(connection, 1, order.minute + 60) == 0
        assert orders.next_leg(connection, 2, order.minute) == 0


def test_an_id_is_used_once(store: SqliteStore) -> None:
    put(store, order_in())
    with pytest.raises(sqlite3.IntegrityError, match="client_order_id"):
        put(store, replace(order_in(), leg=1))


def test_a_leg_is_used_once(store: SqliteStore) -> None:
    put(store, order_in())
    with pytest.raises(sqlite3.IntegrityError, match="leg"):
        put(store, replace(order_in(), client_order_id="another"))


def test_the_table_refuses_a_filled_quantity_that_falls(store: SqliteStore) -> None:
    order = replace(order_in(OrderStatus.ACCEPTED), filled_qty=Decimal(10))
    put(store, order)
    with pytest.raises(sqlite3.IntegrityError, match="never falls"), store.transaction() as connection:
        # 9 is more than 10 as text.
        orders.update(connection, replace(order, filled_qty=Decimal(9)), NOON)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_the_table_refuses_to_change_a_terminal_status(store: SqliteStore, status: OrderStatus) -> None:
    order = order_in(status)
    put(store, order)
    for other in set(OrderStatus) - {status}:
        with pytest.raises(sqlite3.IntegrityError, match="terminal"), store.transaction() as connection:
            orders.update(connection, replace(order, status=other), NOON)
    put_more = replace(order, filled_qty=Decimal(3))
    with store.transaction() as connection:
        orders.update(connection, put_more, NOON)
    with store.reader() as connection:
        assert orders.find(connection, order.client_order_id) == put_more


def test_an_abandoned_order_may_still_be_found(store: SqliteStore) -> None:
    order = order_in(OrderStatus.ABANDONED)
    put(store, order)
    with store.transaction() as connection:
        orders.update(connection, replace(order, status=OrderStatus.FILLED), NOON)
    with store.reader() as connection:
        assert orders.load_unfinished(connection) == []


def booked(store: SqliteStore) -> None:
    put(store, replace(order_in(OrderStatus.FILLED), client_order_id="at-abc123-1-x-0"))
    with store.transaction() as connection:
        fills.insert(connection, fill_of(0, "buy", 10, "100.0233333333333333333333333"), session_date="2026-11-18")


def test_a_fill_reads_back_as_it_was_written(store: SqliteStore) -> None:
    booked(store)
    with store.reader() as connection:
        assert fills.load(connection) == [fill_of(0, "buy", 10, "100.0233333333333333333333333")]
        assert fills.has(connection, "e0")
        assert not fills.has(connection, "e1")


@pytest.mark.requirement("S4-45")
def test_an_execution_is_booked_once(store: SqliteStore) -> None:
    booked(store)
    with pytest.raises(sqlite3.IntegrityError, match="exec_id"), store.transaction() as connection:
        fills.insert(connection, fill_of(0, "buy", 10, "100"), session_date="2026-11-18")


@pytest.mark.parametrize("change", ["UPDATE fills SET price = '1'", "DELETE FROM fills"])
def test_fills_are_evidence(store: SqliteStore, change: str) -> None:
    booked(store)
    with pytest.raises(sqlite3.IntegrityError, match="append only"), store.transaction() as connection:
        connection.execute(change)


@pytest.mark.requirement("S2-23")
def test_the_views_tell_fills_in_the_words_of_their_readers(store: SqliteStore) -> None:
    booked(store)
    with store.reader() as connection:
        connection.row_factory = sqlite3.Row
        (transaction,) = connection.execute("SELECT * FROM transactions")
        (trade,) = connection.execute("SELECT * FROM trades")
        connection.row_factory = None
    assert dict(transaction) == {
        "id": 1,
        "algo_id": 1,
        "ticker": "SPY",
        "type": "buy",
        "shares": 10.0,
        "price": pytest.approx(100.02333333),
        "fee": 0.0,
        "timestamp": "2026-11-18T17:00:00.000Z",
        "order_id": 1,
    }
    assert (trade["symbol"], trade["side"], trade["mode"], trade["qty"]) == ("SPY", "buy", "PAPER", "10")


def test_the_orders_of_a_time_are_told_with_when_they_were_over(store: SqliteStore) -> None:
    early, late = order_in(OrderStatus.FILLED), replace(order_in(leg=1), created_at=NOON + timedelta(seconds=30))
    put(store, early)
    put(store, late)
    with store.reader() as connection:
        found = orders.created_between(connection, NOON, NOON + timedelta(seconds=30))
        assert [(order.client_order_id, ended) for order, ended in found] == [(early.client_order_id, NOON)]
        found = orders.created_between(connection, NOON, NOON + timedelta(seconds=31))
        assert [ended for _, ended in found] == [NOON, None]
        assert orders.created_between(connection, NOON + timedelta(seconds=31), NOON + timedelta(days=1)) == []
