"""Reconciliation: the books level with the broker, nothing sent, and every difference frozen."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from orchestra.messages.events import AlertRaised, ReconcileMismatch
from system_databse.errors import BrokerUnavailable
from system_databse.order import OrderStatus
from tests.orchestra.execution.order_path import FIRST, MINUTE, NUMBERS, OrderPath, later

ONE = Decimal(1)


def trade_by_hand(path: OrderPath, side: str, qty: int, *, symbol: str = "AAA") -> None:
    """Fill an order that somebody entered on the broker's own page."""
    path.clock.seconds += 0.1
    exchange = path.port.exchange
    request = {"symbol": symbol, "qty": ONE * qty, "side": side, "client_order_id": f"hand-{len(exchange.orders)}"}
    exchange.fill(exchange.accept(request, path.clock.now()), ONE * qty, ONE * 100, now=path.clock.now())


@pytest.mark.requirement("S2-39", "S2-48")
def test_a_restart_books_what_happened_meanwhile(tmp_path: Path, path: OrderPath) -> None:
    path.decide(FIRST, (1, "buy", 10))
    order = path.port.exchange.orders[0]
    path.store.close()
    path.port.exchange.fill(order, ONE * 10, ONE * 100, now=path.clock.now())
    again = OrderPath(tmp_path / "system.db", path.port, path.clock)
    again.reconciler.run("start")
    assert again.orders()[0].status is OrderStatus.FILLED
    assert again.books.ledger.position(1, "AAA").qty == 10
    assert again.reconciler.frozen_symbols == frozenset()
    assert again.rows("SELECT kind, result FROM recon_runs") == [("start", "clean")]
    again.store.close()


def test_reconciling_asks_and_never_sends(path: OrderPath) -> None:
    path.port.script = ["dropped"]
    path.decide(FIRST, (1, "buy", 10))
    requests = len(path.port.exchange.requests)
    path.reconciler.run("reconnect")
    assert path.orders()[0].status is OrderStatus.UNKNOWN
    assert [r.partition(" ")[0] for r in path.port.exchange.requests[requests:]] == ["list", "find", "positions"]


def test_an_order_that_has_been_open_for_long_is_asked_for_after_a_reconnect(path: OrderPath) -> None:
    """The list of the last minutes does not hold it any more."""
    path.reconciler.run("start")
    path.decide(FIRST, (1, "buy", 10))
    path.clock.seconds += 30 * MINUTE
    path.reconciler.run("periodic")
    path.clock.seconds += 30 * MINUTE
    path.port.exchange.fill(path.port.exchange.orders[0], ONE * 10, ONE * 100, now=path.clock.now())
    path.reconciler.run("reconnect")
    assert path.orders()[0].status is OrderStatus.FILLED


@pytest.mark.parametrize("down", [False, True])
def test_a_pass_that_gets_no_answer_says_so(path: OrderPath, down: bool) -> None:
    path.port.script = ["dropped"]
    path.decide(FIRST, (1, "buy", 10))
    path.port.is_out = down
    if down:
        with pytest.raises(BrokerUnavailable):
            path.reconciler.run("start")
        assert path.rows("SELECT * FROM recon_runs") == []
        return
    path.reconciler.run("start")
    assert path.rows("SELECT result FROM recon_runs") == [("clean",)]


def test_trades_by_hand_are_booked_apart_and_shown_never_traded(path: OrderPath) -> None:
    path.reconciler.run("start")
    trade_by_hand(path, "buy", 7)
    trade_by_hand(path, "sell", 2)
    path.reconciler.run("periodic")
    path.reconciler.run("again")
    assert sorted(path.rows("SELECT symbol, signed_qty FROM external_fills")) == [("AAA", "-2"), ("AAA", "7")]
    assert path.reconciler.frozen_symbols == frozenset()
    assert path.books.ledger.positions() == []


