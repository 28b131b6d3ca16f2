"""The machine's own screen goes on showing the live feed after its session has run out, and does nothing else."""

from datetime import timedelta

import pytest

from orchestra.api.auth.peer import Peer
from tests.orchestra.api.api_house import LAN, PIN, WRONG, ApiHouse

HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")
PHONE = Peer(LAN, is_loopback=False, source=LAN)


def shown_for(house: ApiHouse, token: str, peer: Peer, *, hours: int) -> bool:
    """Let a screen show the feed for so long, looked at each half hour as a sweep would; say whether it still may."""
    watchers = house.app.context.watchers
    session_id = watchers.find(token, peer)
    assert session_id is not None
    for _ in range(2 * hours):
        house.clock.advance(minutes=30)
        if not watchers.goes_on(session_id):
            return False
    return True


def test_an_untouched_screen_shows_the_feed_for_days_and_acts_no_longer_than_its_session(house: ApiHouse) -> None:
    context = house.app.context
    token = context.sessions.open(HERE, "browser")
    assert shown_for(house, token, HERE, hours=24 * 40)
    house.door.prune(house.clock.now())
    assert context.watchers.find(token, HERE) is not None
    assert context.sessions.find(token, HERE) is None
    assert [row.user_agent for row in context.sessions.open_ones()] == ["browser"]


def test_a_screen_elsewhere_shows_nothing_after_its_session(house: ApiHouse) -> None:
    context = house.app.context
    phone = context.sessions.open(PHONE, "phone")
    assert not shown_for(house, phone, PHONE, hours=1)
    assert context.watchers.find(phone, PHONE) is None
    here = context.sessions.open(HERE, "browser")
    assert shown_for(house, here, HERE, hours=30)
    assert context.watchers.find(here, PHONE) is None


def test_a_screen_that_was_dark_for_half_a_day_asks_for_the_pin(house: ApiHouse) -> None:
    token = house.app.context.sessions.open(HERE, "browser")
    assert shown_for(house, token, HERE, hours=30)
    house.clock.advance(hours=11.9)
    assert house.app.context.watchers.find(token, HERE) is not None
    house.clock.advance(hours=0.2)
    assert house.app.context.watchers.find(token, HERE) is None


@pytest.mark.parametrize("how", ["ended", "all ended", "others ended", "clock set back"])
def test_what_ends_a_session_ends_what_it_shows(house: ApiHouse, how: str) -> None:
    context = house.app.context
    token = context.sessions.open(HERE, "browser")
    session_id = context.watchers.find(token, HERE)
    assert session_id is not None
    assert shown_for(house, token, HERE, hours=30)
    told: list[str | None] = []
    context.sessions.on_end(told.append)
    if how == "ended":
        context.sessions.end(session_id)
    elif how == "all ended":
        context.sessions.end_all()
    elif how == "others ended":
        context.sessions.end_others("another")
        # So that its socket is closed at once.
        assert told == [session_id]
    else:
        house.clock.set_back(days=3)
    assert not context.watchers.goes_on(session_id)
    assert context.watchers.find(token, HERE) is None


def test_a_screen_that_only_shows_may_ask_whether_it_may_and_be_locked_and_nothing_else(house: ApiHouse) -> None:
    house.make_pin()
    owner = house.owner()
    cookie = owner.client.get_cookie("autotrader_session")
    assert cookie is not None
    assert owner.get("/api/session").json["expires_at"] is not None
    assert shown_for(house, cookie.value, HERE, hours=30)
    assert owner.get("/api/session").json["expires_at"] is None
    refused = [owner.get("/api/algorithms"), owner.get("/api/sessions"), owner.post("/api/algorithms/1/pause", {})]
    refused += [owner.post("/api/confirm-pin", {"pin": PIN}), owner.post("/api/flatten", {"pin": PIN})]
    assert [answer.status_code for answer in refused] == [401] * 5
    assert owner.post("/api/validate-pin", {"pin": WRONG}).status_code == 401
    assert owner.delete("/api/session").status_code == 200
    assert house.app.context.watchers.find(cookie.value, HERE) is None


def test_it_is_noted_once_in_a_while_that_a_screen_shows(house: ApiHouse) -> None:
    context = house.app.context
    session_id = context.watchers.find(context.sessions.open(HERE, "browser"), HERE)
    assert session_id is not None
    noted = set()
    for _ in range(60):
        house.clock.advance(seconds=30)
        assert context.watchers.goes_on(session_id)
        noted.add(context.sessions.open_ones()[0].watched_at)
    # Each is a write to the memory card.
    assert len(noted) == timedelta(minutes=30) // timedelta(minutes=10)
