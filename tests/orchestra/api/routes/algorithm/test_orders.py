"""Orders, round trips and the set-up of one algorithm over HTTP."""

import pytest

from tests.orchestra.api.api_house import MINUTE, ApiHouse, Visitor, made_snapshot
from tests.orchestra.api.routes.algorithm.told_house import fill, show

ORDERS, SETUP = "/api/algorithms/1/orders", "/api/algorithms/1/setup"


def test_orders_come_newest_first_with_their_fills_and_round_trips(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    fill(house, MINUTE - 1200)
    fill(house, MINUTE - 600, side="sell", purpose="EXIT")
    fill(house, MINUTE - 60)
    answer = owner.get(ORDERS).json
    assert [(each["side"], each["minute"][11:16]) for each in answer["orders"]] == [
        ("buy", "16:59"),
        ("sell", "16:50"),
        ("buy", "16:40"),
    ]
    assert [len(each["fills"]) for each in answer["orders"]] == [2, 2, 2]
    under_way, ended = answer["round_trips"]
    assert (ended["pnl"], ended["return"], ended["minutes"]) == ("0", 0.0, 10)
    assert (under_way["exited_at"], under_way["held"], under_way["pnl"]) == (None, "5", "5.5")


def test_orders_come_page_by_page(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    for number in range(1, 6):
        fill(house, MINUTE - 60 * number)
    first = owner.get(f"{ORDERS}?limit=2").json
    assert (len(first["orders"]), first["has_older"]) == (2, True)
    last = owner.get(f"{ORDERS}?limit=3&before={first['orders'][-1]['number']}").json
    assert len(last["orders"]) == 3
    assert "round_trips" not in last


def test_shares_without_a_price_are_worth_nothing_that_is_known(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    fill(house, MINUTE - 60)
    house.board.replace(made_snapshot(2, algorithms=()))
    [trip] = owner.get(ORDERS).json["round_trips"]
    assert (trip["pnl"], trip["return"], trip["exit_price"]) == (None, None, None)


def test_shares_that_came_another_way_leave_no_round_trip_and_no_error(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    fill(house, MINUTE - 60, side="sell", purpose="EXIT")
    answer = owner.get(ORDERS).json
    assert answer["round_trips"] == []
    assert "cannot be told" in answer["round_trips_note"]


@pytest.mark.parametrize("query", ["before=x", "before=-1", "limit=201", "before=" + "9" * 40])
def test_a_page_that_is_none_is_refused(house: ApiHouse, owner: Visitor, query: str) -> None:
    show(house)
    answer = owner.get(f"{ORDERS}?{query}")
    assert (answer.status_code, list(answer.json)) == (400, ["error"])


def test_the_set_up_tells_money_parameters_and_file(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    told = owner.get(SETUP).json
    assert told["file_sha256"] == house.board.snapshot.algorithms[0].record.file_sha256
    assert (told["initial_capital"], told["created_at"]) == ("10000", "2026-11-20T14:40:00.000Z")
    house.board.replace(made_snapshot(2, algorithms=()))
    told = owner.get(SETUP).json
    assert (told["file"], told["file_sha256"], told["parameters"]) == (
        "algorithm/sma_crossover.py",
        "ab" * 32,
        {"sma_short": 10},
    )


def test_broken_parameters_are_none(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    house.board.replace(made_snapshot(2, algorithms=()))
    for text in ("{", "[1]", "null"):
        with house.system.transaction() as connection:
            connection.execute("UPDATE algorithms SET params = ?", (text,))
        assert owner.get(SETUP).json["parameters"] == {}
