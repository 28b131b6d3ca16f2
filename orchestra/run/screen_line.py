"""One line on the screen that tells how far a long task is, and how long it will still take.

In: what is done. Out: the line, in place on a terminal, now and then elsewhere. Thread: one.
"""

from collections.abc import Callable
from typing import TextIO

TERMINAL_SECONDS = 0.2
LOG_SECONDS = 10.0


class ScreenLine:
    """Show progress. total: of the task, in whatever it is measured; monotonic: steady seconds."""

    def __init__(self, stream: TextIO, monotonic: Callable[[], float], *, total: float) -> None:
        self._stream = stream
        self._monotonic = monotonic
        self._total = total
        self._is_terminal = stream.isatty()
        self._began_at = monotonic()
        self._next_at = self._began_at
        self._width = 0

    def show(self, text: str, *, done: float) -> None:
        """Show the text with the share done and the time left, unless the last one is still fresh."""
        now = self._monotonic()
        if now < self._next_at and done < self._total:
            return
        self._next_at = now + (TERMINAL_SECONDS if self._is_terminal else LOG_SECONDS)
        share = done / self._total if self._total else 1.0
        left = time_left(now - self._began_at, share)
        self._write(f"{text}  {share:4.0%}{f'  {left}' if left else ''}")

    def finish(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()
            self._width = 0

    def _write(self, line: str) -> None:
        # Blanks over what is left of a longer line before.
        self._stream.write(f"\r{line.ljust(self._width)}" if self._is_terminal else f"{line}\n")
        self._stream.flush()
        self._width = len(line)


def time_left(seconds: float, share: float) -> str:
    """Return how long the rest takes at the pace so far; empty as long as nobody can tell, and at the end."""
    if not 0.0 < share < 1.0:
        return ""
    rest = round(seconds / share * (1.0 - share))
    if rest < 60:
        return f"{rest} s left"
    minutes = round(rest / 60)
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min left"
