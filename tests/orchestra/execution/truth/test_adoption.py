"""Orders of ours that a restored backup does not know: booked, not decided again, and told."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from system_databse.algorithm_record import AlgorithmStatus
from system_databse.order import OrderStatus
from tests.orchestra.execution.order_path import FIRST, MINUTE, NUMBERS, OrderPath

ONE = Decimal(1)


def restored(path: OrderPath, folder: Path, backup: Path) -> OrderPath:
    """Go back to an earlier copy of the file."""
    path.store.close()
    for leftover in folder.glob("system.db*"):
        leftover.unlink()
    shutil.copy(backup, folder / "system.db")
    return OrderPath(folder / "system.db", path.port, path.clock)


def copied(path: OrderPath, folder: Path) -> Path:
    with path.store.transaction() as connection:
        connection.execute("SELECT 1")
    target = folder / "backup.db"
    with path.store.reader() as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return target


@pytest.mark.parametrize("filled", [0, 4, 10])
def test_an_order_sent_after_the_backup_is_rebuilt_with_its_fills(tmp_path: Path, path: OrderPath, filled: int) -> None:
    path.reconciler.run("start")
    backup = copied(path, tmp_path)
    path.decide(FIRST, (1, "buy", 10))
    order = path.port.exchange.orders[0]
    if filled:
        path.port.exchange.fill(order, ONE * filled, ONE * 100, now=path.clock.now())
    again = restored(path, tmp_path, backup)
    again.reconciler.run("start")
    (adopted,) = again.orders()
    assert (adopted.client_order_id, adopted.algorithm_id) == (order.client_order_id, 1)
    assert (adopted.minute, adopted.leg, adopted.filled_qty) == (FIRST - MINUTE, 0, filled)
    assert again.books.ledger.position(1, "AAA").qty == filled
    assert again.reconciler.frozen_symbols == frozenset()
    assert again.rows("SELECT type FROM events") == [("order.adopted",), ("order.adopted",)]
    again.store.close()


def test_the_minute_of_an_adopted_order_is_not_decided_again(tmp_path: Path, path: OrderPath) -> None:
    path.reconciler.run("start")
    backup = copied(path, tmp_path)
    path.decide(FIRST, (1, "buy", 10))
    again = restored(path, tmp_path, backup)
    assert again.books.minute == 0
    again.reconciler.run("start")
    assert again.books.minute == FIRST
    again.store.close()
    third = OrderPath(tmp_path / "system.db", path.port, path.clock)
    assert third.books.minute == FIRST
    third.store.close()


def test_an_order_of_an_algorithm_that_is_not_there_gets_a_stopped_stand_in_whose_shares_are_seen(
    path: OrderPath,
) -> None:
    path.reconciler.run("start")
    request = {"symbol": "CCC", "qty": ONE * 3, "side": "buy", "client_order_id": NUMBERS.number(9, FIRST, 0)}
    order = path.port.exchange.accept(request, path.clock.now())
    path.port.exchange.fill(order, ONE * 3, ONE * 100, now=path.clock.now())
    path.reconciler.run("periodic")
    record = path.books.records[9]
    assert (record.status, record.ticker, record.initial_capital) == (AlgorithmStatus.STOPPED, "CCC", 300)
    assert path.books.ledger.position(9, "CCC").qty == 3
    assert path.reconciler.frozen_symbols == frozenset()
    path.reconciler.run("periodic")
    assert path.rows("SELECT COUNT(*) FROM orders") == [(1,)]


def test_an_adopted_order_that_still_works_is_followed(path: OrderPath) -> None:
    path.reconciler.run("start")
    request = {"symbol": "AAA", "qty": ONE * 3, "side": "buy", "client_order_id": NUMBERS.number(1, FIRST, 2)}
    order = path.port.exchange.accept(request, path.clock.now())
    path.reconciler.run("periodic")
    assert path.orders()[0].status is OrderStatus.ACCEPTED
    path.port.exchange.fill(order, ONE * 3, ONE * 100, now=path.clock.now())
    path.reconciler.run("periodic")
    assert path.orders()[0].status is OrderStatus.FILLED


def test_a_name_that_we_could_never_have_given_is_left_alone(path: OrderPath) -> None:
    path.reconciler.run("start")
    request = {"symbol": "AAA", "qty": ONE * 3, "side": "buy", "client_order_id": f"{NUMBERS.prefix}what-is-this"}
    order = path.port.exchange.accept(request, path.clock.now())
    path.port.exchange.fill(order, ONE * 3, ONE * 100, now=path.clock.now())
    path.reconciler.run("periodic")
    assert path.orders() == []
    assert path.reconciler.frozen_symbols == {"AAA"}


def test_what_was_given_up_is_asked_for_again_at_the_next_open(path: OrderPath) -> None:
    path.reconciler.run("start")
    path.port.script = ["dropped"] * 50
    path.decide(FIRST, (1, "buy", 10))
    for _ in range(10):
        path.clock.sleep(10)
        path.desk.run_due()
    path.clock.sleep(16 * MINUTE)
    path.reconciler.run("periodic")
    assert path.books.open_orders() == []
    path.clock.sleep(17 * 60 * MINUTE)
    path.books.recall_tombstones()
    request = {"symbol": "AAA", "qty": ONE * 10, "side": "buy", "client_order_id": path.orders()[0].client_order_id}
    order = path.port.exchange.accept(request, path.clock.now())
    path.port.exchange.fill(order, ONE * 4, ONE * 100, now=path.clock.now())
    path.reconciler.run("open")
    assert (order.status, path.books.ledger.position(1, "AAA").qty) == ("canceled", 4)
    assert ("order.found_late",) in path.rows("SELECT type FROM events")
