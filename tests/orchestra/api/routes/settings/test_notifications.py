"""Notices over HTTP: set from this machine with the PIN, shown masked, tried out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra.notifications.dispatcher import Dispatcher
from orchestra.notifications.heartbeat import Heartbeat
from orchestra.notifications.notification_desk import NotificationDesk, Sender
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import FileWishes, WishBook
from tests.orchestra.api.api_house import LAN, OWN_PAGE, PIN, WRONG, ApiHouse, Visitor
from tests.orchestra.notifications.services import Services

PATH, TEST = "/api/notifications", "/api/notifications/test"
SECRET = "ntfys://my-secret-topic"
BEAT = "https://beats.example/secret-id"


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def house(quick_folder: Path, services: Services) -> Iterator[ApiHouse]:
    made = ApiHouse(quick_folder)
    made.make_pin()
    notifier = Notifier(Dispatcher(services.send, made.clock, sender="AutoTrader", local=lambda at: at))
    files = FileWishes(("mailtos://user:secret@example.org",))
    desk = NotificationDesk(
        WishBook(made.door, files),
        notifier,
        Heartbeat(made.clock, minutes=5),
        sender=Sender("AutoTrader", services, 5),
    )
    made._built = None
    made.parts = replace(made.parts, notifications=desk)
    yield made
    notifier.stop()
    made.close()


def put(owner: Visitor, **body: object):  # type: ignore[no-untyped-def]
    return owner.send("PUT", PATH, body, OWN_PAGE)


def targets(owner: Visitor) -> list[tuple[str, bool]]:
    return [(each["address"], each["of_file"]) for each in owner.get(PATH).json["targets"]]


def test_an_address_is_added_with_the_pin_and_never_told_again(house: ApiHouse, owner: Visitor) -> None:
    answer = put(owner, add=SECRET, pin=PIN)
    assert answer.status_code == 200, answer.json
    assert targets(owner) == [("mailtos://…org", True), ("ntfys://…pic", False)]
    told = json.dumps(owner.get(PATH).json) + answer.text
    assert "secret" not in told
    with house.door.reader() as connection:
        assert "secret" not in str(connection.execute("SELECT * FROM audit").fetchall())


def test_an_address_is_removed_with_the_pin_and_one_of_the_file_stays(owner: Visitor) -> None:
    put(owner, add=SECRET, pin=PIN)
    of_file, mine = (each["key"] for each in owner.get(PATH).json["targets"])
    assert put(owner, remove=mine, pin=PIN).status_code == 200
    refused = put(owner, remove=of_file, pin=PIN)
    assert refused.status_code == 409
    assert "in .env" in refused.json["error"]
    assert put(owner, remove=mine, pin=PIN).status_code == 409
    assert targets(owner) == [("mailtos://…org", True)]


@pytest.mark.parametrize("body", [{"add": SECRET}, {"remove": "x"}, {"heartbeat": BEAT}])
def test_secrets_change_with_the_right_pin_only(owner: Visitor, body: dict[str, str]) -> None:
    before = owner.get(PATH).json
    assert put(owner, **body).status_code == 400
    wrong = put(owner, **body, pin=WRONG)
    assert (wrong.status_code, wrong.json["tries_left"]) == (401, 4)
    assert owner.get(PATH).json == before


def test_loudness_and_quiet_hours_are_set_without_it(house: ApiHouse, owner: Visitor) -> None:
    assert put(owner, loudness={"fill": "off"}).status_code == 200
    assert put(owner, quiet_hours={"from": "22:00", "to": "07:00"}).status_code == 200
    found = owner.get(PATH).json
    fill = next(each for each in found["topics"] if each["topic"] == "fill")
    assert (fill["loudness"], fill["default"]) == ("off", "normal")
    assert found["quiet_hours"] == {"from": "22:00", "to": "07:00"}
    assert put(owner, quiet_hours=None).status_code == 200
    assert owner.get(PATH).json["quiet_hours"] is None


def test_the_heartbeat_is_set_shown_masked_and_taken_away(owner: Visitor) -> None:
    assert put(owner, heartbeat=BEAT, pin=PIN).status_code == 200
    assert owner.get(PATH).json["heartbeat"]["address"] == "https://…-id"
    assert put(owner, heartbeat="", pin=PIN).status_code == 200
    assert owner.get(PATH).json["heartbeat"]["address"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"loudness": {"fill": "off"}, "quiet_hours": None},
        {"loudness": {}},
        {"loudness": {"fill": "shrill"}},
        {"loudness": {"test": "off"}},
        {"loudness": ["fill"]},
        {"quiet_hours": {"from": "22:00"}},
        {"quiet_hours": {"from": "22:00", "to": "22:00"}},
        {"quiet_hours": {"from": "24:00", "to": "07:00"}},
        {"quiet_hours": {"from": 22, "to": "07:00", "at": 1}},
        {"add": 3, "pin": PIN},
        {"add": "", "pin": PIN},
        {"add": "no address", "pin": PIN},
        {"add": "nonsense://topic", "pin": PIN},
        {"add": "mailtos://user:secret@example.org", "pin": PIN},
        {"add": "x://" + "y" * 2000, "pin": PIN},
        {"heartbeat": "file:///etc/passwd", "pin": PIN},
        {"nobody": 1},
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(owner: Visitor, body: dict[str, object]) -> None:
    before = owner.get(PATH).json
    answer = put(owner, **body)
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")
    assert "secret" not in answer.text
    assert owner.get(PATH).json == before


def test_a_test_is_sent_to_one_target_and_its_failure_told(owner: Visitor, services: Services) -> None:
    [target] = owner.get(PATH).json["targets"]
    assert owner.post(TEST, {"key": target["key"]}).json == {"delivered": True, "error": ""}
    assert [message.title for _, message in services.sent] == ["AutoTrader: test"]
    services.down = {"mailtos://user:secret@example.org"}
    assert owner.post(TEST, {"key": target["key"]}).json == {
        "delivered": False,
        "error": "The service did not take it.",
    }
    assert owner.post(TEST, {"key": "gone"}).json["delivered"] is False


def test_the_network_and_whoever_is_locked_out_neither_see_nor_change_it(house: ApiHouse) -> None:
    assert house.visitor().get(PATH).status_code == 401
    assert put(house.visitor(), loudness={"fill": "off"}).status_code == 401
    phone = house.visitor(LAN)
    phone.client.set_cookie(*_session_of(house))
    answer = phone.get(PATH).json
    assert answer == {"available": False, "why": "Whom AutoTrader tells is shown on the machine's own screen only."}
    assert put(phone, loudness={"fill": "off"}).status_code == 403
    assert phone.post(TEST, {"key": "x"}).status_code == 403


def test_a_replay_tells_nobody(house: ApiHouse) -> None:
    house.parts = replace(house.parts, notifications=None)
    house._built = None
    owner = house.owner()
    assert owner.get(PATH).json == {"available": False, "why": "A replay of recorded days tells nobody."}
    assert put(owner, loudness={"fill": "off"}).status_code == 409


def _session_of(house: ApiHouse) -> tuple[str, str]:
    from orchestra.api.auth.cookies import SESSION_COOKIE
    from orchestra.api.auth.peer import Peer

    return SESSION_COOKIE, house.app.context.sessions.open(Peer(LAN, is_loopback=False, source=LAN), "phone")
