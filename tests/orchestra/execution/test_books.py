"""The books: memory and file say the same after whatever happened, and after a restart."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import StorageError
from database.sqlite_store import SqliteStore
from orchestra.execution.books import Books
from orchestra.messages.events import (
    DecisionMade,
    OrderChanged,
    OrderFilled,
    PositionChanged,
    SignalApproved,
    SignalGenerated,
)
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.ledger import Ledger
from system_databse.order import OrderStatus, Side
from system_databse.rows import fills as fill_rows
from system_databse.trading_signal import Outcome
from tests.orchestra.execution.order_path import CALENDAR, FIRST, MINUTE, SteppedClock
from tests.system_databse.made_orders import decision_at, execution_of, open_store, order_in, report_of


def books_on(store: SqliteStore, events: list[object] | None = None) -> Books:
    return Books(
        store,
        CALENDAR,
        SteppedClock(FIRST),
        mode="PAPER",
        publish=events.append if events is not None else lambda _event: None,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


def place(books: Books, *, leg: int, side: Side, qty: int, algorithm: int = 1):
    """Commit an intent in a minute of its own and return it."""
    minute = FIRST + leg * MINUTE
    order = replace(
        order_in(leg=leg, side=side, qty=qty),
        algorithm_id=algorithm,
        minute=minute - MINUTE,
        client_order_id=f"at-abc123-{algorithm}-{leg}-0",
    )
    decision = decision_at(minute, Outcome.SUBMITTED, algorithm=algorithm)
    books.commit_minute(minute, [replace(decision, client_order_id=order.client_order_id)], [order])
    return order


def assert_equal(one: Books, other: Books) -> None:
    assert one.minute == other.minute
    assert one.records == other.records
    assert one.open_orders() == other.open_orders()
    assert sorted(one.ledger.positions(), key=repr) == sorted(other.ledger.positions(), key=repr)
    for algorithm in (1, 2):
        assert one.ledger.cash_flow(algorithm) == other.ledger.cash_flow(algorithm)
        assert one.transactions(algorithm) == other.transactions(algorithm)
    assert one.snapshot({}) == other.snapshot({})


def assert_rows_follow_the_fills(store: SqliteStore) -> None:
    """The projection on disk equals what the fills give, row by row."""
    with store.reader() as connection:
        booked = fill_rows.load(connection)
        rows = connection.execute(
            "SELECT algo_id, symbol, quantity, entry_price, realized_pl FROM positions WHERE status != 'CLOSED'"
        ).fetchall()
        closed = connection.execute("SELECT realized_pl FROM positions WHERE status = 'CLOSED' ORDER BY id").fetchall()
        money = connection.execute("SELECT filled_qty, filled_notional, id FROM orders").fetchall()
        for filled, notional, id_ in money:
            own = connection.execute("SELECT qty, price FROM fills WHERE order_id = ? ORDER BY id", (id_,)).fetchall()
            assert sum(Decimal(qty) for qty, _ in own) == Decimal(filled)
            assert sum(Decimal(qty) * Decimal(price) for qty, price in own) == Decimal(notional)
    expected = [p for p in Ledger(booked).positions() if p.is_open]
    assert sorted(rows) == sorted(
        (p.algorithm_id, p.symbol, str(p.qty), str(p.entry_price), str(p.realized)) for p in expected
    )
    running, trips = Ledger(), []
    for fill in booked:
        position = running.book(fill)
        if not position.is_open:
            trips.append(str(position.realized))
    assert sorted(row[0] for row in closed) == sorted(trips)


steps = st.lists(
    st.tuples(
        st.sampled_from((1, 2)),
        st.integers(1, 30),
        st.lists(st.tuples(st.integers(1, 30), st.integers(9_000, 11_000), st.sampled_from(["told", "poll", "both"]))),
        st.sampled_from((OrderStatus.CANCELED, OrderStatus.EXPIRED, None)),
    ),
    max_size=8,
)


@pytest.mark.requirement("S2-48", "S2-39", "S2-23")
@given(steps)
def test_after_any_trading_rows_follow_the_fills_and_a_restart_changes_nothing(tmp_path_factory, steps) -> None:
    store = open_store(tmp_path_factory.mktemp("books"))
    books = books_on(store)
    for leg, (algorithm, size, parts, end) in enumerate(steps):
        held = int(books.ledger.position(algorithm, "SPY").qty)
        order = place(
            books, leg=leg, side=Side.SELL if held else Side.BUY, qty=min(size, held) or size, algorithm=algorithm
        )
        filled, notional = Decimal(0), Decimal(0)
        for number, (qty, cents, how) in enumerate(parts):
            part = min(Decimal(qty), order.qty - filled)
            if not part:
                break
            price = Decimal(cents) / 100
            skipped = part - 1 if how == "both" and part > 1 else Decimal(0)
            filled, notional = filled + part, notional + (part - skipped) * price + skipped * 95
            status = OrderStatus.FILLED if filled == order.qty else OrderStatus.PARTIALLY_FILLED
            execution = execution_of(f"e{leg}-{number}", int(part - skipped), str(price)) if how != "poll" else None
            books.apply(report_of(status, filled, notional, order=order), execution, source="stream")
        if end:
            books.apply(report_of(end, filled, notional, order=order), None, source="poll")
    assert_rows_follow_the_fills(store)
    assert_equal(books, books_on(store))
    store.close()


@pytest.mark.requirement("S2-40")
def test_a_fill_is_news_after_it_is_on_disk_and_once(store: SqliteStore) -> None:
    events: list[object] = []
    books = books_on(store, events)
    order = place(books, leg=0, side=Side.BUY, qty=10)
    report = report_of(OrderStatus.FILLED, 10, 1001, order=order)
    for _ in range(2):
        books.apply(report, execution_of("e1", 10, "100.1"), source="stream")
    wished = [DecisionMade, SignalGenerated, SignalApproved]
    assert [type(event) for event in events] == [*wished, OrderFilled, PositionChanged, OrderChanged]
    assert [(t["type"], t["shares"], t["price"]) for t in books.transactions(1)] == [("buy", 10, 100.1)]


def test_an_execution_told_again_with_a_newer_order_is_not_booked_again(store: SqliteStore) -> None:
    """Seen at the real broker: the same execution id, with the cumulative figures of later."""
    books = books_on(store)
    order = place(books, leg=0, side=Side.BUY, qty=10)
    first = execution_of("e1", 5, 100)
    books.apply(report_of(OrderStatus.PARTIALLY_FILLED, 5, 500, order=order), first, source="stream")
    books.apply(report_of(OrderStatus.FILLED, 10, 1000, order=order), first, source="stream")
    assert books.ledger.position(1, "SPY").qty == 10
    assert_rows_follow_the_fills(store)


def test_news_of_somebody_elses_order_is_none_of_ours(store: SqliteStore) -> None:
    books = books_on(store)
    stranger = replace(report_of(OrderStatus.FILLED, 10, 1000), client_order_id="by hand")
    assert books.apply(stranger, None, source="stream") == []


@pytest.mark.parametrize("changes", [{"symbol": "QQQ"}, {"side": Side.SELL}])
def test_an_order_that_is_another_one_at_the_broker_is_left_alone(store: SqliteStore, changes) -> None:
    """A restored backup decides a minute again, and differently, under the same id."""
    books = books_on(store)
    order = place(books, leg=0, side=Side.BUY, qty=10)
    report = replace(report_of(OrderStatus.FILLED, 10, 1000, order=order), **changes)
    assert books.apply(report, None, source="poll") == []
    assert books.ledger.positions() == []


def test_a_fill_of_a_canceled_order_still_counts(store: SqliteStore) -> None:
    books = books_on(store)
    order = place(books, leg=0, side=Side.BUY, qty=10)
    books.apply(report_of(OrderStatus.CANCELED, 0, 0, order=order), None, source="stream")
    books.apply(report_of(OrderStatus.CANCELED, 4, 400, order=order), None, source="poll")
    found = books.find(order.client_order_id)
    assert found is not None
    assert (found.status, found.filled_qty) == (OrderStatus.CANCELED, 4)
    assert books.ledger.position(1, "SPY").qty == 4
    assert books.open_orders() == []


def test_a_minute_is_decided_wholly_or_not_at_all(store: SqliteStore) -> None:
    books = books_on(store)
    order = place(books, leg=0, side=Side.BUY, qty=10)
    minute = FIRST + MINUTE
    clash = replace(order, minute=minute - MINUTE)
    with pytest.raises(StorageError, match="refused a change"):
        books.commit_minute(minute, [decision_at(minute)], [clash])
    assert books.minute == FIRST
    assert_equal(books, books_on(store))
    with store.reader() as connection:
        assert connection.execute("SELECT COUNT(*) FROM decisions").fetchone() == (1,)


def test_a_minute_is_never_decided_twice(store: SqliteStore) -> None:
    books = books_on(store)
    place(books, leg=0, side=Side.BUY, qty=10)
    with pytest.raises(StorageError, match="refused a change"):
        place(books, leg=0, side=Side.SELL, qty=10)


@pytest.mark.parametrize("point", ["begin", "write"])
def test_a_failure_before_the_commit_leaves_memory_as_the_disk_is(tmp_path: Path, point: str) -> None:
    """Exceptions in the middle: nothing is remembered that is not stored."""
    failing = {"at": ""}

    def crash_point(name: str) -> None:
        if name == failing["at"]:
            raise StorageError("disk full")

    open_store(tmp_path).close()
    store = SqliteStore(tmp_path / "system.db", synchronous="NORMAL", crash_point=crash_point)
    books = books_on(store)
    order = place(books, leg=0, side=Side.BUY, qty=10)
    failing["at"] = point
    acts = (
        lambda: place(books, leg=1, side=Side.BUY, qty=1, algorithm=2),
        lambda: books.mark_sent(order),
        lambda: books.move(order, OrderStatus.DENIED),
        lambda: books.apply(report_of(OrderStatus.FILLED, 10, 1000, order=order), None, source="poll"),
        lambda: books.set_status(1, AlgorithmStatus.PAUSED),
        lambda: books.fail(1, "broken"),
        lambda: books.add_algorithm(AlgorithmRecord(3, "x", "SPY", Decimal(1), "x.py", "0")),
    )
    for act in acts:
        with pytest.raises(StorageError):
            act()
    failing["at"] = ""
    assert_equal(books, books_on(store))
    assert books.open_orders() == [order]
    store.close()


@pytest.mark.requirement("S2-43", "S2-69")
def test_five_failed_turns_in_a_row_switch_an_algorithm_off_and_an_answer_starts_anew(store: SqliteStore) -> None:
    books = books_on(store)
    outcomes = {4: Outcome.HELD, 6: Outcome.SKIPPED, 7: Outcome.MISSED}
    for number in range(11):
        outcome = outcomes.get(number, Outcome.FAILED)
        books.commit_minute(FIRST + number * MINUTE, [decision_at(FIRST + number * MINUTE, outcome, reason="boom")], [])
        expected = AlgorithmStatus.RUNNING
        assert books.records[1].status is expected
    last = FIRST + 11 * MINUTE
    books.commit_minute(last, [decision_at(last, Outcome.INTERRUPTED, reason="slow")], [])
    assert (books.records[1].status, books.records[1].last_error) == (AlgorithmStatus.ERROR, "slow")
    assert books.set_status(1, AlgorithmStatus.RUNNING).error_count == 0
    assert_equal(books, books_on(store))


@pytest.mark.requirement("S2-61")
def test_cash_is_the_capital_and_what_was_paid_of_each_algorithm_alone(store: SqliteStore) -> None:
    books = books_on(store)
    order = place(books, leg=0, side=Side.BUY, qty=10, algorithm=2)
    books.apply(report_of(OrderStatus.FILLED, 10, Decimal("1000.10"), order=order), None, source="poll")
    views = books.snapshot({}).algorithms
    assert (views[1].cash, views[2].cash) == (100_000, Decimal("98999.90"))
    assert (views[1].position.qty, views[2].position.qty) == (0, 10)
