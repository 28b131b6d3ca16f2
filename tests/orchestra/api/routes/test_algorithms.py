"""Algorithms over HTTP: what is asked for reaches the engine exactly, what is wrong never does (S2-09 to S2-14)."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestra.messages.commands import PauseAlgorithm, ResumeAlgorithm, StartAlgorithm, StopAlgorithm
from orchestra.messages.live_snapshot import LiveSnapshot
from tests.orchestra.api.api_house import OWN_PAGE, ApiHouse, Visitor, made_snapshot

WISH = {"name": "sma_crossover", "ticker": "AAPL", "initial_capital": 10000}


@pytest.mark.requirement("S2-09", "S2-18")
def test_the_algorithms_are_listed_with_their_cards(house: ApiHouse, owner: Visitor) -> None:
    house.board.replace(made_snapshot())
    answer = owner.get("/api/algorithms").json
    assert answer["total_account_value"] == "101000.25"
    assert answer["market_open"] is True
    (card,) = answer["algorithms"]
    assert card == owner.get("/api/algorithms/1").json
    assert card["status"] == "RUNNING"
    assert card["price_at"] == "2026-11-20T16:59:00Z"
    assert card["sparkline"] == [100.0, 101.5]
    assert card["decision"] == {
        "minute": "2026-11-20T17:00:00Z",
        "action": "hold",
        "shares": "0",
        "outcome": "HELD",
        "reason": "no cross",
        "gate": None,
    }
    figures = card["card_calculations"]
    assert (figures["shares"], figures["avg_cost"], figures["last_price"]) == ("100", "3.3333", 101.5)
    assert (figures["market_value"], figures["total_pl_pct"], figures["day_pl"]) == ("10150.0", 0.027345, None)
    assert figures["last_run_at"] == "2026-11-20T17:00:00.000Z"


def test_before_the_engine_has_begun_there_is_nothing_and_no_error(owner: Visitor) -> None:
    assert owner.get("/api/algorithms").json == {"algorithms": [], "total_account_value": None, "market_open": False}
    assert owner.get("/api/algorithms/1").status_code == 404
    assert owner.get("/api/account/cash").json == dict.fromkeys(("available", "cash", "equity", "allocated"))


@pytest.mark.requirement("S2-12", "S2-18")
def test_the_cash_for_a_new_algorithm_is_told(house: ApiHouse, owner: Visitor) -> None:
    house.board.replace(made_snapshot())
    expected = {"available": "50000", "cash": "60000", "equity": "101000.25", "allocated": "30000"}
    assert owner.get("/api/account/cash").json == expected


@pytest.mark.requirement("S2-10", "S2-18")
@pytest.mark.parametrize(("capital", "exact"), [(10000, "10000"), ("2500.75", "2500.75"), (0.1, "0.1"), (" 5 ", "5")])
def test_a_new_algorithm_is_wished_for_to_the_cent(
    house: ApiHouse, owner: Visitor, capital: object, exact: str
) -> None:
    params = {"sma_short": 10, "factor": 1.5, "label": "a", "is_on": True, "shares": None}
    answer = owner.post("/api/algorithms", {**WISH, "ticker": " aapl ", "initial_capital": capital, "params": params})
    assert (answer.status_code, answer.json) == (201, {"id": 7})
    assert house.engine.given == [StartAlgorithm("sma_crossover", "AAPL", Decimal(exact), params)]
    assert isinstance(house.engine.given[0].params["factor"], float)


@pytest.mark.parametrize(
    ("changed", "status", "word"),
    [
        ({"name": ""}, 400, "name"),
        ({"name": 5}, 400, "name"),
        ({"name": "../secret"}, 400, "algorithm/"),
        ({"name": "a" * 65}, 400, "algorithm/"),
        ({"name": "a\u0000b"}, 400, "plain text"),
        ({"ticker": "NOSUCH"}, 400, "not known"),
        ({"ticker": "OLD"}, 400, "cannot be traded"),
        ({"ticker": "ZHLT"}, 400, "halted"),
        ({"ticker": "BTCUSD"}, 400, "no US stock"),
        ({"ticker": "A1"}, 400, "letters"),
        ({"ticker": ["AAPL"]}, 400, "ticker"),
        ({"initial_capital": 0}, 400, "more than 0"),
        ({"initial_capital": -5}, 400, "more than 0"),
        ({"initial_capital": "NaN"}, 400, "more than 0"),
        ({"initial_capital": "Infinity"}, 400, "more than 0"),
        ({"initial_capital": "1e999999999"}, 400, "more than 0"),
        ({"initial_capital": 1e300}, 400, "more than 0"),
        ({"initial_capital": 10**29}, 400, "more than 0"),
        ({"initial_capital": "ten"}, 400, "dollars"),
        ({"initial_capital": True}, 400, "dollars"),
        ({"initial_capital": None}, 400, "dollars"),
        ({"initial_capital": [1]}, 400, "dollars"),
        ({"initial_capital": "1.005"}, 400, "cent"),
        ({"initial_capital": 50001}, 409, "not enough cash"),
        ({"params": [1]}, 400, "params"),
        ({"params": {"a": [1]}}, 400, "plain values"),
        ({"params": {"a": {"b": {"c": 1}}}}, 400, "plain values"),
        ({"liqidate": True}, 400, "liqidate"),
    ],
)
def test_a_wrong_wish_is_refused_in_one_sentence_and_never_reaches_the_engine(
    house: ApiHouse, owner: Visitor, changed: dict[str, object], status: int, word: str
) -> None:
    answer = owner.post("/api/algorithms", WISH | changed)
    assert answer.status_code == status
    assert list(answer.json) == ["error"]
    assert word in answer.json["error"]
    assert len(house.engine.given) == (1 if status == 409 else 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"[" * 50_000, 400),
        (b'{"name": NaN}', 400),
        (rb'{"name": "\ud800"}', 400),
        (rb'{"params": {"\ud800": 1}}', 400),
        (b'{"name": Infinity}', 400),
        (b'{"name": 1' + b"0" * 4000 + b"}", 400),
        (b'{"name": 1e' + b"9" * 100 + b"}", 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"params": ' + b'{"a":' * 30 + b"1" + b"}" * 31, 400),
        (json.dumps({"params": {str(number): number for number in range(500)}}).encode(), 400),
        (b"{" + b" " * 70_000 + b"}", 413),
    ],
)
def test_a_body_that_is_none_is_refused(house: ApiHouse, owner: Visitor, body: bytes, status: int) -> None:
    answer = owner.send("POST", "/api/algorithms", body, OWN_PAGE)
    assert answer.status_code == status
    assert list(answer.json) == ["error"]
    assert house.engine.given == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=st.fixed_dictionaries({}, optional={"name": JSON, "ticker": JSON, "initial_capital": JSON, "params": JSON}))
def test_no_body_breaks_the_server(house: ApiHouse, owner: Visitor, wish: dict[str, object]) -> None:
    answer = owner.post("/api/algorithms", wish)
    assert answer.status_code in (201, 400, 409)


@pytest.mark.requirement("S2-14", "S2-18", "S2-33")
@pytest.mark.parametrize(
    ("act", "body", "command", "expected"),
    [
        ("stop", {}, StopAlgorithm(1), {"id": 1, "shares": "100", "selling": False, "when": None}),
        (
            "stop",
            {"liquidate": True},
            StopAlgorithm(1, True),
            {"id": 1, "shares": "100", "selling": True, "when": None},
        ),
        ("pause", {}, PauseAlgorithm(1), {"id": 1, "status": "PAUSED"}),
        ("resume", {}, ResumeAlgorithm(1), {"id": 1, "status": "RUNNING"}),
    ],
)
def test_an_act_reaches_the_engine_and_its_answer_comes_back(
    house: ApiHouse, owner: Visitor, act: str, body: object, command: object, expected: dict[str, object]
) -> None:
    answer = owner.post(f"/api/algorithms/1/{act}", body)
    assert (answer.status_code, answer.json) == (200, expected)
    assert house.engine.given == [command]


@pytest.mark.requirement("S2-14")
def test_deleting_an_algorithm_stops_it_and_keeps_its_shares(house: ApiHouse, owner: Visitor) -> None:
    assert owner.delete("/api/algorithms/1").status_code == 200
    assert house.engine.given == [StopAlgorithm(1, is_selling=False)]


@pytest.mark.parametrize("body", [{"liquidate": "yes"}, {"liquidate": 1}, {"liquidate": None}, {"liqidate": True}])
def test_a_stop_that_is_not_clear_stops_nothing(house: ApiHouse, owner: Visitor, body: object) -> None:
    assert owner.post("/api/algorithms/1/stop", body).status_code == 400
    assert house.engine.given == []


@pytest.mark.parametrize("identifier", ["2", "99999999999999999999", "0"])
def test_an_algorithm_that_does_not_exist_is_a_404(owner: Visitor, identifier: str) -> None:
    for act in ("stop", "pause", "resume"):
        answer = owner.post(f"/api/algorithms/{identifier}/{act}", {})
        assert (answer.status_code, list(answer.json)) == (404, ["error"])
    assert owner.delete(f"/api/algorithms/{identifier}").status_code == 404


@pytest.mark.parametrize("identifier", ["-1", "one", "1.5", "1%00"])
def test_an_id_that_is_no_number_is_no_address(owner: Visitor, identifier: str) -> None:
    assert owner.get(f"/api/algorithms/{identifier}").status_code == 404


def test_a_snapshot_of_any_figures_is_json(house: ApiHouse, owner: Visitor) -> None:
    snapshot: LiveSnapshot = made_snapshot(account=None)
    house.board.replace(snapshot)
    assert owner.get("/api/algorithms").json["total_account_value"] is None
