"""What an algorithm wants is a stored signal and news, whatever the gate says of it; a hold is neither."""

import pytest

from database.bar import MINUTE
from orchestra.messages.events import SignalApproved, SignalGenerated, SignalRejected
from orchestra.messages.halt import Halt
from tests.orchestra.owner_house import OPEN, OwnerHouse

SIGNALS = (SignalGenerated, SignalApproved, SignalRejected)


def news(house: OwnerHouse) -> list[object]:
    return [event for event in house.events if isinstance(event, SIGNALS)]


@pytest.mark.requirement("S0-09", "S1-31", "S0-24")
def test_a_wish_is_stored_then_told_and_so_is_what_the_gate_says(house: OwnerHouse) -> None:
    house.start_algorithm("buyer")
    house.start_algorithm("idle")
    house.halt.set(Halt("2024-07-03T13:30:00.000Z", "me"))
    house.minute_at(OPEN + MINUTE)
    house.halt.clear()
    house.minute_at(OPEN + 2 * MINUTE)
    stopped = ("HALTED", "opening orders are stopped")
    [(order_id,)] = house.rows("SELECT client_order_id FROM orders WHERE signal_id = 2")
    assert news(house) == [
        SignalGenerated(1, "buyer", "ACME", "buy", None, "REJECTED"),
        SignalRejected(1, "buyer", "ACME", "buy", stopped),
        SignalGenerated(2, "buyer", "ACME", "buy", None, "RECORDED"),
        SignalApproved(2, "buyer", "ACME", "buy", "risk", order_id),
    ]
    assert house.rows("SELECT status, reason FROM signals ORDER BY id") == [
        ("REJECTED", "has none yet"),
        ("RECORDED", "has none yet"),
    ]


def test_where_the_strategy_tells_no_profit_the_range_of_the_last_bars_does(house: OwnerHouse) -> None:
    house.exchange_to(OPEN + 15 * MINUTE)
    house.start_algorithm("buyer")
    house.minute_at(OPEN + 16 * MINUTE)
    [(profit, price)] = house.rows("SELECT expected_profit, price FROM signals")
    # Each bar spans two dollars.
    assert profit == pytest.approx(2 * 2 / float(str(price)))


def test_with_too_few_bars_no_profit_is_told(house: OwnerHouse) -> None:
    house.start_algorithm("buyer")
    house.minute_at(OPEN + MINUTE)
    assert house.rows("SELECT expected_profit FROM signals") == [(None,)]
