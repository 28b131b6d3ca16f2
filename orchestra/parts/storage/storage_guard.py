"""The storage guard: a disk that takes no writes costs minutes, never an order and never the run.

In: the engine's steps. Out: the same, skipped while nothing can be stored. Thread: engine.
A failed write is not repeated. The file is opened again and checked, memory is read anew from it (a commit that failed
may have reached the disk after all), the minutes that went by are written down as missed, the broker is asked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from database.errors import StorageUnavailable
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds, iso_minute
from orchestra.messages.commands import CommandGiven
from orchestra.messages.events import AlertRaised
from orchestra.messages.lockstep import Tick
from orchestra.runtime.clock import Clock
from system_databse.rows import events

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 1.0
LATEST_RETRY_SECONDS = 15.0
DOWN, BACK = "storage.down", "storage.back"


def keep_still(*_arguments: Any) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done once the disk takes writes again, in this order, and whom to tell.

    make_room: gives up what was kept for this, when the disk is full. read_anew: memory from the file. record_missed:
    the minutes that were not decided. settle: ends the minute that was broken off. reconcile: asks the broker.
    """

    read_anew: Callable[[], None]
    record_missed: Callable[[Sequence[int]], None]
    settle: Callable[[int], None]
    reconcile: Callable[[str], None]
    publish: Callable[[object], None]
    make_room: Callable[[], None] = keep_still


class StorageGuard:
    """Wrap the steps of an engine. Until `arm` is called it lets every error through: a replay must not skip."""

    def __init__(self, store: SqliteStore, clock: Clock, steps: Steps) -> None:
        self._store = store
        self._clock = clock
        self._steps = steps
        self._is_armed = False
        self._why: str | None = None
        self._skipped: list[int] = []
        self._unfinished: int | None = None
        self._retry_at = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS

    def arm(self, make_room: Callable[[], None] = keep_still) -> None:
        """Keep the run going from now on."""
        self._is_armed = True
        self._steps = replace(self._steps, make_room=make_room)

    @property
    def is_down(self) -> bool:
        """Say whether nothing can be stored, so that nothing is decided."""
        return self._why is not None

    def closed_gates(self) -> list[str]:
        """Return why nothing may be opened now."""
        return [self._why] if self._why else []

    def minute(self, run: Callable[[Tick], None]) -> Callable[[Tick], None]:
        """Return the running of a minute; one that could not be stored is written down as missed later."""

        def guarded(tick: Tick) -> None:
            self._unfinished = tick.minute
            if not self._attempt(run, tick):
                self._skip([tick.minute])

        return guarded

    def settling(self, settle: Callable[[int], None]) -> Callable[[int], None]:
        """Return the end of a minute; one that was broken off is made up for."""

        def guarded(minute: int) -> None:
            if self._attempt(settle, minute):
                self._unfinished = None

        return guarded

    def missed(self, record: Callable[[Sequence[int]], None]) -> Callable[[Sequence[int]], None]:
        """Return the recording of minutes that went by; it is made up for as well."""

        def guarded(minutes: Sequence[int]) -> None:
            if not self._attempt(record, minutes):
                self._skip(minutes)

        return guarded

    def handlers(self, handlers: Mapping[type, Callable[[Any], None]]) -> dict[type, Callable[[Any], None]]:
        """Return the handlers of messages. News that is dropped is asked for later; a command is always answered."""
        return {kind: self.shield(handler, always=kind is CommandGiven) for kind, handler in handlers.items()}

    def shield(
        self, work: Callable[..., None], *, instead: Callable[[], None] = keep_still, always: bool = False
    ) -> Callable[..., None]:
        """Return work that is left out while nothing can be stored. instead: what is done then."""

        def guarded(*arguments: Any) -> None:
            if not self._attempt(work, *arguments, always=always):
                instead()

        return guarded

    def _attempt(self, work: Callable[..., None], *arguments: Any, always: bool = False) -> bool:
        if self.is_down and not self._has_come_back() and not always:
            return False
        try:
            work(*arguments)
        except StorageUnavailable as error:
            if not self._is_armed:
                raise
            self._lose(error)
            return False
        return True

    def _lose(self, error: StorageUnavailable) -> None:
        self._retry_at = self._clock.monotonic()
        if error.is_full:
            self._steps.make_room()
        else:
            self._retry_at += self._retry_seconds
        if self.is_down:
            return
        self._why = f"nothing can be stored ({error})"
        log.error("Nothing is decided and nothing is sent until the disk takes writes again: %s", error)
        self._steps.publish(AlertRaised(DOWN, f"Nothing is decided until the disk takes writes again: {error}"))

    def _skip(self, minutes: Sequence[int]) -> None:
        self._skipped += [minute for minute in minutes if minute not in self._skipped]

    def _has_come_back(self) -> bool:
        """Open the file again where it failed, and go on where it can be written; raises StorageDamaged."""
        if self._clock.monotonic() < self._retry_at:
            return False
        try:
            self._store.revive()
            self._steps.read_anew()
            self._write_down()
        except StorageUnavailable as error:
            self._retry_seconds = min(2 * self._retry_seconds, LATEST_RETRY_SECONDS)
            self._lose(error)
            self._retry_at = self._clock.monotonic() + self._retry_seconds
            return False
        self._go_on()
        return True

    def _write_down(self) -> None:
        """Tell the disk itself what it missed: this is also the trial whether it takes writes."""
        text = f"The disk took no writes ({self._why}); {len(self._skipped)} minutes were not decided."
        minutes = ", ".join(map(iso_minute, self._skipped))
        with self._store.transaction() as connection:
            told = {"severity": "critical", "text": text, "minutes": minutes}
            events.insert(connection, DOWN, told, at=iso_milliseconds(self._clock.now()))
        self._steps.record_missed(sorted(self._skipped))

    def _go_on(self) -> None:
        self._why, self._skipped, self._retry_seconds = None, [], FIRST_RETRY_SECONDS
        log.warning("The disk takes writes again; trading goes on.")
        self._steps.publish(AlertRaised(BACK, "The disk takes writes again; trading goes on."))
        self._attempt(self._steps.reconcile, "storage")
        if self._unfinished is not None and self._attempt(self._steps.settle, self._unfinished):
            self._unfinished = None