def test_baseline_and_adjustments_belong_to_the_account_too(path: OrderPath) -> None:
    path.port.exchange.moved["AAA"] = ONE * 5
    path.reconciler.run("start")
    path.port.exchange.moved["AAA"] = ONE * 7
    with path.store.transaction() as connection:
        connection.execute("INSERT INTO adjustments(symbol, qty, kind, ref) VALUES('AAA', '2', 'adopted', 'x')")
    path.reconciler.run("periodic")
    assert path.reconciler.frozen_symbols == frozenset()


@pytest.mark.parametrize(
    ("number", "is_rival"), [("at-ffffff-1-x-0", True), ("by hand", False), (NUMBERS.number(9, FIRST, 0), False)]
)
def test_a_working_order_of_another_installation_is_noticed(path: OrderPath, number: str, is_rival: bool) -> None:
    request = {"symbol": "AAA", "qty": ONE, "side": "buy", "client_order_id": number}
    order = path.port.exchange.accept(request, path.clock.now())
    path.reconciler.run("start")
    assert path.reconciler.has_rival is is_rival
    path.port.exchange.fill(order, ONE, ONE * 100, now=path.clock.now())


def test_a_rival_that_stopped_is_no_rival_any_more_and_each_change_is_logged_once(
    path: OrderPath, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "orchestra.execution.truth.rivals")
    path.reconciler.run("start")
    request = {"symbol": "AAA", "qty": ONE, "side": "buy", "client_order_id": "at-ffffff-1-x-0"}
    order = path.port.exchange.accept(request, path.clock.now())
    for _ in range(3):
        path.clock.seconds += 30 * MINUTE
        path.reconciler.run("periodic")
        assert path.reconciler.has_rival
    path.port.exchange.end(order, "canceled")
    path.reconciler.run("periodic")
    path.reconciler.run("periodic")
    assert not path.reconciler.has_rival
    assert len(caplog.records) == 2


def test_a_finished_order_of_another_installation_is_history(path: OrderPath) -> None:
    trade_by_hand(path, "buy", 7)
    path.port.exchange.orders[0].client_order_id = "at-ffffff-1-x-0"
    path.reconciler.run("start")
    assert not path.reconciler.has_rival
    assert path.reconciler.frozen_symbols == frozenset()


def drift(path: OrderPath, qty: int = 7) -> None:
    """Let the account hold shares that nobody can explain."""
    moved = path.port.exchange.moved
    moved["AAA"] = moved.get("AAA", ONE * 0) + qty


@pytest.fixture
def events() -> list[object]:
    return []


@pytest.fixture
def told(tmp_path: Path, path: OrderPath, events: list[object]) -> Iterator[OrderPath]:
    """Return a path that has started once and whose news are kept."""
    path.store.close()
    told = OrderPath(tmp_path / "system.db", path.port, path.clock, publish=events.append)
    told.reconciler.run("start")
    yield told
    told.store.close()


def mismatches(events: list[object]) -> list[object]:
    return [event for event in events if isinstance(event, ReconcileMismatch)]


def alerts(events: list[object], kind: str) -> list[str]:
    return [event.text for event in events if isinstance(event, AlertRaised) and event.kind == kind]


def look_twice(path: OrderPath) -> None:
    """See what is there, and again when a minute has passed."""
    path.reconciler.run("periodic")
    path.clock.seconds += MINUTE
    path.reconciler.run("periodic")


@pytest.mark.requirement("S2-39")
def test_a_difference_freezes_the_symbol_for_entries_at_first_sight(told: OrderPath, events: list[object]) -> None:
    hold(told, (1, 10))
    drift(told)
    told.reconciler.run("periodic")
    assert told.reconciler.frozen_symbols == {"AAA"}
    assert mismatches(events) == []
    told.decide(FIRST + MINUTE, (1, "sell", 10), (2, "buy", 5), (3, "buy", 5))
    assert told.rows("SELECT algo_id, outcome, gate FROM decisions WHERE minute > ?", (FIRST,)) == [
        (1, "SUBMITTED", None),
        (2, "DENIED", "FROZEN_SYMBOL"),
        (3, "SUBMITTED", None),
    ]


