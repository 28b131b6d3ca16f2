"""Looking back: selections, pages, reasons, and round trips that follow splits and new symbols."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from system_databse import system_schema
from system_databse.history import fill_history, order_history
from system_databse.history.selection import Selection
from system_databse.history.trip_history import TripHistory, page_of, sums_of
from system_databse.order import OrderStatus, Purpose
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import Adjustment, AdjustmentKind
from tests.system_databse.trade_diary import MORNING, NAMES, TradeDiary

ALL = Selection(limit=100)


def new_store(folder: Path) -> SqliteStore:
    return open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
    )


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[TradeDiary]:
    store = new_store(tmp_path)
    yield TradeDiary(store)
    store.close()


def ids(store: SqliteStore, selection: Selection, *, is_over: bool | None = None) -> list[int]:
    with store.reader() as connection:
        return [order.id for order in order_history.newest_first(connection, selection, is_over=is_over)]


def test_orders_are_told_newest_first_with_why_they_were_wanted_and_refused(diary: TradeDiary) -> None:
    diary.order(filled=10, price="185.25", reason="crossed")
    diary.order(OrderStatus.REJECTED, refusal="403 insufficient buying power", purpose=Purpose.MANUAL)
    with diary.store.reader() as connection:
        rejected, filled = order_history.newest_first(connection, ALL)
    assert rejected.reject_reason == "403 insufficient buying power"
    assert (rejected.reason, rejected.average_price, rejected.purpose) == (None, None, "MANUAL")
    assert (filled.reason, filled.average_price, filled.algorithm) == ("crossed", Decimal("185.25"), "sma_crossover")


def test_what_may_still_trade_and_what_is_over_make_up_all_orders(diary: TradeDiary) -> None:
    for status in OrderStatus:
        diary.order(status, filled=0)
    working, over = ids(diary.store, ALL, is_over=False), ids(diary.store, ALL, is_over=True)
    assert sorted([*working, *over]) == sorted(ids(diary.store, ALL))
    with diary.store.reader() as connection:
        shown = order_history.newest_first(connection, ALL, is_over=False)
    assert {order.status for order in shown} == {status for status in OrderStatus if status.is_working}


def test_a_selection_narrows_by_algorithm_symbol_day_and_page(diary: TradeDiary) -> None:
    diary.order()
    diary.order(algorithm_id=2)
    diary.order(day=MORNING - timedelta(days=1))
    # Late in the evening of New York it is the next day in UTC.
    diary.order(day=MORNING.replace(hour=3))
    store = diary.store
    assert ids(store, Selection(limit=9, algorithm_id=2)) == [2]
    assert ids(store, Selection(limit=9, symbol="AAPL")) == [4, 3, 1]
    assert ids(store, Selection(limit=9, day=date(2026, 11, 19))) == [4, 3]
    assert ids(store, Selection(limit=1, before=4)) == [3]
    with store.reader() as connection:
        fills = fill_history.newest_first(connection, Selection(limit=2, day=date(2026, 11, 20)))
        assert [fill.id for fill in fills] == [2, 1]
        assert order_history.symbols(connection) == ["AAPL", "MSFT"]
        assert order_history.days(connection, 9) == ["2026-11-20", "2026-11-19"]
        assert [each[0] for each in order_history.algorithms(connection)] == [2, 1]


def test_fills_carry_value_and_fee(diary: TradeDiary) -> None:
    diary.order(qty="2.5", price="10.10", fee="0.02")
    with diary.store.reader() as connection:
        (fill,) = fill_history.newest_first(connection, ALL)
    assert (fill.value, fill.fee, fill.algorithm_id) == (Decimal("25.250"), Decimal("0.02"), 1)


def test_round_trips_are_numbered_as_they_ended_and_summed_over_all_pages(diary: TradeDiary) -> None:
    diary.round_trip("100", "110", qty=10)
    diary.round_trip("100", "95", qty=10, algorithm_id=2)
    diary.order(side="buy", price="100")
    history = TripHistory(diary.store)
    trips = history.selected(ALL)
    assert [(each.number, each.trip.pnl) for each in trips] == [(2, -50), (1, 100)]
    sums = sums_of(trips)
    assert (sums.count, sums.wins, sums.pnl) == (2, 1, 50)
    assert (sums.win_rate, sums.profit_factor, sums.expectancy) == (0.5, 2.0, 25.0)
    assert [each.number for each in page_of(trips, Selection(limit=1))] == [2]
    assert [each.number for each in page_of(trips, Selection(limit=1, before=2))] == [1]
    assert [each.number for each in history.selected(Selection(limit=9, symbol="AAPL"))] == [1]
    assert history.selected(Selection(limit=9, day=date(2026, 11, 19))) == []
    diary.order(side="sell", price="101")
    assert [each.number for each in history.selected(ALL)] == [3, 2, 1]


def test_nothing_yet_has_no_rates() -> None:
    sums = sums_of([])
    assert (sums.count, sums.win_rate, sums.profit_factor, sums.expectancy) == (0, None, None, None)


def test_a_round_trip_goes_on_through_a_split_and_a_new_symbol(diary: TradeDiary) -> None:
    diary.order(side="buy", price="100", qty=10)
    at = MORNING
    with diary.store.transaction() as connection:
        split = Adjustment("AAPL", 1, Decimal(10), AdjustmentKind.SPLIT, "s/AAPL", at, ratio=Fraction(2))
        adjustment_rows.insert(connection, split)
        for symbol, qty, other in (("AAPL", -20, "NEW"), ("NEW", 20, "AAPL")):
            moved = Adjustment(symbol, 1, Decimal(qty), AdjustmentKind.RENAME, f"r/{symbol}", at, other_symbol=other)
            adjustment_rows.insert(connection, moved)
        connection.execute("UPDATE algorithms SET ticker = 'NEW' WHERE id = 1")
    diary.order(side="sell", price="55", qty=20)
    with diary.store.transaction() as connection:
        connection.execute("UPDATE orders SET symbol = 'NEW' WHERE side = 'sell'")
    (told,) = TripHistory(diary.store).selected(ALL)
    assert (told.trip.symbol, told.trip.shares, told.trip.entry_price, told.trip.pnl) == ("NEW", 20, 50, 100)


def test_books_that_sold_more_than_they_held_are_not_told_as_if_all_was_well(diary: TradeDiary) -> None:
    diary.order(side="sell")
    with pytest.raises(ValueError, match="short sales"):
        TripHistory(diary.store).selected(ALL)


steps = st.lists(
    st.tuples(st.sampled_from(["trade", "split"]), st.sampled_from([1, 2]), st.booleans()), min_size=1, max_size=25
)


@given(steps)
@example([("trade", 1, True), ("split", 1, False), ("trade", 1, True)])
@settings(deadline=None, max_examples=20)
def test_told_bit_by_bit_it_is_the_story_told_at_once(wanted: list[tuple[str, int, bool]]) -> None:
    with TemporaryDirectory() as folder, closing(new_store(Path(folder))) as store:
        diary, history = TradeDiary(store), TripHistory(store)
        held = {1: 0, 2: 0}
        for number, (kind, id_, is_read) in enumerate(wanted):
            symbol = NAMES[id_][1]
            if kind == "trade":
                side, qty = ("sell", held[id_]) if held[id_] else ("buy", 10)
                diary.order(side=side, qty=qty, price=str(100 + number), algorithm_id=id_)
                held[id_] = 0 if side == "sell" else qty
            elif held[id_]:
                split = Adjustment(
                    symbol, id_, Decimal(held[id_]), AdjustmentKind.SPLIT, f"s/{number}", MORNING, ratio=Fraction(2)
                )
                with store.transaction() as connection:
                    adjustment_rows.insert(connection, split)
                held[id_] *= 2
            if is_read:
                history.all()
        assert list(history.all()) == list(TripHistory(store).all())
