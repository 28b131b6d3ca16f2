"""The evening's parity check of an engine: a child process after each close, looked at now and then.

In: market time, the last decided minute. Out: a kept check, a log line and an event. Thread: engine, which never waits.
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

Start = Callable[[str, list[str]], "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """What a check reads and where it is kept."""

    market: Path
    system: Path
    logs: Path


class EveningParity:
    """Check each session once, the newest only, at most one at a time.

    decided_until: the last decided minute. start: starts a module of ours as a child process.
    """

    def __init__(
        self,
        files: CheckedFiles,
        calendar: MarketCalendar,
        clock: Clock,
        *,
        decided_until: Callable[[], int],
        publish: Callable[[object], None],
        start: Start = start_quietly,
    ) -> None:
        self._files = files
        self._calendar = calendar
        self._clock = clock
        self._decided_until = decided_until
        self._publish = publish
        self._start = start
        self._child: subprocess.Popen[bytes] | None = None
        self._day: date | None = None
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
        day = self._due_day()
        if day is None or day == self._day:
            return
        self._day = day
        if file_of(self._files.logs, day).exists():
            return
        paths = [str(self._files.market), str(self._files.system), str(self._files.logs)]
        try:
            self._child = self._start(CHILD, [*paths, day.isoformat()])
        except OSError as error:
            log.warning("The parity check of %s could not be started (%s).", day, error.strerror)
            return
        self._ends_at = self._clock.monotonic() + LIMIT_SECONDS

    def _due_day(self) -> date | None:
        """Return the day of the last session, when it is over and something was decided in it."""
        now = int(self._clock.now().timestamp())
        session = self._calendar.last_session(now)
        wait = 0 if self._clock.is_simulated else AFTER_CLOSE_SECONDS
        if session is None or now < session.close + wait or self._decided_until() <= session.open:
            return None
        return session.day

    def _look(self, child: "subprocess.Popen[bytes]") -> None:
        code = child.poll()
        if code is None and self._clock.monotonic() < self._ends_at:
            return
        self.close()
        if code is None:
            log.warning("The parity check of %s took too long and was ended.", self._day)
        else:
            self._tell(code)

    def _tell(self, code: int) -> None:
        if self._day is None:
            return
        path = file_of(self._files.logs, self._day)
        found = _read(path)
        if found is None:
            log.warning("The parity check of %s ended with code %d and left nothing to read.", self._day, code)
            return
        unexplained = int(found.get("unexplained", 0))
        level = logging.WARNING if unexplained or not found.get("is_whole") else logging.INFO
        log.log(level, "Parity of %s: %s. Details: %s", self._day, found["headline"], path)
        self._publish(ParityChecked(self._day.isoformat(), str(found["headline"]), unexplained))


def _read(path: Path) -> dict[str, Any] | None:
    """Return a kept check; it is written as a whole, so what cannot be read is not there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "headline" in found else None
