"""GET /internal/prometheus: figures for a monitor on this machine, as Prometheus reads them (domain.md, C23).

In: the snapshot, the gauges of the process, what the page's server counts. Out: text. Thread: the request's.
Everything is read when it is asked for; the registry is our own, so that no library adds figures of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from database.sqlite_store import SqliteStore
from orchestra.api.answers import Refused
from orchestra.api.api_context import ApiContext, peer
from orchestra.messages.live_snapshot import Health, LiveSnapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ROUTE = "/internal/prometheus"

Family = GaugeMetricFamily | CounterMetricFamily


@dataclass(frozen=True, slots=True)
class Counts:
    """What the page's server counts. connections: all; sockets: of screens; streams: of other programs.

    dropped: streams that were sent away because they read too slowly.
    """

    connections: Callable[[], int]
    sockets: Callable[[], int]
    streams: Callable[[], int]
    dropped: Callable[[], int]


def routes(api: ApiContext, counts: Counts) -> Blueprint:
    """Return the route of the figures."""
    blueprint = Blueprint("prometheus", __name__)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(api, counts))

    @blueprint.get(ROUTE)
    def figures() -> Response:
        if not peer().is_loopback:
            raise Refused(403, "This is told on AutoTrader's own machine only.")
        return Response(generate_latest(registry), content_type=CONTENT_TYPE)

    return blueprint


class Figures(Collector):
    """Read everything anew at each scrape; what is not known is left out."""

    def __init__(self, api: ApiContext, counts: Counts) -> None:
        self._api = api
        self._counts = counts

    def collect(self) -> Iterator[Family]:
        """Yield one family after the other."""
        parts = self._api.parts
        if snapshot := parts.board.snapshot:
            yield from _of_snapshot(snapshot, age=self._age(snapshot))
        yield _gauge("connections", "Open connections, HTTP and WebSocket.", self._counts.connections())
        yield _gauge("screens", "Open sockets of screens.", self._counts.sockets())
        yield _gauge("streams", "Open streams of other programs.", self._counts.streams())
        dropped = CounterMetricFamily("autotrader_streams_dropped", "Streams sent away because they read too slowly.")
        dropped.add_metric([], self._counts.dropped())
        yield dropped
        stores = {"system": parts.system, "market": parts.bars.store, "door": parts.door.store}
        yield from _of_stores(stores)
        yield from _of_process(parts.process.gauges())

    def _age(self, snapshot: LiveSnapshot) -> float:
        """Return for how long the engine has made no snapshot: it makes one each second."""
        return max(0.0, self._api.parts.clock.monotonic() - snapshot.taken_at) if snapshot.taken_at else 0.0


def _of_snapshot(snapshot: LiveSnapshot, *, age: float) -> Iterator[Family]:
    health = snapshot.health
    yield _gauge("loop_lag_seconds", "Since the engine last finished a minute or an idle pass.", health.lag_s + age)
    yield _gauge("halted", "1 while nothing is bought.", float(snapshot.is_halted))
    yield _gauge("market_open", "1 during a session.", float(snapshot.market.is_open))
    yield _gauge("database_ok", "1 while the engine can write its books.", float(health.is_database_ok))
    yield _gauge("closed_gates", "Reasons why nothing is bought.", len(health.closed_gates))
    yield _gauge("open_alerts", "Alerts that wait for the owner.", len(snapshot.alerts))
    running = sum(card.record.status == "RUNNING" for card in snapshot.algorithms)
    yield _gauge("algorithms_running", "Algorithms that are asked each minute.", running)
    yield from _of_streams(health, age)
    lags = {name: worker.lag_s + age for name, worker in health.workers.items() if worker.lag_s is not None}
    yield _gauge("worker_lag_seconds", "Since a recurring job last succeeded.", lags, label="worker")


def _of_streams(health: Health, age: float) -> Iterator[Family]:
    streams = health.streams
    connected = {"data": float(streams.is_data_connected), "orders": float(streams.is_orders_connected)}
    yield _gauge("stream_connected", "1 while the stream is up.", connected, label="stream")
    if streams.last_message_age_s is not None:
        message_age = streams.last_message_age_s + age
        yield _gauge("stream_message_age_seconds", "Since market data last came in.", message_age)


def _of_stores(stores: Mapping[str, SqliteStore]) -> Iterator[Family]:
    retries = {name: float(store.retries) for name, store in stores.items()}
    failures = {name: float(store.failures) for name, store in stores.items()}
    yield _counter("database_retries", "Transactions begun anew because the file was busy.", retries)
    yield _counter("database_errors", "Times that SQLite refused.", failures)


def _of_process(gauges: Mapping[str, float]) -> Iterator[Family]:
    if "rss_mb" in gauges:
        yield _gauge("resident_memory_bytes", "Memory of the process.", gauges["rss_mb"] * 1024 * 1024)
    yield _gauge(
        "process_gauge", "Whatever could grow for ever: queues, containers, threads, files.", gauges, label="name"
    )


def _gauge(name: str, meaning: str, value: float | Mapping[str, float], *, label: str = "") -> GaugeMetricFamily:
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(f"autotrader_{name}", meaning, value=value)
    family = GaugeMetricFamily(f"autotrader_{name}", meaning, labels=[label])
    for each, figure in value.items():
        family.add_metric([each], figure)
    return family


def _counter(name: str, meaning: str, by_database: Mapping[str, float]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"autotrader_{name}", meaning, labels=["database"])
    for each, count in by_database.items():
        family.add_metric([each], count)
    return family
