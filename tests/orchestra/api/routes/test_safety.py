"""The halt stands at once, whatever else is broken, and ends only with the PIN."""

import logging

import pytest

from orchestra.api.api_parts import ApiLimits
from orchestra.api.auth.pin_keeper import reset_pin
from orchestra.api.stored_halt import halt_for_lost_door, stored_halt
from orchestra.messages.commands import CancelOpenOrders, FlattenAll
from orchestra.messages.halt import Halt, HaltKind
from tests.orchestra.api.api_house import LAN, PIN, WRONG, ApiHouse, Visitor, made_snapshot

AT = "2026-11-20T17:00:00.000Z"


@pytest.mark.requirement("S2-18")
def test_from_this_machine_anybody_halts_without_a_pin(house: ApiHouse) -> None:
    house.board.replace(made_snapshot())
    answer = house.visitor().post("/halt", {})
    at = "2026-11-20T17:00:00.000Z"
    told = {"halted": True, "at": at, "by": "this machine", "reason": "", "kind": "stop_all"}
    expected = {**told, "canceled": 2, "still_open": 1}
    assert (answer.status_code, answer.json) == (200, expected)
    assert house.engine.given == [CancelOpenOrders()]
    assert house.halt.is_set
    assert stored_halt(house.door) == Halt(at, "this machine")


def test_halting_again_keeps_the_first_hour_and_cancels_again(house: ApiHouse) -> None:
    first = house.visitor().post("/halt", {}).json
    house.clock.advance(minutes=5)
    assert house.visitor().post("/halt", {}).json == first
    assert len(house.engine.given) == 2


def test_the_halt_stands_although_nothing_else_of_the_request_is_right(house: ApiHouse) -> None:
    assert house.visitor().post("/halt", {"nonsense": 1}).status_code == 400
    assert house.halt.is_set


def test_the_halt_stands_although_the_engine_hangs_or_is_gone(quick_folder) -> None:
    house = ApiHouse(quick_folder, limits=ApiLimits(command_seconds=0.01))
    house.engine.is_deaf = True
    late = house.visitor().post("/halt", {})
    assert late.status_code == 202
    assert late.json["halted"] is True
    assert late.json["command_id"]
    house.desk.close()
    gone = house.visitor().post("/halt", {}, **{"Idempotency-Key": late.json["command_id"]})
    assert gone.status_code == 200
    assert (gone.json["halted"], gone.json["canceled"]) == (True, None)
    house.close()


def test_the_halt_stands_although_door_db_is_lost(house: ApiHouse, caplog: pytest.LogCaptureFixture) -> None:
    owner = house.owner()
    house.door.close()
    for path in house.folder.glob("door.db*"):
        path.write_bytes(b"no database any more, but a file")
    answer = owner.post("/halt", {})
    assert (answer.status_code, answer.json["halted"]) == (200, True)
    assert house.halt.is_set
    assert "could not be stored" in caplog.text
    assert owner.get("/api/algorithms").status_code == 503
    assert owner.get("/health").status_code == 503
    assert owner.post("/api/validate-pin", {"pin": PIN}).status_code == 503


