"""Backtests over HTTP: checked word by word, never begun twice under one id, read from afar and acted on only here."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestra.backtest.jobs.job import JobState, read_request
from orchestra.backtest.request import Costs
from orchestra.messages.commands import StartAlgorithm
from tests.orchestra.api.api_house import LAN, OWN_PAGE, ApiHouse, Visitor
from tests.orchestra.backtest.made_run import made_result
from tests.orchestra.backtest.screen_room import Room, open_room, wish_values

PATH = "/api/backtests"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = open_room(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def house(quick_folder: Path, room: Room) -> Iterator[ApiHouse]:
    house = ApiHouse(quick_folder)
    house.parts = replace(house.parts, backtests=room.screens)
    parameters = [{"name": "sma_short", "default": 20, "range": [2, 200], "help": ""}]
    house.strategies = [
        {"name": "sma_crossover", "help": "", "parameters": parameters, "error": None},
        {"name": "broken", "help": "", "parameters": [], "error": "broken.py cannot be used: line 3."},
    ]
    house.lookups.assets["ACME"] = {"name": "Acme Corp.", "tradable": True}
    yield house
    house.close()


def job_of(room: Room, id_: str) -> Path:
    return room.shelf.folder / f".{id_}"


def test_a_wish_becomes_a_job_with_everything_that_was_asked(owner: Visitor, room: Room) -> None:
    costs = {"spread_bps": "2", "has_regulatory_fees": True, "volume_fraction": 0.05}
    wish = wish_values(params={"sma_short": 10}, costs=costs, **{"from": "2024-03-12", "to": "2024-03-15"})
    answer = owner.post(PATH, wish)
    assert answer.status_code == 201
    request = read_request(job_of(room, answer.json["id"]))
    assert request.algorithms == (StartAlgorithm("sma_crossover", "ACME", Decimal(10000), {"sma_short": 10}),)
    assert (request.first_day, request.last_day) == (date(2024, 3, 12), date(2024, 3, 15))
    fraction = Decimal("0.05")
    assert request.costs == Costs(spread_bps=Decimal(2), has_regulatory_fees=True, volume_fraction=fraction)
    assert request.market_db == room.folder / "market.db"


def test_the_same_id_begins_one_backtest_and_its_answer_can_be_asked_for_again(owner: Visitor, room: Room) -> None:
    key = {"Idempotency-Key": "backtest-once"}
    first, second = (owner.post(PATH, wish_values(), **key) for _ in range(2))
    assert first.json == second.json
    assert [job.id for job in room.jobs.jobs()] == [first.json["id"]]
    assert owner.get("/api/commands/backtest-once").json == {"status": 201, "body": first.json}
    other = owner.post(PATH, wish_values(cash="5"), **key)
    assert (other.status_code, len(room.jobs.jobs())) == (409, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"algorithm": "no_such_file"},
        {"algorithm": "../etc/passwd"},
        {"algorithm": HOSTILE},
        {"algorithm": "broken"},
        {"algorithm": None},
        {"tickers": []},
        {"tickers": "ACME"},
        {"tickers": ["ACME", 7]},
        {"tickers": ["../ACME"]},
        {"tickers": ["A", "B", "C", "D", "E", "F"]},
        {"cash": 0},
        {"cash": "-5"},
        {"cash": "NaN"},
        {"cash": "10.001"},
        {"cash": True},
        {"params": {"sma_short": 1}},
        {"params": {"sma_short": "ten"}},
        {"params": {"sma_short": True}},
        {"params": {"unknown": 1}},
        {"params": {"sma_short": [1]}},
        {"from": "2024-13-01"},
        {"from": "2024-W01-2"},
        {"to": 20240301},
        {"from": "2024-03-15", "to": "2024-03-12"},
        {"costs": []},
        {"costs": {"spread_bps": -1}},
        {"costs": {"spread_bps": "Infinity"}},
        {"costs": {"spread_bps": True}},
        {"costs": {"volume_fraction": 0}},
        {"costs": {"has_regulatory_fees": "yes"}},
        {"costs": {"market_db": "/etc/passwd"}},
        {"data": ["/etc/passwd"]},
        {"market_db": "/etc/passwd"},
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_begins_nothing(
    owner: Visitor, room: Room, changes: dict[str, Any]
) -> None:
    answer = owner.post(PATH, {**wish_values(), **changes})
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")
    assert room.jobs.jobs() == []


def test_days_without_bars_are_refused_before_anything_waits(owner: Visitor, room: Room) -> None:
    answer = owner.post(PATH, wish_values(tickers=["ACME", "OTHER"]))
    assert (answer.status_code, room.jobs.jobs()) == (409, [])
    assert "There are no bars of OTHER" in answer.json["error"]


def test_jobs_and_results_are_listed_and_shown(owner: Visitor, room: Room, until: Callable[..., None]) -> None:
    kept = room.keep(made_result())
    running, waiting = (owner.post(PATH, wish_values()).json["id"] for _ in range(2))
    until(lambda: room.jobs.job(running).state is JobState.RUNNING)
    room.tell(running, 30, 100, at="2024-03-12")
    told = owner.get(PATH).json
    assert [(job["id"], job["state"], job["position"]) for job in told["jobs"]] == [
        (running, "running", 0),
        (waiting, "queued", 1),
    ]
    assert told["jobs"][0]["fraction"] == 0.3
    assert told["jobs"][0]["seconds_left"] == 70.0
    assert [each["id"] for each in told["results"]] == [kept]
    shown = owner.get(f"{PATH}/{kept}").json
    assert (shown["state"], shown["result"]["past"]) == ("done", "Past results do not predict future ones.")
    assert owner.get(f"{PATH}/{waiting}").json["request"]["tickers"] == ["ACME"]


def test_a_job_is_canceled_and_then_removed(owner: Visitor, room: Room, until: Callable[..., None]) -> None:
    id_ = owner.post(PATH, wish_values()).json["id"]
    assert owner.delete(f"{PATH}/{id_}").status_code == 409
    assert owner.post(f"{PATH}/{id_}/cancel", {}).json["state"] == "canceled"
    assert owner.post(f"{PATH}/{id_}/cancel", {}).status_code == 200
    until(lambda: owner.delete(f"{PATH}/{id_}").status_code == 200)
    assert owner.get(f"{PATH}/{id_}").status_code == 404


@pytest.mark.parametrize("id_", ["20240318-9", "..%2f..", "x", "20240318-1234567", HOSTILE])
def test_what_is_not_there_is_not_found_whatever_is_asked_of_it(owner: Visitor, id_: str) -> None:
    answers = [
        owner.get(f"{PATH}/{id_}"),
        owner.get(f"{PATH}/{id_}/report"),
        owner.get(f"{PATH}/{id_}/export?form=json"),
        owner.get(f"/api/backtest-comparison?first={id_}&second={id_}"),
        owner.post(f"{PATH}/{id_}/cancel", {}),
        owner.delete(f"{PATH}/{id_}"),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_a_report_shows_itself_and_can_do_nothing_else(owner: Visitor, room: Room) -> None:
    result = made_result(5)
    hostile = replace(result, algorithms=[{**result.algorithms[0], "name": HOSTILE}], warnings=[HOSTILE])
    answer = owner.get(f"{PATH}/{room.keep(hostile)}/report")
    assert answer.content_type == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "script-src" not in policy
    assert HOSTILE not in answer.text
    # Everything else keeps the page's policy.
    assert "script-src 'self'" in owner.get(PATH).headers["Content-Security-Policy"]


def test_a_result_is_taken_away_as_json_or_as_a_zip_of_tables(owner: Visitor, room: Room) -> None:
    result = made_result(5)
    id_ = room.keep(result)
    as_json = owner.get(f"{PATH}/{id_}/export?form=json")
    assert as_json.json["fills"] == result.fills
    assert as_json.headers["Content-Disposition"] == f'attachment; filename="backtest-{id_}.json"'
    assert owner.get(f"{PATH}/{id_}/export?form=csv").data.startswith(b"PK")
    assert owner.get(f"{PATH}/{id_}/export?form=exe").status_code == 400


def test_from_the_network_backtests_can_be_read_only(house: ApiHouse, owner: Visitor, room: Room) -> None:
    kept = room.keep(made_result(5))
    owner.address = LAN
    assert owner.get(PATH).status_code in (200, 401)
    acts = [
        owner.post(PATH, wish_values()),
        owner.post(f"{PATH}/{kept}/cancel", {}),
        owner.delete(f"{PATH}/{kept}"),
        owner.post("/api/backtest-days", {"ticker": "ACME"}),
    ]
    assert {answer.status_code for answer in acts} <= {401, 403}
    assert [each.id for each in room.shelf.listings()] == [kept]


def test_a_stranger_sees_nothing(house: ApiHouse, room: Room) -> None:
    stranger = house.visitor()
    kept = room.keep(made_result(5))
    paths = [PATH, f"{PATH}/{kept}", f"{PATH}/{kept}/report", f"{PATH}/{kept}/export?form=csv", "/api/backtest-days"]
    assert {stranger.get(path).status_code for path in paths} == {401}
    assert stranger.send("POST", PATH, wish_values(), OWN_PAGE).status_code == 401


def test_the_days_with_bars_are_told_and_the_others_fetched(
    owner: Visitor, room: Room, until: Callable[..., None]
) -> None:
    query = "/api/backtest-days?ticker=ACME&from=2024-03-11&to=2024-03-15"
    told = owner.get(query).json
    assert (told["first"], told["last"], told["sessions"], told["held"]) == ("2024-03-12", "2024-03-15", 5, 3)
    assert (told["missing"], told["to_fetch"], told["first_missing"]) == (2, 2, "2024-03-11")
    answer = owner.post("/api/backtest-days", {"ticker": "ACME", "from": "2024-03-11", "to": "2024-03-15"})
    assert answer.status_code == 200
    until(lambda: owner.get(query).json["missing"] == 0)
    assert owner.get("/api/backtest-days?ticker=a%20b").status_code == 400
    assert owner.post("/api/backtest-days", {"ticker": "NOPE"}).status_code == 400


def test_without_backtests_the_routes_say_so(quick_folder: Path) -> None:
    house = ApiHouse(quick_folder)
    try:
        assert house.owner().get(PATH).status_code == 503
    finally:
        house.close()
