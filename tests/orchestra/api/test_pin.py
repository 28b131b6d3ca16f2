"""The PIN over HTTP: made once at this machine, checked, locked out, lost and reset (S2-08)."""

import logging

import pytest

from orchestra.api.auth.lockout import NETWORK
from orchestra.api.auth.pin_keeper import reset_pin
from orchestra.api.protocol import ROUTES
from orchestra.messages.commands import SetPin
from system_databse.door import lockout_rows, pin_digest
from system_databse.door.lockout_rows import Tries
from tests.orchestra.api.api_house import LAN, NOON, OWN_PAGE, PIN, WRONG, ApiHouse, Visitor


@pytest.mark.requirement("S2-08", "S2-18", "S2-88")
def test_the_first_pin_is_made_here_and_opens_the_house(house: ApiHouse) -> None:
    visitor = house.visitor()
    assert visitor.get("/api/pin").json == {"exists": False}
    assert visitor.get("/api/session").status_code == 401
    answer = visitor.post("/api/pin", {"pin": PIN})
    assert (answer.status_code, answer.json) == (201, {"created": True})
    assert [type(command) for command in house.engine.given] == [SetPin]
    assert visitor.get("/api/pin").json == {"exists": True}
    assert visitor.get("/api/session").json == {"expires_at": "2026-11-21T05:00:00.000Z", "is_loopback": True}
    stored = house.app.context.pins.get_pin()
    assert stored is not None
    assert PIN not in stored


