"""Keys of other programs over HTTP: the owner makes and revokes them with a fresh PIN, and sees a key once."""

import pytest

from orchestra.api.auth.readers.api_key import SHAPE
from orchestra.api.routes.settings.reader_keys import MOST_KEYS
from tests.orchestra.api.api_house import LAN, NOON, PIN, ApiHouse, Visitor

WISH = {"name": "my dashboard", "days": 30}


@pytest.mark.requirement("S1-17")
def test_a_key_is_shown_once_then_by_name_and_end_until_it_is_revoked(house: ApiHouse, owner: Visitor) -> None:
    answer = owner.post("/api/keys", WISH)
    assert answer.status_code == 201
    made = answer.json
    key = made.pop("key")
    assert SHAPE.fullmatch(key)
    assert made == {
        "id": key[3:11],
        "name": "my dashboard",
        "created_at": "2026-11-20T17:00:00.000Z",
        "expires_at": "2026-12-20T17:00:00.000Z",
        "last_used_at": None,
        "is_expired": False,
    }
    shown = owner.get("/api/keys")
    assert shown.json == {"keys": [made], "is_open": False}
    assert key[12:] not in shown.text
    house.clock.advance(hours=11)
    assert owner.delete(f"/api/keys/{key[3:11]}").json["needs_pin"] is True
    owner = house.owner()
    assert owner.delete(f"/api/keys/{key[3:11]}").json == {"revoked": key[3:11]}
    assert owner.get("/api/keys").json["keys"] == []
    assert owner.delete(f"/api/keys/{key[3:11]}").status_code == 404
    assert house.app.context.reader_keys.find(key) is None


def test_a_key_that_has_run_out_is_listed_as_such(house: ApiHouse) -> None:
    house.app.context.reader_keys.make("old", days=1)
    house.clock.advance(days=1)
    [shown] = house.owner().get("/api/keys").json["keys"]
    assert (shown["name"], shown["is_expired"]) == ("old", True)


def test_making_one_wants_a_fresh_pin_and_this_machine(house: ApiHouse, owner: Visitor) -> None:
    house.make_pin()
    house.clock.advance(minutes=6)
    assert owner.post("/api/keys", WISH).json["needs_pin"] is True
    assert owner.post("/api/confirm-pin", {"pin": PIN}).status_code == 200
    assert owner.post("/api/keys", WISH).status_code == 201
    phone = house.visitor(LAN)
    assert phone.post("/api/validate-pin", {"pin": PIN}).status_code == 200
    assert phone.post("/api/keys", {**WISH, "name": "of the phone"}).status_code == 403
    assert len(phone.get("/api/keys").json["keys"]) == 1
    assert house.visitor().get("/api/keys").status_code == 401
    assert house.clock.now() > NOON


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "", "days": 30}, 400),
        ({"name": "x" * 41, "days": 30}, 400),
        ({"name": "a\nb", "days": 30}, 400),
        ({"name": "x", "days": 0}, 400),
        ({"name": "x", "days": 3651}, 400),
        ({"name": "x", "days": True}, 400),
        ({"name": "x", "days": "30"}, 400),
        ({"name": "x", "days": 1.5}, 400),
        ({"name": "x"}, 400),
        ({"name": "x", "days": 30, "scope": "trade"}, 400),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(house: ApiHouse, owner: Visitor, body: object, status: int) -> None:
    answer = owner.post("/api/keys", body)
    assert answer.status_code == status
    assert answer.json["error"]
    assert owner.get("/api/keys").json["keys"] == []


def test_a_name_is_given_once_and_the_list_has_an_end(house: ApiHouse, owner: Visitor) -> None:
    for number in range(MOST_KEYS):
        assert owner.post("/api/keys", {"name": str(number), "days": 1}).status_code == 201
    assert "already" in owner.post("/api/keys", {"name": "7", "days": 1}).json["error"]
    assert owner.post("/api/keys", {"name": "one more", "days": 1}).status_code == 409


def test_making_and_revoking_are_noted_without_the_key(house: ApiHouse, owner: Visitor) -> None:
    key = owner.post("/api/keys", WISH).json["key"]
    owner.delete(f"/api/keys/{key[3:11]}")
    with house.door.reader() as connection:
        acts = [tuple(row) for row in connection.execute("SELECT act, target, outcome FROM audit ORDER BY id")]
    assert acts == [
        ("POST reader_keys.make", "/api/keys", "201"),
        ("DELETE reader_keys.revoke", f"/api/keys/{key[3:11]}", "200"),
    ]
