"""Progress of a replay, for the person at the terminal.

In: news of the bus. Out: a line on the screen. Thread: the publisher's.
"""

import sys
from datetime import UTC, datetime
from typing import TextIO

from orchestra.messages.events import MinuteFinished, OrderFilled
from orchestra.runtime.clock import Clock

TERMINAL_SECONDS = 0.5
LOG_SECONDS = 10.0


class Progress:
    """Show market time, minutes and fills: in place on a terminal, a line now and then elsewhere."""

    def __init__(
        self,
        clock: Clock,
        *,
        total_minutes: int,
        done_minutes: int,
        done_fills: int = 0,
        stream: TextIO = sys.stderr,
    ) -> None:
        self._clock = clock
        self._total = total_minutes
        self._done = done_minutes
        self._fills = done_fills
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._next_at = clock.monotonic()

    def on_event(self, event: object) -> None:
        """Count, and show what is due."""
        if isinstance(event, OrderFilled):
            self._fills += 1
        elif isinstance(event, MinuteFinished):
            self._done += 1
            self._show(event.minute)

    def finish(self) -> None:
        """Leave the line."""
        if self._is_terminal:
            self._stream.write("\n")

    def _show(self, minute: int) -> None:
        if self._clock.monotonic() < self._next_at and self._done < self._total:
            return
        self._next_at = self._clock.monotonic() + (TERMINAL_SECONDS if self._is_terminal else LOG_SECONDS)
        when = datetime.fromtimestamp(minute, UTC).strftime("%Y-%m-%d %H:%M UTC")
        text = f"{when}  {self._done:,} of {self._total:,} minutes  {self._fills} fills"
        self._stream.write(f"\r{text}" if self._is_terminal else f"{text}\n")
        self._stream.flush()
