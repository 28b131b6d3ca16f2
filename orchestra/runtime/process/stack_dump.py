"""The stacks of all threads, written to a file when the process dies or its engine hangs.

In: passes of the engine. Out: stacks.log in the logs. Thread: main; faulthandler writes the file in C, even while
Python hangs. The watchdog of systemd ends a hanging process with SIGABRT, which is dumped too.
"""

import faulthandler
import logging
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

HUNG_SECONDS = 60.0
LARGEST_BYTES = 1024 * 1024


class StackDump:
    """Dump the stacks when nobody has called `arm` for a minute. Raises nothing: it only helps to find a cause."""

    def __init__(self, folder: Path) -> None:
        self._file: TextIO | None = None
        path = folder / "stacks.log"
        try:
            is_long = path.exists() and path.stat().st_size > LARGEST_BYTES
            self._file = path.open("w" if is_long else "a", encoding="utf-8")
        except OSError as error:
            log.warning("Stacks of a hanging engine will not be written (%s: %s).", path, error.strerror)
            return
        faulthandler.enable(self._file)

    def arm(self) -> None:
        """Begin the minute anew."""
        if self._file is not None:
            faulthandler.dump_traceback_later(HUNG_SECONDS, file=self._file)

    def close(self) -> None:
        """Dump nothing any more."""
        if self._file is not None:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()
            self._file.close()
            self._file = None
