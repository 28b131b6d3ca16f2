"""The start marks: when the program was started lately, and whether it ended in peace.

In: a start, an end. Out: whether this start is one of a crash loop. Thread: main. The marks are a small file, written
before anything else of the run is opened, so that a start that dies early counts as well.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

log = logging.getLogger(__name__)

LOOP_SECONDS = 600.0
# The fifth start without a peaceful end before it: systemd gives up on the sixth (StartLimitBurst=5).
LOOP_STARTS = 5
KEPT = 20


@dataclass(frozen=True, slots=True)
class StartMark:
    """One start. at: epoch seconds; is_clean: the run it began has ended as it should."""

    at: float
    is_clean: bool = False


class StartMarks:
    """Count starts. now: the machine's time; a clock that is wrong is wrong for all starts of one boot alike."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._marks: list[StartMark] = []

    def begin(self) -> bool:
        """Note a start; return whether it is the fifth within ten minutes, none of them ended in peace."""
        now = self._now().timestamp()
        self._marks = [*self._read(), StartMark(now)][-KEPT:]
        self._write()
        recent = [mark for mark in self._marks if 0 <= now - mark.at <= LOOP_SECONDS]
        unclean = [mark for mark in recent if not mark.is_clean]
        has_ended_well = any(mark.is_clean for mark in recent[-LOOP_STARTS:])
        return len(unclean) >= LOOP_STARTS and not has_ended_well

    def end(self) -> None:
        """Note that the run ends as it should: told to stop, refused in words, or ended by itself for a restart."""
        if self._marks:
            self._marks[-1] = replace(self._marks[-1], is_clean=True)
            self._write()

    def _read(self) -> list[StartMark]:
        """Return the marks that are kept; a file that cannot be read counts nothing."""
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return [StartMark(float(row["at"]), is_clean=row["is_clean"] is True) for row in rows]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("The marks of earlier starts cannot be read (%s): they begin anew.", error)
            return []

    def _write(self) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps([asdict(mark) for mark in self._marks]), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            log.warning("This start cannot be noted (%s): a crash loop will not be seen.", error.strerror)
