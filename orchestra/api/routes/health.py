"""GET /health: for whoever watches the watcher (domain.md 2b). 503 as soon as something is not as it should be.

A snapshot tells the engine's lag as it was when it was made; its age is added here, so that an engine that makes no
more snapshots is late as well.
"""

import threading

from flask import Blueprint

from database.errors import StorageError
from orchestra.api.answers import Reply, reply, time_text
from orchestra.api.api_context import ApiContext, peer
from orchestra.api.describing import schemas
from orchestra.api.describing.description import Description, describes
from orchestra.api.feed.state_json import number
from orchestra.api.protocol import ROUTES
from orchestra.messages.live_snapshot import Health, LiveSnapshot, WorkerHealth
from system_databse.alerts.alert import Priority

LONGEST_LAG_S = 120.0
LATE_INTERVALS = 3

_STREAM = schemas.record(
    "Stream",
    {
        "connected": schemas.flag("Whether market data comes in."),
        "last_message_age_s": schemas.maybe(schemas.number("Seconds since the last message.")),
    },
)
_HEALTH = schemas.record(
    "Health",
    {
        "status": schemas.text("healthy, or what it is instead.", one_of=("healthy", "degraded", "starting")),
        "mode": schemas.text("Whose money is traded with."),
        "market_open": schemas.flag("Whether the exchange is open."),
        "service": schemas.text("Always elpyfi-api.", one_of=("elpyfi-api",)),
        "app": schemas.text("Always autotrader.", one_of=("autotrader",)),
        "db": schemas.text("Whether the databases can be read.", one_of=("ok", "error")),
        "lag_s": schemas.number("Seconds since the engine last finished its work."),
        "workers": schemas.anything("By name {last_ok, lag_s}: when each recurring job last succeeded."),
        "stream": _STREAM,
        "critical_alert": schemas.whole(
            "The newest critical alert that nobody has acknowledged, told to this machine."
        ),
    },
    # Before the engine's first moment; and most days there is none.
    optional=("lag_s", "workers", "stream", "critical_alert"),
)
HEALTH = Description(
    summary="Health",
    detail="For whoever watches the watcher: 200 when all is well, 503 as soon as anything is not.",
    answer=_HEALTH,
    other={503: _HEALTH},
    is_open=True,
)


class SnapshotAge:
    """Remember since when the newest snapshot is the newest one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sequence = -1
        self._since = 0.0

    def seconds(self, snapshot: LiveSnapshot, now: float) -> float:
        """Return how long this snapshot has been seen here; now: monotonic seconds."""
        with self._lock:
            if snapshot.sequence != self._sequence:
                self._sequence, self._since = snapshot.sequence, now
            return now - self._since


def routes(api: ApiContext) -> Blueprint:
    """Return the route of health."""
    blueprint = Blueprint("health", __name__)
    age = SnapshotAge()

    @blueprint.get(ROUTES["health"])
    @describes(HEALTH)
    def health() -> Reply:
        snapshot = api.parts.board.snapshot
        is_database_ok = _can_read(api) and (snapshot is None or snapshot.health.is_database_ok)
        body = {"service": "elpyfi-api", "app": "autotrader", "db": "ok" if is_database_ok else "error"}
        if snapshot is None:
            return reply({"status": "starting", "mode": api.parts.mode, "market_open": False, **body}, 503)
        seconds = age.seconds(snapshot, api.parts.clock.monotonic())
        is_well = is_database_ok and is_on_time(snapshot.health, seconds)
        figures = {**body, **_figures(snapshot, seconds), **(_critical(snapshot) if peer().is_loopback else {})}
        return reply({"status": "healthy" if is_well else "degraded", **figures}, 200 if is_well else 503)

    return blueprint


def is_on_time(health: Health, snapshot_age: float) -> bool:
    """Say whether neither the engine nor one of its workers is late."""
    late = [worker for worker in health.workers.values() if _is_late(worker, snapshot_age)]
    return health.lag_s + snapshot_age <= LONGEST_LAG_S and not late


def _is_late(worker: WorkerHealth, snapshot_age: float) -> bool:
    if worker.lag_s is None or not worker.interval_s:
        return False
    return worker.lag_s + snapshot_age > LATE_INTERVALS * worker.interval_s


def _figures(snapshot: LiveSnapshot, age: float) -> dict[str, object]:
    streams = snapshot.health.streams
    message_age = number(streams.last_message_age_s)
    return {
        "mode": snapshot.mode,
        "market_open": snapshot.market.is_open,
        "lag_s": round(snapshot.health.lag_s + age, 1),
        "workers": {
            name: {"last_ok": time_text(worker.last_ok), "lag_s": number(worker.lag_s)}
            for name, worker in snapshot.health.workers.items()
        },
        "stream": {
            "connected": streams.is_data_connected,
            "last_message_age_s": round(message_age + age, 1) if message_age is not None else None,
        },
    }


def _critical(snapshot: LiveSnapshot) -> dict[str, object]:
    """Return what the kiosk turns its screen on for; the screen itself says what it is, behind the PIN."""
    waiting = [
        alert.id for alert in snapshot.alerts if alert.priority is Priority.CRITICAL and alert.acknowledged_at is None
    ]
    return {"critical_alert": max(waiting)} if waiting else {}


def _can_read(api: ApiContext) -> bool:
    try:
        for store in (api.parts.system, api.parts.door):
            with store.reader() as connection:
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except StorageError:
        return False
    return True