@pytest.mark.requirement("S2-39")
def test_a_difference_seen_twice_half_a_minute_apart_is_told_with_numbers_and_candidates(
    told: OrderPath, events: list[object]
) -> None:
    hold(told, (1, 10))
    drift(told, 10)
    told.reconciler.run("periodic")
    told.clock.seconds += 29
    told.reconciler.run("periodic")
    assert mismatches(events) == []
    told.clock.seconds += 1
    told.reconciler.run("periodic")
    assert mismatches(events) == [ReconcileMismatch("AAA", "20", "10")]
    (text,) = alerts(events, "reconcile.mismatch")
    assert "the account holds 20, our books say 10: 10 more" in text
    assert "a split 2 for 1" in text
    ((kept,),) = told.rows("SELECT data FROM events WHERE type = 'reconcile.mismatch'")
    assert json.loads(str(kept))["text"] == text


def test_a_difference_that_is_gone_at_the_second_look_alarms_nobody(told: OrderPath, events: list[object]) -> None:
    drift(told)
    told.reconciler.run("periodic")
    drift(told, -7)
    told.clock.seconds += MINUTE
    told.reconciler.run("periodic")
    assert (told.reconciler.frozen_symbols, mismatches(events)) == (frozenset(), [])


def test_a_symbol_stays_frozen_while_an_order_works_in_it_and_thaws_when_it_agrees(told: OrderPath) -> None:
    hold(told, (1, 10))
    drift(told)
    told.reconciler.run("periodic")
    told.decide(FIRST + MINUTE, (1, "sell", 10))
    told.reconciler.run("while it works")
    assert told.reconciler.frozen_symbols == {"AAA"}
    told.port.exchange.fill(told.port.exchange.orders[-1], ONE * 10, ONE * 100, now=told.clock.now())
    later(told, seconds=21)
    drift(told, -7)
    told.reconciler.run("periodic")
    assert told.reconciler.frozen_symbols == frozenset()


def test_our_own_fills_do_not_make_another_difference_of_one(told: OrderPath, events: list[object]) -> None:
    hold(told, (1, 5))
    drift(told)
    look_twice(told)
    told.decide(FIRST + 2 * MINUTE, (1, "sell", 5))
    told.port.exchange.fill(told.port.exchange.orders[-1], ONE * 5, ONE * 100, now=told.clock.now())
    later(told, seconds=21)
    look_twice(told)
    assert mismatches(events) == [ReconcileMismatch("AAA", "12", "5")]


def test_an_order_that_may_be_filling_right_now_is_no_difference(path: OrderPath) -> None:
    path.reconciler.run("start")
    path.decide(FIRST, (1, "buy", 10))
    orders = path.port.orders
    exchange = path.port.exchange

    def fill_after_listing(after):
        listed = orders(after)
        exchange.fill(exchange.orders[0], ONE * 10, ONE * 100, now=path.clock.now())
        return listed

    path.port.orders = fill_after_listing  # type: ignore[method-assign]
    path.reconciler.run("periodic")
    assert path.reconciler.frozen_symbols == frozenset()


def hold(path: OrderPath, *holdings: tuple[int, int]) -> None:
    """Let algorithms buy and the books know it."""
    if not path.reconciler.truth.has_baseline:
        path.reconciler.run("start")
    path.decide(FIRST, *((id_, "buy", qty) for id_, qty in holdings))
    for order in [order for order in path.port.exchange.orders if order.is_working]:
        path.port.exchange.fill(order, order.qty, ONE * 100, now=path.clock.now())
    later(path, seconds=21)
    path.clock.seconds = FIRST + MINUTE + 2


