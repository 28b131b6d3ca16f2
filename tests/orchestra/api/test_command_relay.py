"""An act is done once, however often it is asked for, and its answer can be fetched later."""

from decimal import Decimal

import pytest

from orchestra.api.api_parts import ApiLimits
from orchestra.messages.commands import StartAlgorithm
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.rows import algorithms
from tests.orchestra.api.api_house import ApiHouse, Visitor

WISH = {"name": "sma_crossover", "ticker": "AAPL", "initial_capital": 10000}
KEY = {"Idempotency-Key": "a-key-of-the-page"}


def test_the_same_key_is_the_same_act(house: ApiHouse, owner: Visitor) -> None:
    answers = [owner.post("/api/algorithms", WISH, **KEY) for _ in range(3)]
    assert [(answer.status_code, answer.json) for answer in answers] == [(201, {"id": 7})] * 3
    assert len(house.engine.given) == 1
    owner.post("/api/algorithms", WISH)
    owner.post("/api/algorithms", WISH)
    assert len(house.engine.given) == 3


def test_a_key_of_another_act_is_refused(house: ApiHouse, owner: Visitor) -> None:
    owner.post("/api/algorithms", WISH, **KEY)
    answer = owner.post("/api/algorithms", WISH | {"initial_capital": 9}, **KEY)
    assert answer.status_code == 409
    assert owner.post("/api/algorithms/1/pause", {}, **KEY).status_code == 409
    assert len(house.engine.given) == 1


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space 1", "{}{}{}{}{}"])
def test_a_key_that_is_none_is_refused(house: ApiHouse, owner: Visitor, key: str) -> None:
    assert owner.post("/api/algorithms", WISH, **{"Idempotency-Key": key}).status_code == 400
    assert house.engine.given == []


def test_an_act_that_takes_long_is_told_later(quick_folder) -> None:
    house = ApiHouse(quick_folder, limits=ApiLimits(command_seconds=0.01))
    owner = house.owner()
    house.engine.is_deaf = True
    first = owner.post("/api/algorithms", WISH, **KEY)
    assert (first.status_code, first.json) == (202, {"command_id": KEY["Idempotency-Key"]})
    url = f"/api/commands/{KEY['Idempotency-Key']}"
    assert (owner.get(url).status_code, owner.get(url).json) == (202, {"status": "pending"})
    assert owner.post("/api/algorithms", WISH, **KEY).status_code == 202
    wish = StartAlgorithm(algorithm="sma_crossover", ticker="AAPL", capital=10000, command_id=KEY["Idempotency-Key"])
    assert house.engine.given == [wish]
    house.engine.answer()
    assert (owner.get(url).status_code, owner.get(url).json) == (200, {"status": 201, "body": {"id": 7}})
    assert owner.post("/api/algorithms", WISH, **KEY).json == {"id": 7}
    assert house.visitor().get(url).status_code == 401
    house.clock.advance(seconds=601)
    assert owner.get(url).status_code == 404
    house.close()


def test_what_an_earlier_run_has_started_is_told_although_nothing_else_of_it_is_remembered(
    house: ApiHouse, owner: Visitor
) -> None:
    record = AlgorithmRecord(3, "sma_crossover", "AAPL", Decimal(10000), "f", "s", command_id=KEY["Idempotency-Key"])
    with house.system.transaction() as connection:
        algorithms.insert(connection, record, "2026-11-20T17:00:00.000Z")
    answer = owner.get(f"/api/commands/{KEY['Idempotency-Key']}")
    assert (answer.status_code, answer.json) == (200, {"status": 201, "body": {"id": 3}})
    assert owner.get("/api/commands/another-key").status_code == 404


def test_what_came_of_a_refused_act_can_be_fetched_too(house: ApiHouse, owner: Visitor) -> None:
    owner.post("/api/algorithms", WISH | {"initial_capital": 50001}, **KEY)
    answer = owner.get(f"/api/commands/{KEY['Idempotency-Key']}")
    assert answer.status_code == 200
    assert answer.json["status"] == 409
    assert "not enough cash" in answer.json["body"]["error"]


def test_an_act_nobody_gave_is_unknown(owner: Visitor) -> None:
    assert owner.get("/api/commands/never-given").status_code == 404


def test_an_act_while_the_engine_goes_down_is_refused(quick_folder) -> None:
    house = ApiHouse(quick_folder, limits=ApiLimits(command_seconds=0.01))
    owner = house.owner()
    house.engine.is_deaf = True
    assert owner.post("/api/algorithms", WISH, **KEY).status_code == 202
    house.desk.close()
    assert owner.get(f"/api/commands/{KEY['Idempotency-Key']}").json["status"] == 503
    assert owner.post("/api/algorithms", WISH, **KEY).status_code == 503
    assert owner.post("/api/algorithms", WISH).status_code == 409
    house.close()
