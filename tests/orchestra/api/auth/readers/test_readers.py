"""Other programs over HTTP: a key reads what is offered, never acts, ends when it is revoked or has run out."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra.api.auth import access
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.readers.api_key import ALPHABET, SHAPE, new_key
from orchestra.api.auth.readers.call_limit import CALLS_A_MINUTE
from orchestra.api.auth.readers.reader_keys import ANYONE, Reader
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.api.front_end import FrontEnd
from orchestra.api_server import build_app
from system_databse.door.door_store import forget_secrets
from tests.orchestra.api.api_house import HOST, LAN, OWN_PAGE, ApiHouse, Visitor, made_snapshot

OFFERED = "/api/account/cash"
HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch, house: ApiHouse) -> None:
    """Offer one read for certain, whatever else other programs may read."""
    monkeypatch.setattr(access, "READER_READS", access.READER_READS | {"account.cash"})
    house.board.replace(made_snapshot())


def made(house: ApiHouse, *, days: int = 30) -> str:
    return house.app.context.reader_keys.make("a program", days=days)[1]


def read(house: ApiHouse, key: str, *, address: str = "127.0.0.1", **headers: str) -> int:
    return house.visitor(address).get(OFFERED, **{"x-api-key": key}, **headers).status_code


def walk(house: ApiHouse, headers: dict[str, str], *, address: str = "127.0.0.1") -> Iterator[tuple[str, str, int]]:
    """Yield method, rule and status of every method at every address of the app."""
    for rule in house.app.flask.url_map.iter_rules():
        path = rule.rule.replace("<int:algorithm_id>", "1").replace("<command_id>", "12345678")
        path = path.replace("<version>", FrontEnd(house.frontend).version).replace("<path:name>", "app.js")
        for method in METHODS:
            answer = house.visitor(address).send(method, path, {}, {**OWN_PAGE, **headers})
            yield method, rule.rule, answer.status_code


@pytest.mark.requirement("S1-16")
def test_a_key_opens_what_is_offered_and_a_wrong_one_is_told_so(house: ApiHouse) -> None:
    key = made(house)
    assert read(house, key) == 200
    for wrong in (
        new_key(),
        key[:-1],
        key + "x",
        key.swapcase(),
        "",
        "at_",
        "x" * 5000,
        "ключ".encode().decode("latin-1"),
    ):
        answer = house.visitor().get(OFFERED, **{"x-api-key": wrong})
        assert (answer.status_code, answer.json) == (403, {"error": "Invalid API key"}), wrong


def test_without_a_key_or_a_session_nothing_is_read_and_both_ways_in_are_named(house: ApiHouse) -> None:
    answer = house.visitor().get(OFFERED)
    assert answer.status_code == 401
    assert "x-api-key" in answer.json["error"]
    assert "x-api-key" not in house.visitor().get("/api/algorithms/1").json["error"]


def test_a_key_in_the_address_is_no_key(house: ApiHouse) -> None:
    key = made(house)
    for name in ("x-api-key", "api_key", "apikey", "key", "token"):
        assert house.visitor().get(f"{OFFERED}?{name}={key}").status_code == 401


@pytest.mark.requirement("S1-02", "S1-16")
@pytest.mark.parametrize("address", ["127.0.0.1", LAN])
def test_a_key_reaches_the_offered_reads_and_no_act_whatever_else_it_is_shown_with(
    house: ApiHouse, address: str
) -> None:
    house.make_pin()
    house.app.context.reader_calls._most = 10_000
    session = house.app.context.sessions.open(HERE, "browser")
    headers = {"x-api-key": made(house), "Cookie": f"autotrader_session={session}"}
    reached = {(method, rule) for method, rule, status in walk(house, headers, address=address) if status < 400}
    endpoints = access.READER_READS | access.OPEN_READS
    readable = {rule.rule for rule in house.app.flask.url_map.iter_rules() if rule.endpoint in endpoints}
    assert {method for method, _ in reached} == {"GET", "HEAD"}
    assert {rule for _, rule in reached} <= readable
    assert ("GET", OFFERED) in reached
    assert house.engine.given == []
    assert house.halt.halt is None


@pytest.mark.requirement("S1-02")
@pytest.mark.parametrize("path", ["/trades", "/strategies/execute"])
def test_there_is_no_address_to_trade_at_for_a_key_or_for_the_owner(house: ApiHouse, path: str) -> None:
    for headers in ({"x-api-key": made(house)}, {}):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = house.owner().send(method, path, {"symbol": "AAPL", "quantity": 1}, {**OWN_PAGE, **headers})
            assert answer.status_code in (404, 405)
    assert house.engine.given == []


def made_for(house: ApiHouse, name: str) -> str:
    return house.app.context.reader_keys.make(name, days=1)[1]


def test_no_offered_read_acts_or_tells_a_secret(house: ApiHouse) -> None:
    rules = {rule.endpoint: rule for rule in house.app.flask.url_map.iter_rules()}
    for endpoint in access.READER_READS & rules.keys():
        assert "GET" in (rules[endpoint].methods or set()), endpoint
    kept_apart = ("pin", "pin_change", "session", "sessions", "reader_keys", "setup", "logs", "notifications", "safety")
    assert not [each for each in access.READER_READS if each.partition(".")[0] in kept_apart]


@pytest.mark.requirement("S1-18")
def test_a_revoked_key_is_worthless_at_once_and_its_sockets_are_told(house: ApiHouse) -> None:
    keys, told = house.app.context.reader_keys, []
    keys.on_end(told.append)
    row, key = keys.make("one", days=30)
    other = made_for(house, "another")
    assert read(house, key) == 200
    assert keys.revoke(row.id)
    assert (read(house, key), read(house, other)) == (403, 200)
    assert told == [row.id]
    assert not keys.is_live(Reader(row.id))
    assert not keys.revoke(row.id)
    assert told == [row.id]


@pytest.mark.requirement("S1-18")
def test_a_key_runs_out(house: ApiHouse) -> None:
    """What a signed token would be for, an end of its own, a key has; and unlike one it can be called back."""
    keys = house.app.context.reader_keys
    row, key = keys.make("one", days=2)
    house.clock.advance(hours=47)
    assert (read(house, key), keys.is_live(Reader(row.id))) == (200, True)
    house.clock.advance(hours=1)
    assert (read(house, key), keys.is_live(Reader(row.id))) == (403, False)


@pytest.mark.requirement("S1-17")
def test_a_key_has_the_strength_of_256_bits_and_only_its_digest_is_kept(house: ApiHouse) -> None:
    """The seed drew 32 bytes behind `elpyfi_`; ours draws as much behind `at_` and an id to tell keys by."""
    keys = {made_for(house, str(number)) for number in range(20)}
    assert len(keys) == 20
    assert all(SHAPE.fullmatch(key) and key.isascii() for key in keys)
    assert len(ALPHABET) ** 43 > 2**256
    stored = b"".join(path.read_bytes() for path in house.folder.glob("door.db*"))
    for key in keys:
        assert key[3:11].encode() in stored
        assert key[12:].encode() not in stored


def test_its_use_is_noted_now_and_then_not_with_each_request(house: ApiHouse) -> None:
    keys = house.app.context.reader_keys
    row, key = keys.make("one", days=30)
    assert keys.listing()[0].last_used_at is None
    first = house.clock.now()
    for _ in range(4):
        assert read(house, key) == 200
        house.clock.advance(minutes=1)
    assert keys.listing()[0].last_used_at == first
    house.clock.advance(minutes=1)
    assert read(house, key) == 200
    assert keys.listing()[0].last_used_at == house.clock.now()
    house.clock.set_back(days=1)
    assert read(house, key) == 200
    assert keys.listing()[0].last_used_at == house.clock.now(), "a clock set back"
    assert keys.listing()[0].id == row.id


@pytest.mark.requirement("S1-33")
def test_a_key_asks_120_times_a_minute_and_is_told_when_it_may_again(house: ApiHouse) -> None:
    key, other = made_for(house, "one"), made_for(house, "two")
    assert {read(house, key) for _ in range(CALLS_A_MINUTE)} == {200}
    house.clock.advance(seconds=20)
    answer = house.visitor(LAN).get(OFFERED, **{"x-api-key": key})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
    assert read(house, other) == 200
    assert house.visitor().get("/health", **{"x-api-key": key}).status_code == 200
    house.clock.advance(seconds=39.9)
    assert read(house, key) == 429
    house.clock.advance(seconds=0.2)
    assert read(house, key) == 200


def test_a_key_reads_in_the_network_and_at_an_address_of_ours_only(house: ApiHouse) -> None:
    house.parts = replace(house.parts, is_lan=True)
    key = made(house)
    assert read(house, key, address=LAN, Host="192.168.1.20:5001") == 200
    assert read(house, key, address=LAN, Host="rebound.example") == 403
    assert read(house, key, address="8.8.8.8", Host="192.168.1.20:5001") == 403


def with_settings(house: ApiHouse, keys: str = "", *, is_open: bool = False) -> ApiHouse:
    house.parts = replace(house.parts, readers=ReaderWishes.of(keys, "http://localhost:3000", is_open=is_open))
    return house


@pytest.mark.requirement("S1-16")
def test_the_keys_of_the_settings_open_the_same(house: ApiHouse) -> None:
    with_settings(house, " first-key-of-mine ,second-key,, ")
    assert read(house, "first-key-of-mine") == read(house, "second-key") == 200
    assert read(house, "third-key") == read(house, "") == read(house, " ") == 403
    reader = house.app.context.reader_keys.find("second-key")
    assert reader is not None
    assert house.app.context.reader_keys.is_live(reader)
    assert "second-key" not in repr(house.parts.readers)


@pytest.mark.parametrize("keys", ["", " ", ",", " , ,"])
def test_an_empty_list_of_keys_opens_nothing(house: ApiHouse, keys: str) -> None:
    with_settings(house, keys)
    assert read(house, "") == read(house, "any") == 403
    assert house.visitor().get(OFFERED).status_code == 401


@pytest.mark.requirement("S1-16")
def test_without_keys_this_machine_reads_only_when_the_settings_say_so(house: ApiHouse) -> None:
    with_settings(house, is_open=True)
    assert house.visitor().get(OFFERED).status_code == 200
    assert house.visitor(LAN).get(OFFERED).status_code == 401
    proxied = house.visitor().send("GET", OFFERED, None, {"X-Forwarded-For": "127.0.0.1"})
    assert proxied.status_code == 401
    assert house.visitor().get("/api/algorithms").status_code == 401
    assert house.visitor().post("/api/algorithms/1/pause", {}).status_code == 401
    assert read(house, "wrong") == 403
    assert house.app.context.reader_keys.is_live(ANYONE)


def test_a_page_elsewhere_opens_no_socket_unless_it_is_named_or_shows_a_key(
    house: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(house, is_open=True)
    monkeypatch.setattr(access, "READER_READS", frozenset({"probe"}))
    house.app.flask.add_url_rule("/probe", "probe", lambda: "a socket", websocket=True)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    evil = upgrade | {"Origin": "http://evil.example"}
    assert house.visitor().get("/probe", **evil).status_code == 403
    assert house.owner().get("/probe", **evil).status_code == 403
    assert house.owner().get("/probe", **upgrade, Origin=f"http://{HOST}").status_code == 200
    assert house.visitor().get("/probe", **upgrade).status_code == 200
    named = upgrade | {"Origin": "http://localhost:3000"}
    assert house.visitor().get("/probe", **named).status_code == 200
    assert house.owner().get("/probe", **named).status_code == 403
    assert house.visitor().get("/probe", **evil, **{"x-api-key": made(house)}).status_code == 200


def test_keys_outlive_a_restart_and_are_in_no_backup(house: ApiHouse, tmp_path: Path) -> None:
    row, _ = house.app.context.reader_keys.make("one", days=30)
    copied = tmp_path / "copied.db"
    with house.door.reader() as connection, closing(sqlite3.connect(copied)) as target:
        connection.backup(target)
        target.isolation_level = None
        forget_secrets(target)
        assert target.execute("SELECT count(*) FROM api_keys").fetchone() == (0,)
    assert row.key_sha256.encode() not in copied.read_bytes()
    house._built = None
    assert [each.id for each in house.app.context.reader_keys.listing()] == [row.id]


def test_a_visitor_with_a_session_needs_no_key(house: ApiHouse, owner: Visitor) -> None:
    assert owner.get(OFFERED).status_code == 200


@pytest.mark.requirement("S1-39")
def test_a_second_api_on_the_same_databases_knows_the_same_keys_at_once(house: ApiHouse) -> None:
    """Nothing of the doorkeeping lives in an API's own memory but how often a key has asked."""
    key = made(house)
    second = Visitor(build_app(house.parts, house.frontend, house.limits).flask.test_client(), "127.0.0.1")
    assert second.get(OFFERED, **{"x-api-key": key}).status_code == 200
    assert house.app.context.reader_keys.revoke(key[3:11])
    assert second.get(OFFERED, **{"x-api-key": key}).status_code == 403