@pytest.mark.requirement("S2-39")
@pytest.mark.parametrize(("by_hand", "sold"), [(0, 10), (4, 6), (10, None), (15, None)])
def test_what_the_owner_sold_by_hand_is_not_sold_again(path: OrderPath, by_hand: int, sold: int | None) -> None:
    hold(path, (1, 10), (2, 5))
    if by_hand:
        trade_by_hand(path, "sell", by_hand)
    path.reconciler.run("periodic")
    path.decide(FIRST + MINUTE, (1, "sell", 10))
    sells = [order.qty for order in path.orders() if order.side == "sell"]
    assert sells == ([sold] if sold else [])
    gates = path.rows("SELECT gate FROM decisions WHERE algo_id = 1 AND minute > ?", (FIRST,))
    assert gates == [(None if sold else "NO_SHARES_IN_ACCOUNT",)]


def test_our_own_fills_since_the_last_reading_count(path: OrderPath) -> None:
    hold(path, (1, 10))
    trade_by_hand(path, "sell", 4)
    path.reconciler.run("periodic")
    path.decide(FIRST + MINUTE, (2, "buy", 5))
    bought = path.port.exchange.orders[-1]
    path.port.exchange.fill(bought, bought.qty, ONE * 100, now=path.clock.now())
    later(path, seconds=21)
    path.decide(FIRST + 2 * MINUTE, (1, "sell", 10))
    assert path.orders()[-1].qty == 6


def test_a_fill_that_the_books_do_not_know_yet_takes_no_shares_from_the_others(path: OrderPath) -> None:
    hold(path, (1, 10), (2, 5))
    path.decide(FIRST + MINUTE, (1, "sell", 10))
    positions, exchange = path.port.positions, path.port.exchange

    def fill_before_answering():
        exchange.fill(exchange.orders[-1], ONE * 10, ONE * 100, now=path.clock.now())
        return positions()

    path.port.positions = fill_before_answering  # type: ignore[method-assign]
    path.reconciler.run("periodic")
    assert path.reconciler.missing_shares("AAA") == 0


def test_an_old_order_by_hand_that_filled_explains_a_frozen_symbol(path: OrderPath) -> None:
    request = {"symbol": "AAA", "qty": ONE * 7, "side": "buy", "client_order_id": "by hand"}
    order = path.port.exchange.accept(request, path.clock.now())
    path.reconciler.run("start")
    path.clock.seconds += 60 * MINUTE
    path.reconciler.run("periodic")
    path.port.exchange.fill(order, ONE * 7, ONE * 100, now=path.clock.now())
    path.clock.seconds += 5 * MINUTE
    path.reconciler.run("periodic")
    assert path.reconciler.frozen_symbols == {"AAA"}
    path.reconciler.run("periodic")
    assert path.reconciler.frozen_symbols == frozenset()


def test_a_difference_is_told_again_only_when_its_numbers_change(told: OrderPath, events: list[object]) -> None:
    drift(told)
    look_twice(told)
    look_twice(told)
    assert mismatches(events) == [ReconcileMismatch("AAA", "7", "0")]
    drift(told)
    look_twice(told)
    assert mismatches(events)[1:] == [ReconcileMismatch("AAA", "14", "0")]


def asked(path: OrderPath) -> int:
    return sum(request.startswith("find") for request in path.port.exchange.requests)


def test_what_was_given_up_long_ago_is_asked_for_at_a_start_and_found_by_the_list(
    tmp_path: Path, path: OrderPath
) -> None:
    path.port.script = ["dropped"] * 50
    path.decide(FIRST, (1, "buy", 10))
    later(path, seconds=80)
    path.clock.sleep(16 * 60)
    path.reconciler.run("periodic")
    questions = asked(path)
    again = OrderPath(tmp_path / "system.db", path.port, path.clock)
    again.reconciler.run("start")
    assert (asked(path), again.books.open_orders()) == (questions + 1, [])
    order = path.orders()[0]
    request = {"symbol": "AAA", "qty": order.qty, "side": "buy", "client_order_id": order.client_order_id}
    path.port.exchange.accept(request, path.clock.now())
    again.reconciler.run("periodic")
    assert path.port.exchange.orders[0].status == "canceled"
    again.store.close()
