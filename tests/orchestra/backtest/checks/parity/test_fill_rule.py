"""Live orders against the rule of backtests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import Bar
from database.bar_store import BarStore
from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.schema_check import open_database
from orchestra.backtest.checks.parity.fill_rule import compare_fills
from orchestra.backtest.checks.parity.findings import FillParity, Slippage
from system_databse.order import OrderStatus, Side
from tests.orchestra.backtest.checks.parity.made_day import algorithm, at, day, fill, minute, order


@pytest.fixture
def bars(tmp_path: Path) -> Iterator[BarStore]:
    """Bars at minutes 3 and 6 only, opening at 50 and 60."""
    store = open_database(
        tmp_path / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
    )
    kept = BarStore(store, MarketCalendar())
    kept.insert([Bar("ACME", minute(3), 50.0, 51.0, 49.0, 50.5, 9), Bar("ACME", minute(6), 60.0, 61.0, 59.0, 60.5, 9)])
    yield kept
    store.close()


def test_a_fill_at_the_open_has_no_slippage(bars: BarStore) -> None:
    (found,) = compare_fills(day(algorithm([fill("a", at(3))], [order("a", 3, ended=at(3))])), bars)
    assert (found.due_price, found.price) == (50.0, 50.0)
    assert (found.slippage_bps, found.slippage_dollars, found.delay_seconds) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("side", "worse"), [(Side.BUY, "50.05"), (Side.SELL, "49.95")])
def test_slippage_is_to_the_owners_cost_on_both_sides(bars: BarStore, side: Side, worse: str) -> None:
    live = algorithm([fill("a", at(3, 2.5), price=worse, side=side)], [order("a", 3, side=side, ended=at(3, 2.6))])
    (found,) = compare_fills(day(live), bars)
    assert (found.slippage_bps, found.slippage_dollars, found.delay_seconds) == (10.0, 0.5, 2.5)


def test_without_a_bar_of_its_minute_the_next_one_counts(bars: BarStore) -> None:
    (found,) = compare_fills(day(algorithm([fill("a", at(6), price="60")], [order("a", 4, ended=at(6))])), bars)
    assert (found.due_price, found.slippage_bps, found.delay_seconds) == (60.0, 0.0, 0.0)


def test_parts_are_averaged_and_what_is_left_is_told(bars: BarStore) -> None:
    parts = [fill("a", at(3), qty=2, price="50"), fill("a", at(3, 30), qty=2, price="50.10")]
    ended = order("a", 3, ended=at(9), status=OrderStatus.CANCELED)
    (found,) = compare_fills(day(algorithm(parts, [ended])), bars)
    assert (found.filled_qty, found.is_partial, found.delay_seconds) == (4.0, True, 30.0)
    assert found.slippage_bps == pytest.approx(10.0)
    assert found.slippage_dollars == pytest.approx(0.2)


def test_an_order_without_a_fill_or_a_bar_claims_nothing(bars: BarStore) -> None:
    live = algorithm([fill("b", at(8))], [order("a", 3, status=OrderStatus.REJECTED, ended=at(3)), order("b", 8)])
    unfilled, unknown = compare_fills(day(live), bars)
    assert (unfilled.price, unfilled.slippage_bps, unfilled.status) == (None, None, "REJECTED")
    assert (unknown.due_price, unknown.price, unknown.slippage_bps) == (None, 50.0, None)


def test_orders_of_other_days_are_left_out(bars: BarStore) -> None:
    assert compare_fills(day(algorithm([], [order("old", -600), order("later", 400)])), bars) == ()


def made(qty: float, due: float, bps: float) -> FillParity:
    cost = due * qty * bps / 10_000
    return FillParity("a", 1, "ACME", "buy", "ENTRY", "FILLED", qty, qty, 0, due, due + cost / qty, bps, cost, 1.0)


def test_the_average_is_weighted_by_what_was_dealt() -> None:
    together = Slippage.of([made(10, 100.0, 4.0), made(30, 100.0, 0.0)])
    assert together.bps == pytest.approx(1.0)
    assert together.dollars == pytest.approx(0.4)
    assert (together.orders, together.filled, together.delay_seconds) == (2, 2, 1.0)


def test_no_order_has_no_average() -> None:
    nothing = Slippage.of([])
    assert (nothing.bps, nothing.dollars, nothing.delay_seconds) == (None, 0.0, None)


@given(st.lists(st.tuples(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(-50, 50)), min_size=1))
def test_the_average_lies_between_the_best_and_the_worst(fills: list[tuple[float, float, float]]) -> None:
    average = Slippage.of([made(*each) for each in fills]).bps
    assert average is not None
    assert min(f[2] for f in fills) - 1e-6 <= average <= max(f[2] for f in fills) + 1e-6
