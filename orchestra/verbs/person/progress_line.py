"""How far a verb is: one line in place on a terminal, a line now and then elsewhere.

In: Progress. Out: text on a stream. Thread: main.
"""

from typing import TextIO

from orchestra.backtest.progress import Progress
from orchestra.runtime.clock import Clock

TERMINAL_SECONDS = 0.2
LOG_SECONDS = 10.0


class ProgressLine:
    """Show percent, what is being worked on, and how long it will still take. what: minutes, trials, bars."""

    def __init__(self, stream: TextIO, clock: Clock, *, what: str = "minutes") -> None:
        self._stream = stream
        self._clock = clock
        self._what = what
        self._is_terminal = stream.isatty()
        self._started = self._next_at = clock.monotonic()
        self._has_shown = False

    def show(self, progress: Progress) -> None:
        """Show it, if it is time."""
        now = self._clock.monotonic()
        if now < self._next_at and progress.done < progress.total:
            return
        # Elsewhere than on a terminal a short job says nothing: the first line comes after ten seconds.
        is_late_enough = self._is_terminal or now - self._started >= LOG_SECONDS
        self._next_at = now + (TERMINAL_SECONDS if self._is_terminal else LOG_SECONDS)
        if not is_late_enough:
            return
        text = f"{progress.fraction:4.0%}  {progress.done:,} of {progress.total:,} {self._what}  {progress.at}"
        text += self._left(progress, now)
        self._stream.write(f"\r{text:<78}" if self._is_terminal else f"{text}\n")
        self._stream.flush()
        self._has_shown = True

    def finish(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._has_shown:
            self._stream.write("\n")
            self._stream.flush()

    def _left(self, progress: Progress, now: float) -> str:
        if not 0 < progress.done < progress.total:
            return ""
        seconds = round((now - self._started) / progress.done * (progress.total - progress.done))
        return f"  about {seconds // 60}:{seconds % 60:02} left"
