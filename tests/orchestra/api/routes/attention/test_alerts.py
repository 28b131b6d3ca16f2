"""Alerts over HTTP: an act reaches the engine; what is over is read page by page."""

from datetime import timedelta

import pytest

from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.peer import Peer
from orchestra.messages.commands import AcknowledgeAlert, ResolveAlert
from system_databse.alerts import alert_rows
from system_databse.alerts.alert import Alert, Priority, Resolver
from tests.orchestra.api.api_house import LAN, NOON, ApiHouse


def alert(number: int, **changes: object) -> Alert:
    kept = {"priority": Priority.HIGH, "text": f"alert {number}", "symbol": "AAPL", "algorithm_id": None}
    return Alert(number, "order.rejected", first_at=NOON, at=NOON, **{**kept, **changes})


def keep(house: ApiHouse, count: int) -> None:
    with house.system.transaction() as connection:
        for number in range(1, count + 1):
            alert_rows.insert(connection, alert(number))
            at = NOON + timedelta(minutes=number)
            alert_rows.update(connection, alert(number, resolved_at=at, resolved_by=Resolver.OWNER))
        alert_rows.insert(connection, alert(count + 1, text="still open"))


@pytest.mark.parametrize(
    ("path", "command"),
    [("/api/alerts/7/acknowledge", AcknowledgeAlert(7)), ("/api/alerts/7/resolve", ResolveAlert(7))],
)
def test_an_act_reaches_the_engine_from_this_machine_only(house: ApiHouse, path: str, command: object) -> None:
    assert house.visitor().post(path, {}).status_code == 401
    phone = house.visitor(LAN)
    phone.client.set_cookie(SESSION_COOKIE, house.app.context.sessions.open(Peer(LAN, False, LAN), "phone"))
    assert phone.post(path, {}).status_code == 403
    assert house.owner().post(path, {"more": 1}).status_code == 400
    assert house.engine.given == []
    answer = house.owner().post(path, {})
    assert (answer.status_code, answer.json["id"]) == (200, 7)
    assert house.engine.given == [command]


def test_an_alert_that_nobody_knows_is_told(house: ApiHouse) -> None:
    answer = house.owner().post("/api/alerts/404/acknowledge", {})
    assert (answer.status_code, "no alert 404" in answer.json["error"]) == (404, True)


def test_what_is_over_is_read_page_by_page_newest_first(house: ApiHouse) -> None:
    keep(house, 5)
    owner = house.owner()
    first = owner.get("/api/alerts?limit=2").json
    assert [each["text"] for each in first["alerts"]] == ["alert 5", "alert 4"]
    assert first["alerts"][0]["resolved_at"] == "2026-11-20T17:05:00.000Z"
    assert first["alerts"][0]["resolved_by"] == "owner"
    second = owner.get(f"/api/alerts?limit=2&before={first['next_before']}").json
    last = owner.get(f"/api/alerts?limit=2&before={second['next_before']}").json
    assert [each["text"] for each in last["alerts"]] == ["alert 1"]
    assert last["next_before"] is None


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=1.5", "before=", "limit=0", "limit=201"])
def test_a_page_that_cannot_be_is_refused(house: ApiHouse, query: str) -> None:
    assert house.owner().get(f"/api/alerts?{query}").status_code == 400


def test_without_a_session_nothing_is_read(house: ApiHouse) -> None:
    assert house.visitor().get("/api/alerts").status_code == 401
