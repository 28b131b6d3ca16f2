"""The process of a run: noted at its start, watched while it lasts, noted again when it ends in peace.

In: a data directory, what systemd lends. Out: marks, markers and dumps for whoever watches the engine. Thread: main.
"""

import logging
from contextlib import ExitStack
from types import TracebackType

from database.errors import ConfigError
from orchestra.run.data_directory import DataDirectory
from orchestra.runtime.clock import Clock
from orchestra.runtime.process.process_figures import ResidentMemory, memory_limit
from orchestra.runtime.process.service_notifier import ServiceNotifier
from orchestra.runtime.process.stack_dump import StackDump
from orchestra.runtime.process.start_marks import StartMarks
from orchestra.runtime.process.stop_switch import StoppedWhileStarting
from orchestra.runtime.process.turn_marker import TurnMarker
from orchestra.runtime.settings import ServiceManager

log = logging.getLogger(__name__)

# A start that was told to stop, or that refused in words, has ended as it should.
PEACEFUL = (ConfigError, StoppedWhileStarting)


class RunProcess:
    """A context around everything that may crash. is_crash_loop: this start is one too many within ten minutes."""

    def __init__(self, directory: DataDirectory, manager: ServiceManager, clock: Clock) -> None:
        self.notifier = ServiceNotifier(manager.socket)
        self.memory_limit = memory_limit()
        self.is_crash_loop = False
        self._directory = directory
        self._manager = manager
        self._marks = StartMarks(directory.logs / "starts.json", clock.now)
        self._stack = ExitStack()

    def __enter__(self) -> "RunProcess":
        """Note the start and open what is written while the run lasts."""
        self._stack.callback(self.notifier.close)
        self.is_crash_loop = self._marks.begin()
        self.stacks = StackDump(self._directory.logs)
        self._stack.callback(self.stacks.close)
        self.marker = TurnMarker((self._manager.folder or self._directory.logs) / "turn")
        self._stack.callback(self.marker.close)
        self.resident = ResidentMemory()
        self._stack.callback(self.resident.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, and note a peaceful end."""
        self._stack.close()
        if error is None or isinstance(error, PEACEFUL):
            self._marks.end()
