"""Backup rounds: every quarter of an hour while trading, at the close, and a full check once a session is over.

In: market time, a way to make a backup, a way to check. Out: backups, alerts, a halt when a check finds damage.
Thread: engine, which never waits; copying and checking are done on the fetcher.
"""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import date
from typing import Any

from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError, StorageDamaged
from orchestra.messages.events import AlertEnded, AlertRaised
from orchestra.runtime.clock import Clock

log = logging.getLogger(__name__)

FAILED = "backup.failed"
EVERY_SECONDS = 900.0
# Real time may still bring a fill after the close.
AFTER_CLOSE_SECONDS = 60
# A check reads every page: not more than this often, however fast simulated sessions go by.
CHECK_SECONDS = 6 * 3600.0
RETRY_SECONDS = 60.0
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rounds:
    """What is done. start: runs a call on the fetcher under a name. back_up: returns the name of the new backup.

    check: returns what is wrong, a sentence each. decided_until: the last decided minute. on_damage: halts.
    """

    start: Callable[[str, Callable[[], Any]], "Future[Any]"]
    back_up: Callable[[], str]
    check: Callable[[], list[str]]
    decided_until: Callable[[], int]
    on_damage: Callable[[str], None]
    publish: Callable[[object], None]


class BackupRounds:
    """Make the rounds; call run_due on each pass. checked_at: steady seconds of the last check that found all whole."""

    def __init__(self, rounds: Rounds, calendar: MarketCalendar, clock: Clock) -> None:
        self._rounds = rounds
        self._calendar = calendar
        self._clock = clock
        self._due_at = clock.monotonic() + EVERY_SECONDS
        self._check_at = self._looked_at = clock.monotonic()
        self._backed_up_until = rounds.decided_until()
        self._closed_day = self._over()
        self._checked_day = self._closed_day
        self._copying: Future[str] | None = None
        self._checking: Future[list[str]] | None = None
        # Not known: an earlier run may have told of a failure.
        self._has_failed: bool | None = None
        self.checked_at: float | None = None

    @property
    def due_seconds(self) -> float:
        """Return in how many steady seconds the next backup is made, if anything was decided until then."""
        return max(0.0, self._due_at - self._clock.monotonic())

    @property
    def has_failed(self) -> bool:
        """Say whether the last backup could not be made."""
        return bool(self._has_failed)

    def run_due(self) -> None:
        """Start what is due, take what is done."""
        now = self._clock.monotonic()
        if now < self._looked_at + LOOK_SECONDS:
            return
        self._looked_at = now
        if self._copying is not None and self._copying.done():
            self._take_copied(self._copying)
        if self._checking is not None and self._checking.done():
            self._take_checked(self._checking)
        self._start_due(now)

    def _start_due(self, now: float) -> None:
        day = self._over()
        # Simulated sessions may last seconds: there a close is no reason of its own.
        has_closed = day != self._closed_day and not self._clock.is_simulated
        if self._copying is None and (now >= self._due_at or has_closed):
            self._due_at, self._closed_day = now + EVERY_SECONDS, day
            if self._rounds.decided_until() != self._backed_up_until or self._has_failed:
                self._backed_up_until = self._rounds.decided_until()
                self._copying = self._rounds.start("backup", self._rounds.back_up)
        if self._checking is None and day != self._checked_day and now >= self._check_at:
            self._checked_day, self._check_at = day, now + CHECK_SECONDS
            self._checking = self._rounds.start("check", self._rounds.check)

    def _take_copied(self, copied: "Future[str]") -> None:
        self._copying = None
        try:
            log.info("Backup %s was made.", copied.result())
            if self._has_failed is not False:
                self._rounds.publish(AlertEnded(FAILED))
            self._has_failed = False
        except StorageDamaged as error:
            self._rounds.on_damage(str(error))
        except CancelledError:
            return
        except AutoTraderError as error:
            self._due_at = self._clock.monotonic() + RETRY_SECONDS
            log.warning("No backup was made: %s", error)
            if not self._has_failed:
                self._rounds.publish(AlertRaised(FAILED, f"No backup was made: {error}"))
            self._has_failed = True

    def _take_checked(self, checked: "Future[list[str]]") -> None:
        self._checking = None
        try:
            found = checked.result()
        except CancelledError:
            return
        except AutoTraderError as error:
            found = [str(error)]
        for sentence in found:
            self._rounds.on_damage(sentence)
        if not found:
            self.checked_at = self._clock.monotonic()
            log.info("The databases were checked after the close and are whole.")

    def _over(self) -> date | None:
        """Return the day of the last session that is over."""
        now = int(self._clock.now().timestamp())
        session = self._calendar.last_session(now)
        wait = 0 if self._clock.is_simulated else AFTER_CLOSE_SECONDS
        if session is not None and now < session.close + wait:
            session = self._calendar.last_session(session.open - 1)
        return session.day if session else None
