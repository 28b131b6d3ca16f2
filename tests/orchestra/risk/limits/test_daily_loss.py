"""A daily loss stops buying for the rest of its session: told once, kept through restarts, over at the next open."""

from decimal import Decimal

import pytest

from orchestra.messages.events import AlertRaised
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.rows import equity_snapshots
from tests.orchestra.risk.limits.limited_gate import MINUTE, NEXT, NOON, SESSION, LimitedGate, view

FIRST = SESSION.open + MINUTE
# Both bought AAPL at 100: algorithm 1 a hundred shares of its 10,000, algorithm 2 ten shares of its 2,000.
VIEWS = {
    1: view(1, held=100, cash=0, capital=10_000),
    2: view(2, held=10, cash=1_000, capital=2_000),
    3: view(3, symbol="MSFT", cash=500, capital=500),
}


def buy(gate: LimitedGate, price: float, minute: int, algorithm_id: int = 2) -> str | None:
    return gate.judge((algorithm_id, "buy", 1), views=VIEWS, prices={"AAPL": price, "MSFT": 50.0}, minute=minute)[
        0
    ].gate


@pytest.mark.requirement("S3-03")
@pytest.mark.parametrize(
    ("name", "limit", "owner", "price", "is_stopped"),
    [
        # Of all: 110 shares, equity at the open 12,500.
        ("daily_loss", "110", None, 99.0, True),
        ("daily_loss", "110.01", None, 99.0, False),
        ("daily_loss_percent", "0.88", None, 99.0, True),
        ("daily_loss_percent", "0.89", None, 99.0, False),
        # Of algorithm 2: 10 shares, capital 2,000.
        ("daily_loss", "10", 2, 99.0, True),
        ("daily_loss", "10.01", 2, 99.0, False),
        ("daily_loss_percent", "0.5", 2, 99.0, True),
        ("daily_loss_percent", "0.51", 2, 99.0, False),
        # Another one's loss is no loss of algorithm 2, and a gain is none at all.
        ("daily_loss", "1", 1, 50.0, False),
        ("daily_loss", "1", None, 150.0, False),
    ],
)
def test_a_loss_stops_from_its_edge_on(
    gate: LimitedGate, name: str, limit: str, owner: int | None, price: float, is_stopped: bool
) -> None:
    gate.limit(name, limit, owner)
    assert buy(gate, 100.0, FIRST) is None
    assert buy(gate, price, NOON) == ("DAILY_LOSS" if is_stopped else None)


def test_the_stop_is_told_once_in_numbers_and_stays_although_the_loss_is_made_good(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 500)
    buy(gate, 100.0, FIRST)
    [decision] = gate.judge((2, "hold", 0), views=VIEWS, prices={"AAPL": 95.0}, minute=NOON)
    assert decision.gate is None
    reason = "all algorithms together have lost $550 since the open, the limit is $500"
    alert = AlertRaised("risk.daily_loss", f"Nothing is bought any more in this session: {reason}.")
    assert gate.told == [alert]
    [decision] = gate.judge((2, "buy", 1), views=VIEWS, prices={"AAPL": 120.0}, minute=NOON + MINUTE)
    assert (decision.gate, decision.reason) == ("DAILY_LOSS", f"{reason}: nothing is bought until the next session")
    assert gate.told == [alert]
    with gate.store.reader() as connection:
        rows = connection.execute("SELECT type FROM events").fetchall()
    assert rows == [("risk.daily_loss",)]


def test_a_restart_in_the_same_session_stays_stopped_and_the_next_session_buys(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 500)
    buy(gate, 100.0, FIRST)
    assert buy(gate, 90.0, NOON) == "DAILY_LOSS"
    again = LimitedGate(gate.store)
    assert buy(again, 100.0, NOON + MINUTE) == "DAILY_LOSS"
    assert again.told == again.ended == []
    assert buy(again, 100.0, NEXT.open + MINUTE) is None
    assert again.ended == ["risk.daily_loss"]


def test_the_equity_at_the_open_survives_a_restart(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 100)
    with gate.store.transaction() as connection:
        for minute, equity in ((SESSION.open - 86_400, 1), (FIRST, 10_000), (NOON - MINUTE, 9_950)):
            scope = equity_snapshots.scope_of(1)
            equity_snapshots.put(connection, scope, minute, equity=Decimal(equity), cash=Decimal(0))
    again = LimitedGate(gate.store)
    assert buy(again, 99.5, NOON - MINUTE) is None
    # A hundred shares are worth 9,900: 100 less than at the open, and only 50 less than when this process began.
    assert buy(again, 99.0, NOON) == "DAILY_LOSS"


def test_a_share_without_a_price_counts_what_it_cost(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 1)
    assert gate.gates((3, "buy", 1), views=VIEWS, prices={"MSFT": 50.0}, minute=FIRST) == [None]
    assert gate.gates((3, "buy", 1), views=VIEWS, prices={"MSFT": 50.0}, minute=NOON) == [None]


def test_a_limit_that_is_lifted_stops_nobody_and_one_that_is_raised_still_does(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 500)
    buy(gate, 100.0, FIRST)
    assert buy(gate, 90.0, NOON) == "DAILY_LOSS"
    gate.limit("daily_loss", 5_000)
    assert buy(gate, 90.0, NOON + MINUTE) == "DAILY_LOSS"
    gate.lift("daily_loss")
    assert buy(gate, 90.0, NOON + 2 * MINUTE) is None


def test_the_stop_of_one_algorithm_leaves_the_others_alone_and_no_exit_waits(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 10, 2)
    buy(gate, 100.0, FIRST)
    prices = {"AAPL": 99.0, "MSFT": 50.0}
    decisions = gate.judge((2, "buy", 1), (2, "sell", 10), (3, "buy", 1), views=VIEWS, prices=prices)
    assert [decision.gate for decision in decisions] == ["DAILY_LOSS", None, None]
    [alert] = gate.told
    assert isinstance(alert, AlertRaised)
    assert "algorithm 2 has lost $10 since the open, the limit is $10" in alert.text


def test_a_loss_of_an_algorithm_that_was_stopped_today_counts(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 90)
    buy(gate, 100.0, FIRST)
    stopped = view(1, cash=9_900, capital=10_000)
    stopped = type(stopped)(
        type(stopped.record)(1, "toy1", "AAPL", Decimal(10_000), "toy.py", "0", status=AlgorithmStatus.STOPPED),
        stopped.cash,
        stopped.position,
        (),
    )
    views = VIEWS | {1: stopped}
    assert gate.gates((2, "buy", 1), views=views, prices={"AAPL": 100.0}, minute=NOON) == ["DAILY_LOSS"]


def test_the_owners_own_orders_are_no_minute_to_measure_a_loss_in(gate: LimitedGate) -> None:
    gate.limit("daily_loss", 1)
    gate.judge((1, "sell", 1), views=VIEWS, prices={}, minute=FIRST)
    assert buy(gate, 90.0, FIRST + MINUTE) is None
    assert buy(gate, 89.0, NOON) == "DAILY_LOSS"
