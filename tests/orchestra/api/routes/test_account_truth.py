"""The account's truth over HTTP: what is sent reaches the engine as it was meant, or is refused in a sentence."""

from decimal import Decimal

import pytest

from orchestra.messages.commands import ConfirmBaseline, DifferenceChoice, SettleDifference
from tests.orchestra.api.api_house import ApiHouse


@pytest.mark.parametrize(
    ("path", "body", "command"),
    [
        ("/api/baseline", {"symbols": ["ACME", "BRK.B"]}, ConfirmBaseline(("ACME", "BRK.B"))),
        ("/api/baseline", {"symbols": ["ACME", "ACME"]}, ConfirmBaseline(("ACME",))),
        ("/api/baseline", {}, ConfirmBaseline()),
        ("/api/differences", {"symbol": "ACME", "choice": "adopt"}, SettleDifference("ACME", DifferenceChoice.ADOPT)),
        (
            "/api/differences",
            {"symbol": "ACME", "choice": "assign", "algorithm_id": 3, "price": "12.34"},
            SettleDifference("ACME", DifferenceChoice.ASSIGN, 3, Decimal("12.34")),
        ),
    ],
)
def test_an_act_reaches_the_engine(house: ApiHouse, path: str, body: object, command: object) -> None:
    answer = house.owner().post(path, body)
    assert answer.status_code == 200
    assert set(answer.json) in ({"confirmed", "waiting"}, {"symbol", "is_settled"})
    assert house.engine.given == [command]


def test_what_the_engine_refuses_is_told_in_its_words(house: ApiHouse) -> None:
    answer = house.owner().post("/api/differences", {"symbol": "ACME", "choice": "ignore"})
    assert (answer.status_code, answer.json) == (409, {"error": "There is nothing to settle."})


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/api/baseline", {"symbols": "ACME"}, "a list"),
        ("/api/baseline", {"symbols": ["acme; drop"]}, "no ticker"),
        ("/api/baseline", {"symbols": [7]}, "no ticker"),
        ("/api/baseline", {"symbols": ["A"] * 151}, "at most 150"),
        ("/api/differences", {"symbol": "ACME", "choice": "sell everything"}, "one of adopt, ignore"),
        ("/api/differences", {"symbol": "ACME"}, "'choice' is missing"),
        ("/api/differences", {"symbol": "*", "choice": "adopt"}, "no ticker"),
        ("/api/differences", {"symbol": "ACME", "choice": "assign", "algorithm_id": True}, "the number of"),
        ("/api/differences", {"symbol": "ACME", "choice": "assign", "algorithm_id": -1}, "the number of"),
        ("/api/differences", {"symbol": "ACME", "choice": "assign", "price": -5}, "more than 0"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_reaches_nobody(
    house: ApiHouse, path: str, body: object, words: str
) -> None:
    answer = house.owner().post(path, body)
    assert answer.status_code == 400
    assert words in answer.json["error"]
    assert house.engine.given == []


@pytest.mark.parametrize("path", ["/api/baseline", "/api/differences"])
def test_without_a_session_nothing_is_settled(house: ApiHouse, path: str) -> None:
    assert house.visitor().post(path, {}).status_code == 401
    assert house.engine.given == []
