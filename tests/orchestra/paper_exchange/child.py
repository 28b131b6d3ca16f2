"""The exchange as a process of its own, as `python -m orchestra.paper_exchange` starts it."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.source_tree import ROOT

START_SECONDS = 60


class Child:
    """One run of the program in front of one book."""

    def __init__(self, file: Path, data_dir: Path, *more: str) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "orchestra.paper_exchange", "--replay", str(file), "--data-dir", str(data_dir), "--port", "0"),
                *more,
            ],
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
