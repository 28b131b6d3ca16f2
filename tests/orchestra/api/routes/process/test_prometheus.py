"""Figures for a monitor: read from the snapshot, the gauges and the stores, told to this machine alone."""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from database.errors import StorageError
from orchestra.api.api_parts import ProcessParts
from orchestra.messages.live_snapshot import Health, StreamHealth, WorkerHealth
from orchestra.runtime.gauges import GaugeBoard
from tests.orchestra.api.api_house import LAN, NOON, ApiHouse, Visitor, made_snapshot

STREAMS = StreamHealth(is_data_connected=True, is_orders_connected=False, last_message_age_s=3.0)
HEALTH = Health(lag_s=1.5, streams=STREAMS, workers={"reconcile": WorkerHealth(NOON, 20.0, 300.0)})


def figures_of(visitor: Visitor) -> dict[tuple[str, ...], float]:
    answer = visitor.get("/internal/prometheus")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.documentation for family in families)
    return {
        (sample.name.removeprefix("autotrader_"), *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_monitor_on_this_machine_reads_the_lags_and_what_could_grow(house: ApiHouse) -> None:
    board = GaugeBoard()
    board.register("rss_mb", lambda: 118.5)
    board.register("threads", lambda: {"api": 3.0})
    house.parts = replace(house.parts, process=ProcessParts(gauges=board.read_all))
    house.board.replace(made_snapshot(health=HEALTH, taken_at=house.clock.monotonic()))
    house.clock.advance(seconds=2)
    figures = figures_of(house.visitor())
    assert figures["loop_lag_seconds",] == 3.5
    assert figures["worker_lag_seconds", "reconcile"] == 22.0
    assert figures["stream_message_age_seconds",] == 5.0
    assert (figures["stream_connected", "data"], figures["stream_connected", "orders"]) == (1.0, 0.0)
    assert figures["resident_memory_bytes",] == 118.5 * 1024 * 1024
    assert figures["process_gauge", "threads.api"] == 3.0
    assert figures["screens",] == 0.0


def test_refusals_of_a_database_are_counted(house: ApiHouse) -> None:
    house.board.replace(made_snapshot())
    assert figures_of(house.visitor())["database_errors_total", "system"] == 0.0
    with pytest.raises(StorageError), house.system.reader() as connection:
        connection.execute("SELECT * FROM no_such_table")
    figures = figures_of(house.visitor())
    assert (figures["database_errors_total", "system"], figures["database_errors_total", "door"]) == (1.0, 0.0)


def test_before_the_engine_has_begun_there_are_figures_of_the_process_alone(house: ApiHouse) -> None:
    figures = figures_of(house.visitor())
    assert ("loop_lag_seconds",) not in figures
    assert ("connections",) in figures


def test_nobody_in_the_network_reads_them_not_even_an_owner(house: ApiHouse) -> None:
    house.make_pin()
    phone = house.visitor(LAN)
    assert phone.post("/api/validate-pin", {"pin": "482915"}).status_code == 200
    assert phone.get("/internal/prometheus").status_code == 403
    assert house.visitor().get("/internal/prometheus", **{"X-Forwarded-For": "127.0.0.1"}).status_code == 403
