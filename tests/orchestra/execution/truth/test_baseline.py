"""What the account held before us: the owner's, confirmed before anything is bought, never sold by an algorithm."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.orchestra.execution.order_path import FIRST, MINUTE, OrderPath, fresh_path, later
from tests.orchestra.execution.test_reconciler import trade_by_hand

ONE = Decimal(1)


def outcome(path: OrderPath, algorithm_id: int) -> tuple[object, ...]:
    (row,) = path.rows(
        "SELECT outcome, gate FROM decisions WHERE algo_id = ? ORDER BY minute DESC LIMIT 1", (algorithm_id,)
    )
    return row


def own(path: OrderPath, qty: int, symbol: str = "AAA") -> None:
    path.port.exchange.moved[symbol] = ONE * qty


def fill_all(path: OrderPath) -> None:
    for order in [order for order in path.port.exchange.orders if order.is_working]:
        path.port.exchange.fill(order, order.qty, ONE * 100, now=path.clock.now())
    later(path, seconds=21)


def test_holdings_at_the_first_start_wait_for_the_owner_and_others_do_not(path: OrderPath) -> None:
    own(path, 10)
    path.reconciler.run("start")
    assert path.reconciler.frozen_symbols == frozenset()
    path.decide(FIRST, (1, "buy", 5), (3, "buy", 5))
    assert outcome(path, 1) == ("DENIED", "BASELINE")
    assert outcome(path, 3) == ("SUBMITTED", None)


def test_once_confirmed_it_may_be_bought_and_a_restart_remembers(tmp_path: Path, path: OrderPath) -> None:
    own(path, 10)
    path.reconciler.run("start")
    path.reconciler.truth.confirm(["AAA"])
    path.store.close()
    again = OrderPath(tmp_path / "system.db", path.port, path.clock)
    again.reconciler.run("start")
    again.decide(FIRST, (1, "buy", 5))
    assert outcome(again, 1) == ("SUBMITTED", None)
    assert again.rows("SELECT symbol, qty, confirmed_at IS NULL FROM baseline") == [("AAA", "10", 0)]
    again.store.close()


def test_only_the_first_start_takes_a_baseline(path: OrderPath) -> None:
    path.reconciler.run("start")
    own(path, 10)
    path.reconciler.run("start")
    assert path.rows("SELECT * FROM baseline") == []
    assert path.reconciler.frozen_symbols == {"AAA"}


def test_what_was_traded_by_hand_before_us_is_baseline_and_no_news_later(path: OrderPath) -> None:
    trade_by_hand(path, "buy", 7)
    trade_by_hand(path, "sell", 2)
    path.clock.seconds += 1
    path.reconciler.run("start")
    path.clock.seconds += 60 * MINUTE
    path.reconciler.run("periodic")
    assert path.rows("SELECT symbol, qty FROM baseline") == [("AAA", "5")]
    assert path.rows("SELECT * FROM external_fills") == []
    assert path.reconciler.frozen_symbols == frozenset()


def test_an_order_by_hand_that_was_half_filled_at_the_first_start_is_counted_once(path: OrderPath) -> None:
    request = {"symbol": "AAA", "qty": ONE * 7, "side": "buy", "client_order_id": "by hand"}
    order = path.port.exchange.accept(request, path.clock.now())
    path.port.exchange.fill(order, ONE * 3, ONE * 100, now=path.clock.now())
    path.clock.seconds += 1
    path.reconciler.run("start")
    path.clock.seconds += 1
    path.port.exchange.fill(order, ONE * 4, ONE * 100, now=path.clock.now())
    path.reconciler.run("periodic")
    assert path.reconciler.frozen_symbols == frozenset()
    assert sum(path.reconciler.truth.not_ours.values()) == 7


@pytest.mark.parametrize(("sold_by_hand", "sellable"), [(0, 5), (4, 5), (10, 5), (12, 3), (15, 0)])
def test_an_algorithm_sells_its_own_shares_and_never_the_baseline(
    path: OrderPath, sold_by_hand: int, sellable: int
) -> None:
    own(path, 10)
    path.reconciler.run("start")
    path.reconciler.truth.confirm(["AAA"])
    path.decide(FIRST, (1, "buy", 5))
    fill_all(path)
    if sold_by_hand:
        trade_by_hand(path, "sell", sold_by_hand)
    path.reconciler.run("periodic")
    path.clock.seconds = FIRST + MINUTE + 2
    path.decide(FIRST + MINUTE, (1, "sell", 99))
    assert sum(order.qty for order in path.orders() if order.side == "sell") == sellable


def test_shares_that_vanish_unexplained_are_taken_from_the_algorithms_not_from_the_owner(path: OrderPath) -> None:
    own(path, 10)
    path.reconciler.run("start")
    path.reconciler.truth.confirm(["AAA"])
    path.decide(FIRST, (1, "buy", 5))
    fill_all(path)
    own(path, 7)
    path.reconciler.compare_positions()
    path.clock.seconds = FIRST + MINUTE + 2
    path.decide(FIRST + MINUTE, (1, "sell", 5))
    assert [order.qty for order in path.orders() if order.side == "sell"] == [2]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    baseline=st.integers(0, 20),
    bought=st.integers(1, 20),
    moved=st.integers(-30, 10),
    by_hand=st.integers(-30, 10),
    wanted=st.integers(1, 60),
)
def test_no_sale_leaves_the_account_with_less_than_is_the_owners(
    tmp_path_factory: pytest.TempPathFactory, baseline: int, bought: int, moved: int, by_hand: int, wanted: int
) -> None:
    path = fresh_path(tmp_path_factory.mktemp("baseline"))
    own(path, baseline)
    path.reconciler.run("start")
    path.reconciler.truth.confirm(["AAA"])
    path.decide(FIRST, (1, "buy", bought))
    fill_all(path)
    own(path, baseline + moved)
    if by_hand:
        trade_by_hand(path, "buy" if by_hand > 0 else "sell", abs(by_hand))
    path.reconciler.run("periodic")
    account = path.port.exchange.position("AAA")
    path.clock.seconds = FIRST + MINUTE + 2
    path.decide(FIRST + MINUTE, (1, "sell", wanted))
    sold = sum(order.qty for order in path.orders() if order.side == "sell")
    owners = max(baseline + by_hand, 0)
    assert sold <= min(bought, wanted)
    if sold:
        assert account - sold >= owners
    path.store.close()