def test_only_the_pin_lets_trading_go_on(house: ApiHouse, owner: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.make_pin()
    owner.post("/halt", {})
    wrong = owner.post("/resume", {"pin": WRONG})
    assert (wrong.status_code, wrong.json["tries_left"]) == (401, 4)
    assert house.halt.is_set
    assert house.visitor().post("/resume", {"pin": PIN}).status_code == 401
    assert owner.post("/resume", {}).status_code == 400
    assert house.halt.is_set
    answer = owner.post("/resume", {"pin": PIN})
    assert (answer.status_code, answer.json) == (200, {"halted": False})
    assert not house.halt.is_set
    assert stored_halt(house.door) is None
    assert PIN not in caplog.text


def test_wrong_pins_at_resume_are_locked_out_like_those_at_the_door(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    owner.post("/halt", {})
    statuses = [owner.post("/resume", {"pin": WRONG}).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert owner.post("/api/validate-pin", {"pin": PIN}).status_code == 429


def test_a_halt_of_an_earlier_run_still_stands(quick_folder) -> None:
    first = ApiHouse(quick_folder)
    first.visitor().post("/halt", {})
    first.close()
    first.frontend.joinpath("dashboard.html").unlink()
    second = ApiHouse(quick_folder, frontend=first.frontend)
    assert second.halt.halt == first.halt.halt
    second.door.put_control("halt", "no json")
    assert stored_halt(second.door) == Halt("", "an earlier run", is_automatic=True)
    second.close()


def test_a_door_db_that_was_lost_may_have_held_a_halt_so_trading_waits_for_a_new_pin(
    quick_folder, caplog: pytest.LogCaptureFixture
) -> None:
    first = ApiHouse(quick_folder)
    first.make_pin()
    halt_for_lost_door(first.system, first.door, AT)
    assert stored_halt(first.door) is None
    first.close()
    for path in first.folder.glob("door.db*"):
        path.unlink()
    second = ApiHouse(quick_folder, frontend=first.frontend)
    halt_for_lost_door(second.system, second.door, AT)
    assert stored_halt(second.door) == Halt(AT, "the loss of door.db", is_automatic=True)
    assert "--reset-pin" in caplog.text
    reset_pin(second.system, second.door, second.clock)
    assert stored_halt(second.door) == Halt(AT, "the loss of door.db", is_automatic=True)
    second.close()


def test_every_act_is_noted_down_with_who_and_what_and_no_digit(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    owner.post("/api/algorithms/1/pause", {})
    owner.post("/api/algorithms/9/pause", {})
    house.visitor(LAN).post("/api/validate-pin", {"pin": WRONG})
    house.visitor(LAN).post("/halt", {})
    with house.door.reader() as connection:
        rows = connection.execute("SELECT principal, address, act, target, outcome FROM audit ORDER BY id").fetchall()
    session = rows[0][0]
    assert session.startswith("session ")
    assert rows == [
        (session, "127.0.0.1", "POST algorithm_acts.pause", "/api/algorithms/1/pause", "200"),
        (session, "127.0.0.1", "POST algorithm_acts.pause", "/api/algorithms/9/pause", "404"),
        ("nobody", LAN, "POST pin.validate", "/api/validate-pin", "401"),
    ]


def test_stopping_entries_leaves_working_orders_alone_and_halting_afterwards_goes_beyond_it(house: ApiHouse) -> None:
    first = house.visitor().post("/api/stop-entries", {"reason": "the news"})
    told = {"halted": True, "at": AT, "by": "this machine", "reason": "the news", "kind": "stop_entries"}
    assert (first.status_code, first.json) == (200, told)
    assert house.engine.given == []
    assert stored_halt(house.door) == Halt(AT, "this machine", "the news", HaltKind.STOP_ENTRIES)
    second = house.visitor().post("/halt", {"reason": "worse"}).json
    assert (second["kind"], second["reason"]) == ("stop_all", "worse")
    third = house.visitor().post("/api/stop-entries", {}).json
    assert (third["kind"], third["reason"]) == ("stop_all", "worse")
    assert stored_halt(house.door) == house.halt.halt


def test_a_reason_that_is_no_text_is_refused_and_the_halt_stands(house: ApiHouse) -> None:
    for url in ("/halt", "/api/stop-entries"):
        assert house.visitor().post(url, {"reason": 5}).status_code == 400
        assert house.visitor().post(url, {"reason": "x" * 201}).status_code == 400
    assert house.halt.is_set


def test_a_halt_that_an_older_version_stored_stops_all(house: ApiHouse) -> None:
    house.door.put_control("halt", '{"at": "2026-11-20T17:00:00.000Z", "by": "kiosk"}')
    assert stored_halt(house.door) == Halt(AT, "kiosk", "", HaltKind.STOP_ALL)
    for damaged in ('{"at": "x"}', "[]", '{"at": "x", "by": "y", "kind": "z"}', "null"):
        house.door.put_control("halt", damaged)
        assert stored_halt(house.door) == Halt("", "an earlier run", is_automatic=True)


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"confirm": "flatten", "pin": PIN}, {"confirm": True, "pin": PIN}, {"confirm": "FLATTEN"}),
        *({"confirm": "FLATTEN", "pin": PIN, "more": 1}, {"confirm": "FLATTEN", "pin": 482915}, {"pin": PIN}),
    ],
)
def test_without_its_word_nothing_is_sold_and_nothing_is_halted(house: ApiHouse, owner: Visitor, body: dict) -> None:
    assert owner.post("/api/flatten", body).status_code == 400
    assert not house.halt.is_set
    assert house.engine.given == []


def test_with_a_wrong_pin_nothing_is_sold_and_nothing_is_halted(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    answer = owner.post("/api/flatten", {"confirm": "FLATTEN", "pin": WRONG})
    assert (answer.status_code, answer.json["tries_left"]) == (401, 4)
    assert not house.halt.is_set
    assert house.engine.given == []


def test_flatten_halts_first_and_is_done_once_under_its_key(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    body = {"confirm": "FLATTEN", "pin": PIN}
    answer = owner.post("/api/flatten", body, **{"Idempotency-Key": "flatten-once"})
    assert answer.status_code == 200
    assert (answer.json["halted"], answer.json["reason"]) == (True, "everything is being sold")
    assert house.engine.given == [FlattenAll("flatten-once")]
    assert stored_halt(house.door) == house.halt.halt
    owner.post("/api/flatten", body)
    assert isinstance(house.engine.given[1], FlattenAll)
    assert house.engine.given[1].wish_id != "flatten-once"


def test_flatten_needs_a_session_at_this_machine(house: ApiHouse) -> None:
    body = {"confirm": "FLATTEN", "pin": PIN}
    assert house.visitor().post("/api/flatten", body).status_code == 401
    assert house.visitor(LAN).post("/api/flatten", body).status_code == 401
    assert not house.halt.is_set
