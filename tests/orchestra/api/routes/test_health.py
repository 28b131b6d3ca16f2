"""GET /health says healthy only when everything is (domain.md 2b)."""

from dataclasses import replace

import pytest

from orchestra.messages.live_snapshot import Health, StreamHealth, WorkerHealth
from system_databse.alerts.alert import Alert, Priority
from tests.orchestra.api.api_house import LAN, NOON, ApiHouse, made_snapshot

STREAMS = StreamHealth(is_data_connected=True, is_orders_connected=True, last_message_age_s=3.0)


@pytest.mark.requirement("S1-10", "S0-30", "S1-38")
def test_a_well_engine_is_healthy_without_a_session(house: ApiHouse) -> None:
    workers = {"reconcile": WorkerHealth(last_ok=NOON, lag_s=100.0, interval_s=300.0)}
    house.board.replace(made_snapshot(health=Health(lag_s=1.0, streams=STREAMS, workers=workers)))
    answer = house.visitor().get("/health")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "healthy",
        "service": "elpyfi-api",
        "app": "autotrader",
        "db": "ok",
        "mode": "DEMO",
        "market_open": True,
        "lag_s": 1.0,
        "workers": {"reconcile": {"last_ok": "2026-11-20T17:00:00.000Z", "lag_s": 100.0}},
        "stream": {"connected": True, "last_message_age_s": 3.0},
    }


@pytest.mark.parametrize(
    "health",
    [
        Health(lag_s=121.0, streams=STREAMS),
        Health(lag_s=1.0, streams=STREAMS, is_database_ok=False),
        Health(lag_s=1.0, streams=STREAMS, workers={"a": WorkerHealth(last_ok=NOON, lag_s=181.0, interval_s=60.0)}),
    ],
)
def test_a_late_engine_a_late_worker_or_a_bad_database_is_degraded(house: ApiHouse, health: Health) -> None:
    house.board.replace(made_snapshot(health=health))
    answer = house.visitor().get("/health")
    assert (answer.status_code, answer.json["status"]) == (503, "degraded")


def test_a_stream_that_is_away_is_told_and_no_reason_to_restart(house: ApiHouse) -> None:
    streams = replace(STREAMS, is_data_connected=False)
    house.board.replace(made_snapshot(health=Health(lag_s=1.0, streams=streams)))
    answer = house.visitor().get("/health")
    assert (answer.status_code, answer.json["stream"]["connected"]) == (200, False)


def test_an_engine_that_makes_no_more_snapshots_is_late_after_two_minutes(house: ApiHouse) -> None:
    house.board.replace(made_snapshot())
    assert house.visitor().get("/health").status_code == 200
    house.clock.advance(seconds=119)
    assert house.visitor().get("/health").status_code == 200
    house.clock.advance(seconds=1)
    assert house.visitor().get("/health").status_code == 503
    house.board.replace(made_snapshot(2))
    assert house.visitor().get("/health").status_code == 200


def test_a_critical_alert_that_nobody_has_acknowledged_is_told_to_this_machine_alone(house: ApiHouse) -> None:
    alert = Alert(3, "storage.damaged", Priority.CRITICAL, "market.db is damaged.", "", None, first_at=NOON, at=NOON)
    alerts = (
        replace(alert, id=9, priority=Priority.HIGH),
        replace(alert, id=8, acknowledged_at=NOON),
        alert,
        replace(alert, id=2),
    )
    house.board.replace(made_snapshot(alerts=alerts))
    assert house.visitor().get("/health").json["critical_alert"] == 3
    assert "damaged" not in house.visitor().get("/health").text
    assert "critical_alert" not in house.visitor(LAN).get("/health").json
    house.board.replace(made_snapshot(2, alerts=alerts[:2]))
    assert "critical_alert" not in house.visitor().get("/health").json


def test_before_the_first_snapshot_it_is_starting(house: ApiHouse) -> None:
    answer = house.visitor().get("/health")
    assert (answer.status_code, answer.json["status"]) == (503, "starting")


def test_a_database_that_cannot_be_read_is_degraded(house: ApiHouse) -> None:
    house.board.replace(made_snapshot())
    assert house.visitor().get("/health").status_code == 200
    with house.system.reader() as connection:
        connection.close()
    assert house.visitor().get("/health").status_code == 503
