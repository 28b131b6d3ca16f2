"""The account's truth over HTTP: what is sent reaches the engine as it was meant, or is refused in a sentence."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orchestra.messages.commands import ConfirmBaseline, DifferenceChoice, SettleDifference
from orchestra.messages.live_snapshot import Discrepancy
from system_databse.truth import baseline_rows
from tests.orchestra.api.api_house import NOON, ApiHouse, made_snapshot


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


def test_what_is_not_our_algorithms_is_told(house: ApiHouse) -> None:
    with house.system.transaction() as connection:
        baseline_rows.take(connection, {"OLD": Decimal("12.5"), "NEW": Decimal(3)}, NOON)
        baseline_rows.confirm(connection, ["OLD"], NOON)
        connection.execute("INSERT INTO external_fills VALUES('x', 'ACME', '-7', '2026-11-20T16:00:00.000Z', '41.25')")
        connection.execute("INSERT INTO external_fills VALUES('y', 'ACME', '0', '2026-11-20T16:30:00.000Z', NULL)")
    off = Discrepancy("ACME", Decimal(5), Decimal(8), Decimal(-1), Decimal(-2), Decimal(-3), False, ("a split",))
    house.board.replace(replace(made_snapshot(), discrepancies=(off,)))
    body = house.owner().get("/api/account-truth").json
    assert body["baseline"] == [
        {"symbol": "NEW", "qty": "3", "confirmed_at": None},
        {"symbol": "OLD", "qty": "12.5", "confirmed_at": "2026-11-20T17:00:00.000Z"},
    ]
    assert body["differences"] == [
        {
            "symbol": "ACME",
            "account": "5",
            "algorithms": "8",
            "not_ours": "-1",
            "unexplained": "-2",
            "change": "-3",
            "is_confirmed": False,
            "causes": ["a split"],
        }
    ]
    assert body["external_fills"] == [
        {"symbol": "ACME", "qty": "-7", "at": "2026-11-20T16:00:00.000Z", "price": "41.25"}
    ]
    assert house.visitor().get("/api/account-truth").status_code == 401
