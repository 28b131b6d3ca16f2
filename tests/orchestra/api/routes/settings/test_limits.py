"""Limits over HTTP: read from the disk, set by the engine, refused in words before anything reaches it."""

from decimal import Decimal

import pytest

from orchestra.messages.commands import SetLimit
from system_databse.control import limit_rows
from system_databse.control.limit import MEANINGS, Limit, LimitName
from tests.orchestra.api.api_house import OWN_PAGE, ApiHouse, Visitor


def put(owner: Visitor, body: object, **headers: str):  # type: ignore[no-untyped-def]
    return owner.send("PUT", "/api/limits", body, {**OWN_PAGE, **headers})


def test_limits_are_told_with_what_else_could_be_limited(house: ApiHouse, owner: Visitor) -> None:
    with house.system.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.MAX_TRADE_VALUE, Decimal("1000.50"), 3))
    answer = owner.get("/api/limits")
    assert answer.status_code == 200
    assert answer.json["limits"] == [{"name": "max_trade_value", "value": "1000.5", "algorithm_id": 3}]
    assert [each["name"] for each in answer.json["known"]] == list(MEANINGS)


def test_a_limit_is_set_and_lifted_by_the_engine(house: ApiHouse, owner: Visitor) -> None:
    assert put(owner, {"name": "max_trade_value", "value": "1,000"}).status_code == 200
    assert put(owner, {"name": "orders_per_day", "value": 5, "algorithm_id": 2}).status_code == 200
    key = {"Idempotency-Key": "limit-once"}
    assert put(owner, {"name": "daily_loss", "value": None}, **key).status_code == 200
    assert house.engine.given == [
        SetLimit(LimitName.MAX_TRADE_VALUE, Decimal(1000)),
        SetLimit(LimitName.ORDERS_PER_DAY, Decimal(5), 2),
        SetLimit(LimitName.DAILY_LOSS, None, None, "limit-once"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "max_trade_value"},
        {"name": "nonsense", "value": 1},
        {"name": "max_trade_value", "value": True},
        {"name": "max_trade_value", "value": "much"},
        {"name": "max_trade_value", "value": 0},
        {"name": "max_trade_value", "value": [1]},
        {"name": "orders_per_day", "value": 1.5},
        {"name": "daily_loss_percent", "value": 101},
        {"name": "daily_loss", "value": 1, "algorithm_id": 0},
        {"name": "daily_loss", "value": 1, "algorithm_id": "1"},
        {"name": "daily_loss", "value": 1, "algorithm_id": 1 << 40},
        {"name": "daily_loss", "value": 1, "scope": "GLOBAL"},
    ],
)
def test_what_is_no_limit_is_refused_and_reaches_nobody(house: ApiHouse, owner: Visitor, body: dict) -> None:
    answer = put(owner, body)
    assert answer.status_code == 400
    assert answer.json["error"]
    assert house.engine.given == []


def test_without_a_session_no_limit_is_told_or_changed(house: ApiHouse) -> None:
    assert house.visitor().get("/api/limits").status_code == 401
    assert put(house.visitor(), {"name": "daily_loss", "value": None}).status_code == 401
    assert house.engine.given == []
