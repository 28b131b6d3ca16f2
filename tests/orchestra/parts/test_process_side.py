"""An engine and its process: what ended the last run, what takes the memory, what a crash loop leads to."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestra.messages.commands import CommandGiven, ResumeAlgorithm
from orchestra.messages.events import AlertRaised, StopRequested, StreamName
from orchestra.parts.process_side import PING_SECONDS, ProcessSide, ProcessTools
from orchestra.parts.quarantine import Quarantine
from orchestra.runtime.process.process_figures import MEGABYTE
from orchestra.runtime.process.service_notifier import ServiceNotifier
from orchestra.runtime.process.turn_marker import TurnMarker
from system_databse.algorithm_record import AlgorithmStatus
from tests.orchestra.live_house import LiveHouse


class Heard(ServiceNotifier):
    """A service manager that writes down what it hears."""

    def __init__(self) -> None:
        super().__init__(None)
        self.told: list[str] = []

    def _tell(self, *lines: str) -> None:
        self.told.append(lines[0])


@dataclass
class Memory:
    megabytes: int = 100

    def __call__(self) -> int:
        return self.megabytes * MEGABYTE


@dataclass
class Stacks:
    armed: int = 0

    def arm(self) -> None:
        self.armed += 1


@dataclass
class Watched:
    """A house whose engine is watched; culprit: whose turn ended the process before."""

    house: LiveHouse
    culprit: int | None = None
    is_crash_loop: bool = False
    limit: int | None = None
    heard: Heard = field(default_factory=Heard)
    memory: Memory = field(default_factory=Memory)
    stacks: Stacks = field(default_factory=Stacks)
    events: list[object] = field(default_factory=list)

    def begin(self) -> "Watched":
        path = self.house.folder / "turn"
        if self.culprit is not None:
            before = TurnMarker(path)
            before.begin(self.culprit)
            before.close()
        self.marker = TurnMarker(path)
        tools = ProcessTools(self.heard, self.marker, self.stacks, resident=self.memory, limit=self.limit)
        engine = self.house.engine
        engine.listen(self.events.append)
        self.side = ProcessSide(engine, self.house.stores, tools, is_crash_loop=self.is_crash_loop)
        self.side.begin()
        return self

    def start(self) -> "Watched":
        self.begin()
        self.house.start()
        return self

    def connect(self) -> "Watched":
        """Start where no algorithm needs a price, so that no data stream is to be waited for."""
        self.begin()
        self.house.engine.connect()
        return self

    @property
    def status(self) -> AlgorithmStatus:
        return self.house.engine.books.records[1].status

    def minutes(self, count: int) -> None:
        for _ in range(count):
            self.house.pass_minutes(1)
            self.house.engine._pass()

    def outcomes(self) -> list[str]:
        return [row[0] for row in self.house.rows("SELECT outcome FROM decisions ORDER BY minute")]

    def alerts(self) -> list[str]:
        return [event.kind for event in self.events if isinstance(event, AlertRaised)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    with ExitStack() as stack:
        yield LiveHouse(tmp_path, stack)


def strike_before(house: LiveHouse) -> None:
    Quarantine(house.stores.system, house.clock.now).strike(1)


@pytest.mark.requirement("S2-47")
def test_algorithm_that_ended_the_process_once_gets_a_second_chance(house: LiveHouse) -> None:
    watched = Watched(house, culprit=1).start()
    watched.minutes(2)
    assert watched.status is AlgorithmStatus.RUNNING
    assert "SUBMITTED" in watched.outcomes()


@pytest.mark.requirement("S2-47")
def test_algorithm_that_ended_the_process_twice_is_switched_off(house: LiveHouse) -> None:
    strike_before(house)
    watched = Watched(house, culprit=1).connect()
    watched.minutes(2)
    assert watched.status is AlgorithmStatus.ERROR
    assert watched.outcomes() == []
    assert watched.house.engine.books.records[1].last_error == (
        "AutoTrader ended or hung 2 times during this algorithm's turn: mend it, then resume it"
    )
    assert watched.alerts() == ["algorithm.quarantined"]
    assert [kind for kind, _ in house.alerts() if kind == "algorithm.quarantined"] == ["algorithm.quarantined"]


def test_service_that_asks_for_it_at_every_start_does_not_resume_it(house: LiveHouse) -> None:
    strike_before(house)
    strike_before(house)
    house.engine.books.set_status(1, AlgorithmStatus.RUNNING)
    assert Watched(house).begin().status is AlgorithmStatus.ERROR


@pytest.mark.requirement("S2-14")
def test_owner_who_resumes_it_lifts_the_quarantine_for_later_starts_too(house: LiveHouse) -> None:
    strike_before(house)
    watched = Watched(house, culprit=1).connect()
    house.engine.inbox.put(CommandGiven(ResumeAlgorithm(1), Future()))
    house.until(lambda: house.engine.streams.is_connected(StreamName.DATA))
    assert watched.status is AlgorithmStatus.RUNNING
    assert dict(Quarantine(house.stores.system, house.clock.now).reasons) == {}
    watched.minutes(2)
    assert "SUBMITTED" in watched.outcomes()


@pytest.mark.parametrize("culprit", [None, 99])
def test_marker_that_names_nobody_known_switches_nobody_off(culprit: int | None, house: LiveHouse) -> None:
    watched = Watched(house, culprit=culprit).begin()
    assert watched.status is AlgorithmStatus.RUNNING


def test_marker_stands_while_an_algorithm_runs_and_only_then(house: LiveHouse, tmp_path: Path) -> None:
    seen = []
    watched = Watched(house).start()
    file = tmp_path / "turn"
    before = house.engine.runner.turn_watch.begin

    def begin(algorithm_id: int) -> None:
        before(algorithm_id)
        seen.append(file.read_bytes().strip())

    house.engine.runner.turn_watch.begin = begin  # type: ignore[method-assign]
    watched.minutes(2)
    assert seen == [b"1", b"1"]
    assert file.read_bytes().strip() == b""


@pytest.mark.requirement("S2-47")
def test_crash_loop_starts_the_engine_without_any_algorithm(house: LiveHouse) -> None:
    watched = Watched(house, is_crash_loop=True).start()
    watched.minutes(2)
    assert watched.outcomes() == ["SKIPPED", "SKIPPED"]
    assert house.last_decision()[2].startswith("AutoTrader was started 5 times within 10 minutes")
    assert house.rows("SELECT * FROM orders") == []
    assert house.engine.halt.halt is not None
    assert any(gate.startswith("safe mode: ") for gate in house.engine.closed_gates())
    assert watched.alerts() == ["process.safe_mode"]
    assert house.rows("SELECT type FROM events WHERE type = 'process.safe_mode'") == [("process.safe_mode",)]
    assert house.rows("SELECT count(*) FROM recon_runs") != [(0,)]


def test_owners_resume_ends_safe_mode_without_a_restart(house: LiveHouse) -> None:
    watched = Watched(house, is_crash_loop=True).start()
    watched.minutes(2)
    house.engine.halt.clear()
    house.engine._pass()
    watched.minutes(2)
    assert watched.outcomes()[-1] == "SUBMITTED"
    assert not any(gate.startswith("safe mode") for gate in house.engine.closed_gates())


def test_start_that_is_no_crash_loop_is_not_halted(house: LiveHouse) -> None:
    watched = Watched(house).begin()
    assert house.engine.halt.halt is None
    assert watched.alerts() == []


@pytest.mark.parametrize(("limit_mb", "grown_mb"), [(None, 200), (200, 70)])
def test_memory_that_runs_out_ends_the_process_and_switches_the_last_caller_off(
    limit_mb: int | None, grown_mb: int, house: LiveHouse
) -> None:
    watched = Watched(house, limit=limit_mb and limit_mb * MEGABYTE).start()
    watched.minutes(1)
    watched.side.memory.before_turn()
    watched.memory.megabytes += grown_mb
    watched.side.memory.after_turn(1)
    assert any(gate.startswith("memory runs out") for gate in house.engine.closed_gates())
    house.engine._pass()
    house.engine._pass()
    message = house.engine.inbox.take(0)
    while message is not None and not isinstance(message, StopRequested):
        message = house.engine.inbox.take(0)
    assert message == StopRequested("memory running out", is_restart=True)
    assert house.engine.inbox.take(0) is None
    assert watched.status is AlgorithmStatus.ERROR
    assert watched.alerts() == ["algorithm.quarantined", "process.memory"]
    assert list(Quarantine(house.stores.system, house.clock.now).reasons) == [1]


def test_memory_is_looked_at_after_each_minute(house: LiveHouse) -> None:
    watched = Watched(house, limit=200 * MEGABYTE).start()
    watched.minutes(1)
    watched.memory.megabytes = 170
    house.engine._pass()
    assert watched.side.memory.too_much is None
    house.pass_minutes(1)
    house.engine._pass()
    assert watched.side.memory.too_much is not None


def test_systemd_hears_of_finished_passes_only(house: LiveHouse) -> None:
    watched = Watched(house).start()
    assert watched.heard.told == []
    house.engine._pass()
    assert watched.heard.told == ["READY=1", "WATCHDOG=1"]
    house.engine._pass()
    assert watched.heard.told == ["READY=1", "WATCHDOG=1"]
    house.clock.seconds += PING_SECONDS
    house.idle()
    assert watched.heard.told == ["READY=1", "WATCHDOG=1"]
    house.engine._pass()
    assert watched.heard.told == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
    assert watched.stacks.armed == 2
    house.engine.stop()
    assert watched.heard.told[-1] == "STOPPING=1"


def test_gauges_of_a_running_engine_cover_process_files_queue_and_containers(
    house: LiveHouse, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(house).start()
    watched.minutes(2)
    figures = watched.side.gauges.read_all()
    assert figures["rss_mb"] == 100
    assert figures["books.records"] == 1
    assert figures["wal_bytes.system"] > 0
    assert figures["threads.stream-orders"] == 1
    for name in ("inbox", "gc_objects", "fds.socket", "market_view.last", "fetcher.under_way"):
        assert name in figures, name
    house.clock.seconds += 3_600
    caplog.clear()
    with caplog.at_level(logging.INFO):
        house.engine._pass()
    assert [record.message.startswith("Gauges: rss_mb=100 ") for record in caplog.records].count(True) == 1
