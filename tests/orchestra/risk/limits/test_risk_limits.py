"""Each limit at its very edge, alone and for all together; what a minute approved counts in the same minute."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orchestra.risk.limits.limit_rules import LIMIT_RULES
from system_databse.order import OrderStatus, Side
from system_databse.trading_signal import Outcome
from tests.orchestra.risk.limits.limited_gate import MINUTE, NEXT, NOON, SESSION, LimitedGate, view
from tests.system_databse.made_orders import order_in

PASS = None


@pytest.mark.requirement("S4-32")
@pytest.mark.parametrize("owner", [None, 1])
@pytest.mark.parametrize(
    ("name", "limit", "shares", "refused_by"),
    [
        ("max_trade_value", "1000", 10, PASS),
        ("max_trade_value", "999.99", 10, "MAX_TRADE"),
        ("max_position_value", "1000", 10, PASS),
        ("max_position_value", "999.99", 10, "MAX_POSITION"),
        ("max_position_shares", "10", 10, PASS),
        ("max_position_shares", "9.5", 10, "MAX_POSITION"),
        ("orders_per_minute", "1", 1, PASS),
        ("orders_per_day", "1", 1, PASS),
    ],
)
def test_a_limit_refuses_from_its_edge_on_and_not_before(
    gate: LimitedGate, owner: int | None, name: str, limit: str, shares: int, refused_by: str | None
) -> None:
    gate.limit(name, limit, owner)
    assert gate.gates((1, "buy", shares)) == [refused_by]


def test_a_refusal_tells_its_numbers(gate: LimitedGate) -> None:
    gate.limit("max_position_value", 10_000)
    [decision] = gate.judge((1, "buy", 23), views={1: view(1, held=100), 2: view(2)})
    assert decision.outcome is Outcome.DENIED
    assert decision.reason == "all algorithms together would hold $12,300 of AAPL, the limit is $10,000"
    gate.lift("max_position_value")
    gate.limit("max_position_value", "10000.50", 1)
    [decision] = gate.judge((1, "buy", 23), views={1: view(1, held=100)})
    assert decision.reason == "would hold $12,300 of AAPL, the limit is $10,000.50"
    gate.limit("max_trade_value", 2000)
    assert gate.judge((2, "buy", 21))[0].reason == "would buy $2,100 of AAPL at once, the limit is $2,000"
    gate.limit("max_position_shares", "20", 2)
    assert gate.judge((2, "buy", Decimal(20)), views={2: view(2, held=Decimal("0.5"))})[0].reason == (
        "would hold 20.5 shares of AAPL, the limit is 20"
    )


def test_what_others_hold_and_buy_of_a_symbol_counts_for_all_together_and_not_for_one(gate: LimitedGate) -> None:
    working = replace(order_in(OrderStatus.ACCEPTED), algorithm_id=2, symbol="AAPL", side=Side.BUY, qty=Decimal(30))
    views = {1: view(1), 2: view(2, held=40, working=(working,)), 3: view(3, symbol="MSFT", held=10_000)}
    gate.limit("max_position_shares", 75)
    assert gate.gates((1, "buy", 5), views=views) == [PASS]
    assert gate.gates((1, "buy", 6), views=views) == ["MAX_POSITION"]
    gate.lift("max_position_shares")
    gate.limit("max_position_shares", 75, 1)
    assert gate.gates((1, "buy", 75), views=views) == [PASS]


def test_approved_buys_of_a_minute_count_against_each_other_and_refused_ones_do_not(gate: LimitedGate) -> None:
    gate.limit("max_position_value", 1_000)
    assert gate.gates((1, "buy", 6), (2, "buy", 5), (2, "buy", 4), (3, "buy", 20)) == [PASS, "MAX_POSITION", PASS, PASS]


def test_a_sell_of_the_same_minute_makes_no_room_before_it_is_filled(gate: LimitedGate) -> None:
    gate.limit("max_position_shares", 10)
    views = {1: view(1, held=10), 2: view(2)}
    assert gate.gates((1, "sell", 10), (2, "buy", 1), views=views) == [PASS, "MAX_POSITION"]


def test_orders_of_a_minute_are_counted_and_the_next_minute_is_free(gate: LimitedGate) -> None:
    gate.limit("orders_per_minute", 2)
    views = {1: view(1, held=5), 2: view(2), 3: view(3, symbol="MSFT")}
    decisions = gate.judge((1, "sell", 5), (2, "buy", 1), (3, "buy", 1), views=views)
    assert [decision.gate for decision in decisions] == [PASS, PASS, "ORDER_RATE"]
    assert decisions[2].reason == "would be order 3 of all algorithms in this minute, the limit is 2"
    assert gate.gates((3, "buy", 1), views=views, minute=NOON + MINUTE) == [PASS]


def test_orders_of_a_session_are_counted_for_each_and_the_next_session_is_free(gate: LimitedGate) -> None:
    gate.limit("orders_per_day", 2, 1)
    for number, expected in enumerate([PASS, PASS, "ORDER_RATE"]):
        minute = NOON + number * MINUTE
        assert gate.gates((1, "buy", 1), (2, "buy", 1), minute=minute) == [expected, PASS]
    assert gate.gates((1, "buy", 1), minute=NEXT.open + MINUTE) == [PASS]


def test_orders_that_were_on_disk_before_a_start_or_before_the_limit_count(gate: LimitedGate) -> None:
    gate.limit("max_trade_value", 10**6)
    with gate.store.transaction() as connection:
        for number, (minute, status) in enumerate(
            [
                (SESSION.open, "FILLED"),
                (SESSION.open + 60, "ACCEPTED"),
                (NOON - 120, "DENIED"),
                (SESSION.open - 9000, "FILLED"),
            ]
        ):
            connection.execute(
                "INSERT INTO orders(client_order_id, algo_id, bar_ts, leg, purpose, asset_class, symbol, side, qty,"
                " mode, status, created_at)"
                " VALUES(?, 1, ?, 0, 'ENTRY', 'us_equity', 'AAPL', 'buy', '1', 'PAPER', ?, '')",
                (f"o{number}", minute, status),
            )
    gate.judge((1, "hold", 0))
    gate.limit("orders_per_day", 3)
    assert gate.gates((1, "buy", 1), (2, "buy", 1)) == [PASS, "ORDER_RATE"]
    again = LimitedGate(gate.store)
    assert again.gates((1, "buy", 1), (2, "buy", 1)) == [PASS, "ORDER_RATE"]


def test_a_limit_is_asked_after_every_other_rule_and_the_first_that_refuses_is_named(gate: LimitedGate) -> None:
    for name in ("max_trade_value", "max_position_value", "max_position_shares", "orders_per_minute"):
        gate.limit(name, 1)
    gate.judge((2, "sell", 1), views={2: view(2, held=1)})
    poor = {1: view(1, cash=1), 2: view(2)}
    assert gate.gates((1, "buy", 50), views=poor) == ["CASH"]
    for name, refused_by in (
        ("max_trade_value", "MAX_TRADE"),
        ("max_position_value", "MAX_POSITION"),
        ("max_position_shares", "MAX_POSITION"),
        ("orders_per_minute", "ORDER_RATE"),
    ):
        assert gate.gates((1, "buy", 50)) == [refused_by]
        gate.lift(name)
    assert list(LIMIT_RULES) == ["DAILY_LOSS", "MAX_TRADE", "MAX_POSITION", "ORDER_RATE"]


def test_without_limits_nothing_is_asked_and_everything_is_decided_as_without_them(gate: LimitedGate) -> None:
    assert not gate.limits.is_any

    def fail(*_arguments: object) -> None:
        raise AssertionError("a gate without limits asks for none")

    gate.limits.begin = gate.limits.weigh = fail  # type: ignore[method-assign, assignment]
    assert gate.gates((1, "buy", 10_000), (2, "hold", 0), (3, "sell", 1)) == [PASS, PASS, "NO_SHORT_SALE"]
