"""Why a minute went as it did, over HTTP: the list page by page, one minute with all that came of it (S2-09)."""

import json

import pytest

from tests.orchestra.api.api_house import MINUTE, ApiHouse, Visitor, made_snapshot
from tests.orchestra.api.routes.algorithm.told_house import Row, decide, fill, show, store_bars

LIST, WHY = "/api/algorithms/1/decisions", "/api/algorithms/1/why"


def denial(number: int) -> Row:
    minute = MINUTE - 60 * number
    return (minute, minute, "buy", "5", "DENIED", "cross", "SESSION_END", '{"cash": "12.5"}')


def test_the_decisions_are_told_newest_first_page_by_page(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    decide(house, *(denial(number) for number in range(1, 61)))
    whole = owner.get(LIST).json
    assert (len(whole["decisions"]), whole["has_older"]) == (50, True)
    assert whole["decisions"][0] == {
        "minute": "2026-11-20T16:59:00Z",
        "until": "2026-11-20T16:59:00Z",
        "action": "buy",
        "shares": "5",
        "outcome": "DENIED",
        "reason": "cross",
        "gate": "SESSION_END",
        "saw": {"cash": "12.5"},
    }
    older = owner.get(f"{LIST}?before={whole['decisions'][-1]['minute']}").json
    assert (len(older["decisions"]), older["has_older"]) == (10, False)
    assert older["decisions"][0]["minute"] == "2026-11-20T16:09:00Z"
    assert owner.get("/api/algorithms/9/decisions").status_code == 404


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", "٣", "9" * 30])
def test_a_limit_that_is_none_is_refused(house: ApiHouse, owner: Visitor, limit: str) -> None:
    house.board.replace(made_snapshot())
    assert owner.get(f"{LIST}?limit={limit}").status_code == 400


def test_a_bought_minute_tells_what_was_seen_said_and_done(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    store_bars(house, 30)
    minute = MINUTE - 600
    saw = json.dumps({"sma": 101.5, "bad": float("nan"), "deep": [[[[[1]]]]], "cash": "9000"})
    decide(
        house,
        (minute - 300, minute - 60, "hold", "0", "HELD", "no cross", None, "{}"),
        (minute, minute, "buy", "5", "SUBMITTED", "crossed up", None, saw),
    )
    fill(house, minute)
    answer = owner.get(f"{WHY}?minute=2026-11-20T16:50:00Z").json
    assert answer["algorithm"] == {"id": 1, "name": "sma_crossover", "ticker": "AAPL"}
    assert (answer["decision"]["action"], answer["decision"]["reason"]) == ("buy", "crossed up")
    assert answer["decision"]["saw"] == {"sma": 101.5, "bad": None, "deep": [[[[None]]]], "cash": "9000"}
    assert answer["bar"] == [111.0, 112.0, 55.5, 111.0, 10.0]
    assert (answer["nothing"], answer["earlier"], answer["later"]) == (None, "2026-11-20T16:49:00Z", None)
    [order] = answer["orders"]
    assert (order["status"], order["shares"], order["average_price"]) == ("FILLED", "5", "100.4")
    assert order["sent_at"] == "2026-11-20T16:50:03.000Z"
    assert [(each["shares"], each["price"]) for each in order["fills"]] == [("3", "100"), ("2", "101")]


def test_a_minute_inside_a_stretch_of_holds_is_told_with_its_stretch(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    decide(house, (MINUTE - 600, MINUTE - 60, "hold", "0", "HELD", "no cross", None, '{"sma": 1}'))
    answer = owner.get(f"{WHY}?minute=2026-11-20T16:53:20Z").json
    assert answer["minute"] == "2026-11-20T16:53:00Z"
    assert (answer["decision"]["minute"], answer["decision"]["until"]) == (
        "2026-11-20T16:50:00Z",
        "2026-11-20T16:59:00Z",
    )
    assert (answer["earlier"], answer["later"]) == ("2026-11-20T16:52:00Z", "2026-11-20T16:54:00Z")


@pytest.mark.parametrize(
    ("minute", "kind", "at"),
    [
        ("2026-11-20T17:30:00Z", "not_yet", None),
        ("2026-11-20T14:35:00Z", "not_created", "2026-11-20T14:40:00Z"),
        ("2026-11-20T14:45:00Z", "not_begun", "2026-11-20T16:50:00Z"),
        ("2026-11-20T16:55:00Z", "unknown", None),
    ],
)
def test_a_minute_without_a_turn_tells_what_is_known(
    house: ApiHouse, owner: Visitor, minute: str, kind: str, at: str | None
) -> None:
    show(house)
    decide(house, denial(10), denial(1))
    answer = owner.get(f"{WHY}?minute={minute}").json
    assert answer["decision"] is None
    assert (answer["nothing"]["kind"], answer["nothing"]["at"]) == (kind, at)
    assert answer["nothing"]["sentence"].endswith(".")


def test_a_closed_market_and_a_stopped_algorithm_are_told(house: ApiHouse, owner: Visitor) -> None:
    snapshot = show(house)
    later = {"now": snapshot.market.now.replace(day=21)}
    house.board.replace(made_snapshot(2, market=type(snapshot.market)(**{**market_of(snapshot), **later})))
    answer = owner.get(f"{WHY}?minute=2026-11-20T22:00:00Z").json["nothing"]
    assert (answer["kind"], answer["at"]) == ("closed", "2026-11-23T14:30:00Z")
    with house.system.transaction() as connection:
        connection.execute("UPDATE algorithms SET stopped_at = '2026-11-20T18:00:00.000Z'")
    assert owner.get(f"{WHY}?minute=2026-11-20T19:00:00Z").json["nothing"]["kind"] == "stopped"


def market_of(snapshot):  # type: ignore[no-untyped-def]
    return {name: getattr(snapshot.market, name) for name in snapshot.market.__dataclass_fields__}


def test_the_owners_own_sale_has_an_order_and_no_decision(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    fill(house, MINUTE - 60, side="sell", purpose="MANUAL")
    answer = owner.get(f"{WHY}?minute=2026-11-20T16:59:00Z").json
    assert answer["decision"] is None
    assert [order["purpose"] for order in answer["orders"]] == ["MANUAL"]


@pytest.mark.parametrize("minute", ["", "noon", "2026-11-20", "2026-11-20T16:59:00", "1e9", "x" * 500])
def test_a_minute_that_is_none_is_refused(house: ApiHouse, owner: Visitor, minute: str) -> None:
    show(house)
    assert owner.get(f"{WHY}?minute={minute}").status_code == 400
    assert owner.get(WHY).status_code == 400


def test_an_algorithm_that_is_over_is_still_explained(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    decide(house, denial(10))
    house.board.replace(made_snapshot(2, algorithms=()))
    assert owner.get(f"{WHY}?minute=2026-11-20T16:50:00Z").json["decision"]["gate"] == "SESSION_END"
