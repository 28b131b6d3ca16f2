"""Canceling one order: what works is canceled once, what has filled says so, a sale stays withdrawn."""

from decimal import Decimal

import pytest

from database.bar import MINUTE
from orchestra.messages.commands import Answer, CancelOrder, Refusal, StopAlgorithm
from tests.orchestra.owner_house import OPEN, OwnerHouse


def working_buy(house: OwnerHouse) -> tuple[int, str]:
    """Let an algorithm buy; its order works at the exchange."""
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    return id_, newest_order(house)


def newest_order(house: OwnerHouse) -> str:
    return str(house.rows("SELECT client_order_id FROM orders ORDER BY id DESC LIMIT 1")[0][0])


def cancel(house: OwnerHouse, order: str) -> Answer:
    return house.give(CancelOrder(order))


@pytest.mark.requirement("S2-61")
def test_a_working_order_is_canceled_and_asking_again_changes_nothing(house: OwnerHouse) -> None:
    id_, order = working_buy(house)
    answer = cancel(house, order)
    expected = {"client_order_id": order, "status": "CANCELED", "filled_qty": 0, "average_price": None}
    assert dict(answer.values) == {**expected, "is_sale_withdrawn": False}
    before = house.rows("SELECT * FROM orders")
    assert dict(cancel(house, order).values) == {**expected, "is_sale_withdrawn": False}
    assert house.rows("SELECT * FROM orders") == before
    house.fill()
    assert (house.position(id_), house.account_position()) == (0, 0)


def test_an_order_that_filled_meanwhile_says_so(house: OwnerHouse) -> None:
    id_, order = working_buy(house)
    house.exchange.done(house.exchange.now)  # filled, and the engine has not heard of it
    answer = cancel(house, order)
    assert (answer.refusal, answer.values["status"], answer.values["filled_qty"]) == (None, "FILLED", 5)
    assert answer.values["average_price"] == Decimal("50.01")
    assert (house.position(id_), house.account_position()) == (5, 5)


def test_a_number_nobody_knows_is_refused_in_words(house: OwnerHouse) -> None:
    answer = cancel(house, "at-nobody-1-x-0")
    assert (answer.refusal, answer.reason) == (Refusal.NOT_FOUND, "AutoTrader knows no order with this number.")


def test_a_canceled_sale_of_the_owner_is_not_sent_again(house: OwnerHouse) -> None:
    id_, _ = working_buy(house)
    house.fill()
    house.give(StopAlgorithm(id_, is_selling=True))
    sale = newest_order(house)
    answer = cancel(house, sale)
    assert (answer.values["status"], answer.values["is_sale_withdrawn"]) == ("CANCELED", True)
    for minute in range(2, 5):
        house.minute_at(OPEN + minute * MINUTE)
        house.fill()
    assert newest_order(house) == sale
    assert (house.position(id_), house.account_position()) == (5, 5)
    # The owner may still change his mind.
    house.give(StopAlgorithm(id_, is_selling=True))
    house.fill()
    assert house.account_position() == 0
