"""The exchange as a process of its own, as `python -m orchestra.paper_exchange` starts it."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.source_tree import ROOT

START_SECONDS = 60


class Child:
    """One run of the program: on a file or the synthetic market, in a directory or a temporary one."""

    def __init__(self, file: Path | None, data_dir: Path | None, *more: str) -> None:
        replay = () if file is None else ("--replay", str(file))
        directory = () if data_dir is None else ("--data-dir", str(data_dir))
        self.process = subprocess.Popen(
            [sys.executable, *("-m", "orchestra.paper_exchange"), *replay, *directory, *("--port", "0"), *more],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def base_url(self) -> str:
        """Wait for the line that says where it listens."""
        assert self.process.stdout is not None
        words = self.process.stdout.readline().split()
        assert words[:2] == ["Listening", "on"], self.finish()
        return words[2].rstrip(",")

    def finish(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Send the signal, if any, and return the exit code and what was said on stderr."""
        if number is not None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=START_SECONDS)
        return self.process.returncode, errors
