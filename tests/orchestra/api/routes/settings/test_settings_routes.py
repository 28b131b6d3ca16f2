"""What an owner sets, over HTTP: from this machine alone, with a fresh PIN where it matters, keys in no answer."""

from dataclasses import replace
from decimal import Decimal

import pytest

from database.errors import ConfigError
from orchestra.messages.commands import ChangePin, SetLimit, SetPreferences
from orchestra.messages.setup import AccountLook, Keys, ModeWish, Standing
from system_databse.control import limit_rows
from system_databse.control.limit import Limit, LimitName
from system_databse.control.preferences import Preferences
from tests.orchestra.api.api_house import LAN, OWN_PAGE, PIN, WRONG, ApiHouse, Visitor, made_card, made_snapshot

KEYS = {"key": "PKAAAABBBBCCCC", "secret": "s" * 40}
LIVE = {"mode": "LIVE", **KEYS, "most_dollars": "250", "pin": PIN}


class MadeUpSetup:
    """A machine that can be set up; `done` keeps in order what was asked of it."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.refusal = ""

    def standing(self) -> Standing:
        return Standing("DEMO", "…CCCC", True, "", False)

    def look(self, keys: Keys, mode: str) -> AccountLook:
        self._refuse()
        return AccountLook("PA3XYZ123456", "ACTIVE", Decimal(1000), "USD", "iex", is_feed_allowed=True)

    def switch(self, wish: ModeWish) -> None:
        self._refuse()
        self.done.append(wish)

    def set_lan(self, *, is_on: bool) -> None:
        self.done.append(is_on)

    def start_anew(self, reason: str) -> None:
        self.done.append(reason)

    def _refuse(self) -> None:
        if self.refusal:
            raise ConfigError(self.refusal)


@pytest.fixture
def setup(house: ApiHouse) -> MadeUpSetup:
    made = MadeUpSetup()
    house.parts = replace(house.parts, setup=made)
    house.make_pin()
    return made


@pytest.fixture
def late(house: ApiHouse, setup: MadeUpSetup) -> Visitor:
    """Return an owner whose PIN was entered six minutes ago."""
    owner = house.owner()
    house.clock.advance(minutes=6)
    return owner


def put(visitor: Visitor, path: str, body: object):  # type: ignore[no-untyped-def]
    return visitor.send("PUT", path, body, OWN_PAGE)


def test_preferences_are_kept_by_the_engine(house: ApiHouse, owner: Visitor) -> None:
    told = owner.get("/api/preferences").json
    assert told["preferences"]["timezone"] == "America/New_York"
    assert told["chosen"] == []
    assert put(owner, "/api/preferences", {"scale": 150, "dim_minutes": 0}).status_code == 200
    assert house.engine.given == [SetPreferences({"scale": 150, "dim_minutes": 0})]


@pytest.mark.parametrize("body", [{}, {"scale": 110}, {"timezone": "Nowhere"}, {"colour": "red"}, {"scale": None}, []])
def test_what_cannot_be_preferred_reaches_nobody(house: ApiHouse, owner: Visitor, body: object) -> None:
    assert put(owner, "/api/preferences", body).status_code == 400
    assert house.engine.given == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/preferences", {"scale": 150}),
        ("POST", "/api/pin/change", {"old_pin": PIN, "pin": "602914"}),
        ("POST", "/api/confirm-pin", {"pin": PIN}),
        ("POST", "/api/sessions/end-others", {}),
        ("POST", "/api/setup/keys", {**KEYS, "mode": "PAPER"}),
        ("POST", "/api/setup/mode", LIVE),
        ("POST", "/api/setup/lan", {"is_on": True}),
    ],
)
def test_from_the_network_nothing_is_set(
    house: ApiHouse, setup: MadeUpSetup, method: str, path: str, body: object
) -> None:
    phone = house.visitor(LAN)
    assert phone.post("/api/validate-pin", {"pin": PIN}).status_code == 200
    assert phone.send(method, path, body, OWN_PAGE).status_code == 403
    assert house.visitor().send(method, path, body, OWN_PAGE).status_code == 401
    assert (setup.done, house.engine.given) == ([], [])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/setup/keys", {**KEYS, "mode": "PAPER"}),
        ("/api/setup/mode", {"mode": "PAPER", **KEYS}),
        ("/api/setup/lan", {"is_on": True}),
    ],
)
def test_what_matters_wants_the_pin_of_the_last_five_minutes(
    house: ApiHouse, setup: MadeUpSetup, late: Visitor, path: str, body: object
) -> None:
    answer = late.post(path, body)
    assert (answer.status_code, answer.json["needs_pin"]) == (403, True)
    assert late.post("/api/confirm-pin", {"pin": WRONG}).status_code == 401
    assert late.post(path, body).status_code == 403
    assert late.post("/api/confirm-pin", {"pin": PIN}).status_code == 200
    assert late.post(path, body).status_code == 200
    house.clock.advance(minutes=5)
    assert late.post(path, body).status_code == 403


def test_keys_are_looked_at_and_come_back_in_no_answer(setup: MadeUpSetup, house: ApiHouse) -> None:
    owner = house.owner()
    answer = owner.post("/api/setup/keys", {**KEYS, "mode": "PAPER"})
    assert answer.json["account"] == "…3456"
    setup.refusal = "Alpaca refuses these keys (401)."
    refused = owner.post("/api/setup/keys", {**KEYS, "mode": "PAPER"})
    assert (refused.status_code, refused.json["error"]) == (409, setup.refusal)
    bad = owner.post("/api/setup/keys", {"key": "no key!", "secret": "s" * 40, "mode": "PAPER"})
    assert bad.status_code == 400
    for each in (answer, refused, bad, owner.get("/api/setup")):
        assert not {"no key!", *KEYS.values()} & set(each.get_data(as_text=True).split('"'))
    assert setup.done == []


def test_the_mode_is_kept_and_the_program_starts_anew_after_the_answer(setup: MadeUpSetup, house: ApiHouse) -> None:
    answer = house.owner().post("/api/setup/mode", {"mode": "DEMO"})
    assert answer.json == {"mode": "DEMO", "is_restarting": True}
    answer.close()
    assert setup.done == [ModeWish("DEMO"), "a change of mode"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"pin": WRONG}, 401),
        ({"pin": None}, 400),
        ({"most_dollars": "0"}, 400),
        ({"most_dollars": None}, 400),
        ({"key": None}, 400),
        ({"secret": "short"}, 400),
        ({"mode": "BACKTEST"}, 400),
    ],
)
def test_real_money_wants_everything_however_fresh_the_session_is(
    setup: MadeUpSetup, house: ApiHouse, change: dict[str, object], status: int
) -> None:
    assert house.owner().post("/api/setup/mode", LIVE | change).status_code == status
    assert setup.done == []


def test_real_money_is_kept_with_its_amount(setup: MadeUpSetup, house: ApiHouse) -> None:
    assert house.owner().post("/api/setup/mode", LIVE).status_code == 200
    assert setup.done[0] == ModeWish("LIVE", Keys(*KEYS.values()), Decimal(250))


def test_real_money_is_not_left_while_something_is_held(house: ApiHouse) -> None:
    house.parts = replace(house.parts, mode="LIVE", setup=MadeUpSetup())
    house.board.replace(made_snapshot(mode="LIVE"))
    answer = house.owner().post("/api/setup/mode", {"mode": "PAPER"})
    assert (answer.status_code, "AAPL" in answer.json["error"]) == (409, True)
    card = made_card()
    house.board.replace(made_snapshot(2, algorithms=(replace(card, figures=replace(card.figures, shares=Decimal(0))),)))
    assert house.owner().post("/api/setup/mode", {"mode": "PAPER"}).status_code == 200


def test_a_replay_cannot_be_set_up(house: ApiHouse, owner: Visitor) -> None:
    for answer in (owner.get("/api/setup"), owner.post("/api/setup/mode", {"mode": "DEMO"})):
        assert (answer.status_code, answer.json["error"]) == (409, "This run cannot be set up from its page.")


def test_the_pin_is_changed_and_every_session_ends_but_this(house: ApiHouse, setup: MadeUpSetup) -> None:
    owner, other = house.owner(), house.owner()
    assert owner.post("/api/pin/change", {"old_pin": WRONG, "pin": "602914"}).json["tries_left"] == 4
    assert owner.post("/api/pin/change", {"old_pin": PIN, "pin": PIN}).status_code == 400
    assert owner.post("/api/pin/change", {"old_pin": PIN, "pin": "123456"}).status_code == 400
    assert house.engine.given == []
    assert owner.post("/api/pin/change", {"old_pin": PIN, "pin": "602914"}).json == {"changed": True}
    assert [type(command) for command in house.engine.given] == [ChangePin]
    assert (owner.get("/api/session").status_code, other.get("/api/session").status_code) == (200, 401)
    assert house.visitor().post("/api/validate-pin", {"pin": "602914"}).status_code == 200


def test_sessions_are_listed_without_tokens_and_ended(house: ApiHouse, setup: MadeUpSetup) -> None:
    owner, phone = house.owner(), house.visitor(LAN)
    phone.post("/api/validate-pin", {"pin": PIN})
    house.owner()
    listed = owner.get("/api/sessions").json["sessions"]
    assert sorted((each["kind"], each["is_this"]) for each in listed) == [
        ("kiosk", False),
        ("kiosk", True),
        ("lan", False),
    ]
    assert all(len(each["id"]) == 16 for each in listed)
    (lan,) = (each["id"] for each in listed if each["kind"] == "lan")
    assert owner.delete(f"/api/sessions/{lan}").json == {"ended": 1}
    assert owner.delete(f"/api/sessions/{lan}").status_code == 404
    assert phone.get("/api/session").status_code == 401
    assert owner.post("/api/sessions/end-others", {}).json == {"ended": 1}
    assert owner.get("/api/session").status_code == 200


def test_a_looser_limit_wants_the_pin_and_a_tighter_one_does_not(house: ApiHouse, late: Visitor) -> None:
    with house.system.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.DAILY_LOSS, Decimal(100)))
    assert put(late, "/api/limits", {"name": "daily_loss", "value": 50}).status_code == 200
    assert put(late, "/api/limits", {"name": "max_trade_value", "value": 50}).status_code == 200
    for value in (101, None):
        assert put(late, "/api/limits", {"name": "daily_loss", "value": value}).json["needs_pin"] is True
    assert [command.value for command in house.engine.given if isinstance(command, SetLimit)] == [50, 50]


def test_in_locked_hours_every_act_wants_the_pin_and_stopping_never_does(house: ApiHouse, late: Visitor) -> None:
    hours = Preferences("UTC", locked_hours=("16:00", "18:00"))
    house.board.replace(made_snapshot(preferences=hours))
    assert late.get("/api/preferences").json["preferences"]["is_locked_hour"] is True
    assert late.post("/api/algorithms/1/pause", {}).json["needs_pin"] is True
    assert late.post("/halt", {}).status_code == 200
    assert late.post("/resume", {"pin": PIN}).status_code == 200
    assert late.post("/api/confirm-pin", {"pin": PIN}).status_code == 200
    assert late.post("/api/algorithms/1/pause", {}).status_code == 200
    house.clock.advance(hours=1)
    assert late.post("/api/algorithms/1/pause", {}).status_code == 200, "the hour is over"


@pytest.mark.parametrize(
    ("host", "is_lan", "status"),
    [
        ("192.168.1.20:5001", True, 200),
        ("192.168.1.20:5001", False, 403),
        ("100.101.102.103:5001", True, 200),
        ("8.8.8.8:5001", True, 403),
        ("rebound.example:5001", True, 403),
        ("autotrader.local:5001", True, 200),
    ],
)
def test_in_the_network_this_machine_is_asked_by_its_own_addresses_only(
    house: ApiHouse, host: str, is_lan: bool, status: int
) -> None:
    house.parts = replace(house.parts, is_lan=is_lan)
    assert house.visitor(LAN).get("/api/pin", Host=host).status_code == status


def test_who_comes_from_the_internet_is_refused(house: ApiHouse) -> None:
    house.parts = replace(house.parts, is_lan=True)
    assert house.visitor("8.8.8.8").get("/api/pin", Host="192.168.1.20:5001").status_code == 403
