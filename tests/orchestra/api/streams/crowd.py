"""200 events a second to a crowd of readers, one of whom reads nothing until it is sent away: what they got, and what
it cost.

The publisher is an engine's bus and event log on one thread, in turns of 50 a second; the readers are a process of
their own, so that what they take of the machine is not the publisher's.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from typing import Any

from orchestra.api.api_parts import ApiLimits
from orchestra.messages.event_bus import EventBus
from orchestra.messages.events import PositionChanged
from orchestra.news.event_log import EventLog
from orchestra.runtime.clock import SystemClock
from system_databse.position import Position
from tests.orchestra.api.api_house import NOON
from tests.orchestra.api.streams.stream_house import StreamHouse

CHILD = Path(__file__).with_name("crowd_readers.py")
READERS = 20
EVENTS_A_SECOND = 200
TURNS_A_SECOND = 50
# As long as the reason of a decision may be, so that one who does not read is found out within seconds.
STRATEGY = "a strategy with a long name " * 20


@dataclass(slots=True)
class Report:
    """late: of each turn, seconds; cpu: seconds of the publisher's thread; readers: the stalled one is the first."""

    events: int
    cpu: float
    dropped: int
    late: list[float] = field(default_factory=list)
    readers: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        cuts = quantiles(self.late, n=100)
        return (
            f"{self.events} events to {READERS} readers; turns late: median {1e3 * cuts[49]:.1f} ms, 99th percentile "
            f"{1e3 * cuts[98]:.1f} ms, most {1e3 * max(self.late):.1f} ms; the publisher's thread took "
            f"{1e6 * self.cpu / self.events:.0f} us an event; readers sent away: {self.dropped}"
        )


def play(folder: Path, *, seconds: float) -> Report:
    """Publish for so many seconds and return what came of it."""
    served = StreamHouse(folder, ApiLimits(requests_a_minute=100_000))
    bus = EventBus()
    log = EventLog(served.house.system, SystemClock(), name_of=lambda _id: STRATEGY)
    bus.listen(log.on_event)
    arguments = [str(served.server.port), served.cookie, str(READERS)]
    child = subprocess.Popen(
        [sys.executable, str(CHILD), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "ready\n"
        go = iter(["go"])

        def let_the_stalled_read(*, is_late: bool = False) -> None:
            if is_late or served.hub.dropped:
                for word in go:
                    print(word, file=child.stdin, flush=True)

        report = _publish(bus, log, turns=int(seconds * TURNS_A_SECOND), after_turn=let_the_stalled_read)
        let_the_stalled_read(is_late=True)
        print(served.newest(), file=child.stdin, flush=True)
        report.readers = json.loads(child.stdout.readline())
        report.dropped = served.hub.dropped
    finally:
        child.kill()
        child.communicate()
        served.close()
    return report


def _publish(bus: EventBus, log: EventLog, *, turns: int, after_turn: Callable[[], None]) -> Report:
    held = Position(1, "AAPL", Decimal(10), Decimal(100), Decimal(0), NOON)
    event = PositionChanged(held, Decimal(1), Decimal(100))
    began, cpu = time.monotonic(), time.thread_time()
    report = Report(turns * EVENTS_A_SECOND // TURNS_A_SECOND, 0.0, 0)
    for turn in range(turns):
        due = began + turn / TURNS_A_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        report.late.append(time.monotonic() - due)
        for _ in range(EVENTS_A_SECOND // TURNS_A_SECOND):
            bus.publish(event)
        log.run_due()
        after_turn()
    log.flush()
    report.cpu = time.thread_time() - cpu
    return report