def test_a_second_pin_is_refused_and_the_first_one_stays(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    answer = house.visitor().post("/api/pin", {"pin": WRONG})
    assert answer.status_code == 409
    assert house.visitor().post("/api/validate-pin", {"pin": PIN}).json == {"valid": True}


def test_from_the_network_no_pin_is_made_and_none_seems_to_be_missing(house: ApiHouse) -> None:
    phone = house.visitor(LAN)
    assert phone.get("/api/pin").json == {"exists": True}
    assert phone.post("/api/pin", {"pin": PIN}).status_code == 401
    assert house.engine.given == []


@pytest.mark.parametrize("pin", ["123456", "000000", "12345", "abcdef", "241285"])
def test_a_weak_pin_is_refused_with_the_reason(house: ApiHouse, pin: str) -> None:
    answer = house.visitor().post("/api/pin", {"pin": pin})
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")
    assert house.engine.given == []


@pytest.mark.parametrize(
    "body", [{}, {"pin": 482915}, {"pin": ""}, {"pin": "1" * 65}, {"pin": None}, {"pin": ["4"]}, []]
)
def test_a_body_without_digits_is_refused_and_costs_no_try(house: ApiHouse, body: object) -> None:
    for path in ("/api/pin", "/api/validate-pin"):
        assert house.visitor().post(path, body).status_code == 400
    with house.door.reader() as connection:
        assert lockout_rows.load(connection, "loopback") == Tries()


def test_a_wrong_pin_counts_down_and_then_has_to_wait_while_other_sessions_go_on(
    house: ApiHouse, owner: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house.make_pin()
    stranger = house.visitor()
    answers = [stranger.post("/api/validate-pin", {"pin": WRONG}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 5
    assert [answer.json["tries_left"] for answer in answers] == [4, 3, 2, 1, 0]
    assert all(answer.json["valid"] is False for answer in answers)
    locked = stranger.post("/api/validate-pin", {"pin": PIN})
    assert (locked.status_code, locked.json["wait_s"]) == (429, 30)
    assert owner.get("/api/algorithms").status_code == 200
    assert house.visitor().post("/halt", {}).status_code == 200
    house.clock.advance(seconds=30)
    assert stranger.post("/api/validate-pin", {"pin": PIN}).status_code == 200
    with house.door.reader() as connection:
        assert lockout_rows.load(connection, "loopback") == Tries()
    assert WRONG not in caplog.text
    assert PIN not in caplog.text
    assert caplog.text.count("wrong PIN") == 5


def test_without_a_pin_the_answer_is_the_same_as_for_a_wrong_one(house: ApiHouse) -> None:
    before = house.visitor(LAN).post("/api/validate-pin", {"pin": WRONG})
    house.make_pin()
    after = house.visitor("192.168.1.99").post("/api/validate-pin", {"pin": WRONG})
    assert (before.status_code, before.json) == (after.status_code, after.json)
    assert set(before.headers.keys()) == set(after.headers.keys())


def test_no_pin_and_a_wrong_pin_cost_one_hash_each(house: ApiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    real = pin_digest.hashlib.scrypt

    def counted(*arguments: object, **options: object) -> bytes:
        hashed.append(options["n"])
        return real(*arguments, **options)

    monkeypatch.setattr(pin_digest.hashlib, "scrypt", counted)
    pins = house.app.context.pins
    assert not pins.is_right(WRONG)
    assert hashed == [1 << 15]
    house.make_pin()
    hashed.clear()
    assert not pins.is_right(WRONG)
    assert pins.is_right(PIN)
    assert hashed == [1 << 15, 1 << 15]


def test_cookies_are_kept_from_scripts_and_from_other_sites(house: ApiHouse) -> None:
    house.make_pin()
    answer = house.visitor().post("/api/validate-pin", {"pin": PIN})
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in each and "SameSite=Strict" in each and "Path=/" in each for each in cookies)


def test_a_login_ends_the_session_the_browser_had_before(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    earlier = owner.client.get_cookie("autotrader_session")
    assert earlier is not None
    assert owner.post("/api/validate-pin", {"pin": PIN}).status_code == 200
    later = owner.client.get_cookie("autotrader_session")
    assert later is not None
    assert later.value != earlier.value
    thief = house.visitor()
    thief.client.set_cookie("autotrader_session", earlier.value)
    assert thief.get("/api/session").status_code == 401
    assert owner.get("/api/session").status_code == 200


def test_a_browser_that_has_logged_in_before_comes_in_while_the_network_is_shut(house: ApiHouse) -> None:
    house.make_pin()
    phone = house.visitor(LAN)
    assert phone.post("/api/validate-pin", {"pin": PIN}).status_code == 200
    assert phone.delete("/api/session").status_code == 200
    with house.door.transaction() as connection:
        lockout_rows.store(connection, NETWORK, Tries(failures=100, last_failed_at=NOON))
    assert house.visitor(LAN).post("/api/validate-pin", {"pin": PIN}).status_code == 429
    assert phone.post("/api/validate-pin", {"pin": PIN}).status_code == 200


def test_a_lost_door_lets_nobody_in_and_the_log_names_the_remedy(
    house: ApiHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.make_pin()
    house.door.put_control("pepper", None)
    assert house.visitor().post("/api/validate-pin", {"pin": PIN}).status_code == 401
    house.door.put_control("pepper", "00" * 32)
    assert house.visitor().post("/api/validate-pin", {"pin": PIN}).status_code == 401
    assert caplog.text.count("--reset-pin") == 2


def test_a_reset_ends_everything_and_the_next_pin_is_made_anew(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    house.visitor().post("/api/validate-pin", {"pin": WRONG})
    assert reset_pin(house.system, house.door, house.clock)
    assert owner.get("/api/session").status_code == 401
    assert house.visitor().get("/api/pin").json == {"exists": False}
    assert house.visitor().post("/api/validate-pin", {"pin": PIN}).status_code == 401
    assert house.visitor().post("/api/pin", {"pin": WRONG}).status_code == 201
    assert reset_pin(house.system, house.door, house.clock)
    assert not reset_pin(house.system, house.door, house.clock)


def test_logging_out_ends_the_session_on_the_server(house: ApiHouse, owner: Visitor) -> None:
    cookie = owner.client.get_cookie("autotrader_session")
    assert cookie is not None
    assert owner.delete(ROUTES["session"]).status_code == 200
    owner.client.set_cookie("autotrader_session", cookie.value)
    assert owner.get("/api/session").status_code == 401


def test_two_who_make_the_first_pin_at_once_make_one(house: ApiHouse) -> None:
    house.engine.is_deaf = True
    house.limits = house.limits.__class__(command_seconds=0.01)
    first, second = house.visitor(), house.visitor()
    assert first.post("/api/pin", {"pin": PIN}).status_code == 202
    assert second.post("/api/pin", {"pin": WRONG}).status_code == 202
    assert first.client.get_cookie("autotrader_session") is None
    assert len(house.engine.waiting) == 2


@pytest.mark.parametrize("pin", [rb"\ud800\ud800123", rb"12345\udfff"])
def test_a_pin_of_half_characters_is_no_json_and_no_try(house: ApiHouse, pin: bytes) -> None:
    house.make_pin()
    visitor = house.visitor()
    for _ in range(2):
        answer = visitor.send("POST", "/api/validate-pin", b'{"pin": "' + pin + b'"}', OWN_PAGE)
        assert answer.status_code == 400
    assert visitor.post("/api/validate-pin", {"pin": WRONG}).json["tries_left"] == 4
