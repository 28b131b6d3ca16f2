"""The evening's parity check of an engine: a child process after each close, looked at now and then.

In: market time, when something was decided. Out: a kept check, a log line and an event. Thread: engine, which never
waits.
"""

import json
import logging
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from database.calendar_manager import MarketCalendar
from orchestra.backtest.checks.parity.kept_checks import file_of
from orchestra.backtest.jobs.quiet_child import end, start_quietly
from orchestra.messages.events import ParityChecked
from orchestra.runtime.clock import Clock

log = logging.getLogger(__name__)

CHILD = "orchestra.verbs.children.evening_check"
# Real time may still bring a fill or a corrected bar after the close; simulated time does not.
AFTER_CLOSE_SECONDS = 300
LIMIT_SECONDS = 900.0
LOOK_SECONDS = 1.0
# A check that broke off or ran out of time may do better later; one that never can is not asked for ever.
MOST_TRIES = 3
AGAIN_SECONDS = 600.0

Start = Callable[[str, list[str]], "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """What a check reads and where it is kept."""

    market: Path
    system: Path
    logs: Path


class EveningParity:
    """Check each session once, the newest that is over only, at most one at a time; what broke off, a few times.

    A session that nobody could check in its evening is checked during the next one: the child stands back.
    newest_decision: the newest minute decided up to a second. start: starts a module of ours as a child process.
    """

    def __init__(
        self,
        files: CheckedFiles,
        calendar: MarketCalendar,
        clock: Clock,
        *,
        newest_decision: Callable[[int], int | None],
        publish: Callable[[object], None],
        start: Start = start_quietly,
    ) -> None:
        self._files = files
        self._calendar = calendar
        self._clock = clock
        self._newest_decision = newest_decision
        self._publish = publish
        self._start = start
        self._child: subprocess.Popen[bytes] | None = None
        self._over_until: int | None = None
        self._day: date | None = None
        self._tries_left = 0
        self._again_at = 0.0
        self._ends_at = 0.0
        self._looked_at = -LOOK_SECONDS

    def run_due(self) -> None:
        """Start the check of a session that is over, or take what a check has found."""
        if self._child is None:
            self._start_if_due()
        elif self._clock.monotonic() >= self._looked_at + LOOK_SECONDS:
            self._looked_at = self._clock.monotonic()
            self._look(self._child)

    def close(self) -> None:
        """End a check that is under way; the next start does it anew."""
        if self._child is not None:
            end(self._child)
            self._child = None

    def _start_if_due(self) -> None:
        self._turn_to_newest_day()
        day = self._day
        if day is None or not self._tries_left or self._clock.monotonic() < self._again_at:
            return
        self._tries_left -= 1
        paths = [str(self._files.market), str(self._files.system), str(self._files.logs)]
        try:
            self._child = self._start(CHILD, [*paths, day.isoformat()])
        except OSError as error:
            log.warning("The parity check of %s could not be started (%s).", day, error.strerror)
            self._again_at = self._clock.monotonic() + AGAIN_SECONDS
            return
        self._ends_at = self._clock.monotonic() + LIMIT_SECONDS

    def _turn_to_newest_day(self) -> None:
        """Find the newest session that is over and has decisions, each time that one has ended or begun."""
        until = self._sessions_over_until()
        if until == self._over_until:
            return
        newest = self._newest_decision(until)
        self._over_until = until
        session = None if newest is None else self._calendar.session_for_decision(newest)
        day = None if session is None else session.day
        if day != self._day:
            self._day, self._again_at = day, 0.0
            self._tries_left = 0 if day is None or self._is_done(day) else MOST_TRIES

    def _sessions_over_until(self) -> int:
        """Return the second up to which sessions are over: the last close, or the open of the one under way."""
        now = int(self._clock.now().timestamp())
        session = self._calendar.last_session(now)
        if session is None:
            return 0
        wait = 0 if self._clock.is_simulated else AFTER_CLOSE_SECONDS
        return session.close if now >= session.close + wait else session.open

    def _is_done(self, day: date) -> bool:
        """Say whether a check is kept that went to its end."""
        found = _read(file_of(self._files.logs, day))
        return found is not None and bool(found.get("is_whole", True))

    def _look(self, child: "subprocess.Popen[bytes]") -> None:
        code = child.poll()
        if code is None and self._clock.monotonic() < self._ends_at:
            return
        self.close()
        self._again_at = self._clock.monotonic() + AGAIN_SECONDS
        if self._day is None:
            return
        if code is None:
            log.warning("The parity check of %s took too long and was ended.", self._day)
            return
        self._tell(self._day, code)
        if self._is_done(self._day):
            self._tries_left = 0

    def _tell(self, day: date, code: int) -> None:
        path = file_of(self._files.logs, day)
        found = _read(path)
        if found is None:
            log.warning("The parity check of %s ended with code %d and left nothing to read.", day, code)
            return
        unexplained = int(found.get("unexplained", 0))
        level = logging.WARNING if unexplained or not found.get("is_whole") else logging.INFO
        log.log(level, "Parity of %s: %s. Details: %s", day, found["headline"], path)
        self._publish(ParityChecked(day.isoformat(), str(found["headline"]), unexplained))


def _read(path: Path) -> dict[str, Any] | None:
    """Return a kept check; it is written as a whole, so what cannot be read is not there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "headline" in found else None
