"""The process side of an engine: told to systemd, watched for memory, and kept from what ended it before.

In: the process of a run, an engine. Out: pings, dumps, a closed gate, algorithms switched off, safe mode. Thread: main.
Whose turn ended the process is judged in real time only: on simulated time a killed run goes on as if nothing had been.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from database.errors import StorageError
from database.timestamps import iso_milliseconds
from orchestra.engine import Engine, Stores
from orchestra.messages.events import AlertEnded, AlertRaised, StopRequested
from orchestra.messages.halt import Halt, HaltKind
from orchestra.parts.engine_gauges import gauges_of
from orchestra.parts.quarantine import Quarantine
from orchestra.runtime.gauges import HourlyGauges
from orchestra.runtime.process.memory_gate import MemoryGate
from orchestra.runtime.process.service_notifier import ServiceNotifier
from orchestra.runtime.process.start_marks import LOOP_SECONDS, LOOP_STARTS
from orchestra.runtime.process.turn_marker import TurnMarker
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.rows import events

log = logging.getLogger(__name__)

# The watchdog bites after 90 seconds, the stacks are written after 60.
PING_SECONDS = 5.0
SAFE = "process.safe_mode"
SAFE_MODE = "the safe mode"
WHY_SAFE = (
    f"AutoTrader was started {LOOP_STARTS} times within {LOOP_SECONDS / 60:.0f} minutes and never ended in peace: "
    "no algorithm runs until trading is resumed"
)


class Stacks(Protocol):
    """What writes the stacks of a hanging engine."""

    def arm(self) -> None:
        """Begin the time anew after which they are written."""


@dataclass(frozen=True, slots=True)
class ProcessTools:
    """What a process is watched with. resident: reads its bytes of memory; limit: how many the system allows."""

    notifier: ServiceNotifier
    marker: TurnMarker
    stacks: Stacks
    resident: Callable[[], int]
    limit: int | None


class WatchedTurns:
    """Note whose code runs, and what its turn took; what is imported when it is built stays, and is no leak."""

    def __init__(self, marker: TurnMarker, memory: MemoryGate) -> None:
        self._marker = marker
        self._memory = memory

    def begin(self, algorithm_id: int) -> None:
        """Note whose code runs, and how much memory there is."""
        self._marker.begin(algorithm_id)
        self._memory.before_turn()

    def end(self, algorithm_id: int, *, is_build: bool = False) -> None:
        """Note that it has ended."""
        self._marker.end()
        if not is_build:
            self._memory.after_turn(algorithm_id)


class ProcessSide:
    """Wire an engine to its process. Call `begin` once the algorithms are in the books, before the engine runs."""

    def __init__(self, engine: Engine, stores: Stores, tools: ProcessTools, *, is_crash_loop: bool) -> None:
        self._engine = engine
        self._system = stores.system
        self._clock = engine.world.clock
        self._tools = tools
        self._is_real_time = not self._clock.is_simulated
        self._is_safe = is_crash_loop and self._is_real_time
        self._is_ready = False
        self._is_restarting = False
        self._ping_at = 0.0
        self._minute = engine.books.minute
        self.memory = MemoryGate(tools.resident, tools.limit)
        self.quarantine = Quarantine(stores.system, self._clock.now)
        self.gauges = gauges_of(engine, stores, tools.resident)
        self._hourly = HourlyGauges(self.gauges, self._clock.monotonic)
        engine.runner.turn_watch = WatchedTurns(tools.marker, self.memory)
        engine.roster.on_resume = self.quarantine.lift
        engine.close_gates_by(self._closed_gates)
        engine.each_pass(self._pass, at_stop=tools.notifier.stopping)

    def begin(self) -> None:
        """Draw the lesson from how the process before this one ended."""
        culprit = self._tools.marker.left_behind
        if culprit is not None and self._is_real_time and culprit in self._engine.books.records:
            log.warning("The last run ended during a turn of algorithm %d.", culprit)
            self.quarantine.strike(culprit)
        for algorithm_id, reason in self.quarantine.reasons.items():
            # Asking for an algorithm on the command line resumes it otherwise, and a service asks at every start.
            self._switch_off(algorithm_id, reason)
        if self._is_safe:
            self._enter_safe_mode()
        else:
            self._engine.publish(AlertEnded(SAFE))

    def _closed_gates(self) -> list[str]:
        safe = f"safe mode: {WHY_SAFE}" if self._is_safe else None
        return [reason for reason in (safe, self.memory.reason) if reason]

    def _pass(self) -> None:
        """Do what a finished pass of the loop means: the engine lives."""
        if not self._is_ready:
            self._is_ready = True
            self._tools.notifier.ready("Safe mode: no algorithm runs" if self._is_safe else "Trading")
        now = self._clock.monotonic()
        if now >= self._ping_at:
            self._ping_at = now + PING_SECONDS
            self._tools.notifier.alive()
            self._tools.stacks.arm()
        if self._engine.books.minute != self._minute:
            self._minute = self._engine.books.minute
            self.memory.after_minute()
        self._hourly.run_due()
        self._leave_safe_mode()
        self._restart_if_due()

    def _enter_safe_mode(self) -> None:
        self._engine.runner.resting = WHY_SAFE
        try:
            at = iso_milliseconds(self._clock.now())
            self._engine.halt.set(Halt(at, SAFE_MODE, WHY_SAFE, HaltKind.STOP_ENTRIES, is_automatic=True))
        except StorageError as error:
            # What cannot be stored may be what the program dies of: this process is halted all the same.
            log.error("The halt of the safe mode could not be stored: %s", error)  # noqa: TRY400
        self._alert(SAFE, f"Safe mode: {WHY_SAFE}.")

    def _leave_safe_mode(self) -> None:
        """Let the algorithms run again as soon as the owner has resumed."""
        if self._is_safe and not self._engine.halt.is_set:
            self._is_safe = False
            self._engine.runner.resting = ""
            self._engine.roster.restore()
            self._engine.publish(AlertEnded(SAFE))
            self._tools.notifier.ready("Trading")
            log.warning("Safe mode is over: the algorithms run again.")

    def _restart_if_due(self) -> None:
        """Switch off who took too much memory, and end: only a new process gets the memory back."""
        found = self.memory.too_much
        if found is None or self._is_restarting:
            return
        self._is_restarting = True
        self.quarantine.hold(found.algorithm_id, found.words)
        self._switch_off(found.algorithm_id, found.words)
        self._alert("process.memory", f"AutoTrader restarts: {found.words}.")
        self._engine.inbox.put(StopRequested("memory running out", is_restart=True))

    def _switch_off(self, algorithm_id: int, reason: str) -> None:
        record = self._engine.books.records.get(algorithm_id)
        if record is None or record.status in (AlgorithmStatus.STOPPED, AlgorithmStatus.ERROR):
            return
        self._engine.roster.switch_off(algorithm_id, reason)
        text = f"Algorithm {algorithm_id} ({record.name}) is switched off: {reason}."
        self._engine.publish(AlertRaised("algorithm.quarantined", text, record.ticker, algorithm_id))

    def _alert(self, kind: str, text: str) -> None:
        with self._system.transaction() as connection:
            events.insert(connection, kind, {"text": text, "symbol": ""}, at=iso_milliseconds(self._clock.now()))
        self._engine.publish(AlertRaised(kind, text))
