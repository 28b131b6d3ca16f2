"""The time limit of one algorithm's turn: an interval timer that interrupts strangers' code only.

In: a function of a strategy. Out: its result, or StrategyError / TurnInterrupted. Thread: main (signals
reach no other). While one of our own functions, a logging handler or the import machinery runs, the
alarm only asks to be raised on the way out, so that no lock, log line or transaction is cut in two.
"""

import logging
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

from database import shelter
from orchestra.runtime.clock import Clock
from system_databse.errors import StrategyError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

WARN_AFTER_SECONDS = 2.0
REPEAT_SECONDS = 0.05
ROOT = Path(__file__).resolve().parents[2]
OWN_CODE = tuple(f"{ROOT / package}/" for package in ("database", "system_databse", "orchestra"))
# Standard modules that hold locks of the whole process while they run; what a strategy waits for in
# threading or queue is its own lock and may be interrupted.
SHARED_LOCKS = ("logging", "importlib")
STANDARD_LIBRARY = str(Path(logging.__file__).resolve().parents[1])


class TurnInterrupted(BaseException):
    """Raised inside a strategy that overran its limit; no Exception, so that `except Exception` lets it pass."""


class TurnTimer:
    """Run strategy code under a limit of `limit_seconds` of the machine's time."""

    def __init__(self, clock: Clock, *, limit_seconds: float) -> None:
        self._clock = clock
        self._limit_seconds = limit_seconds
        self._is_armed = False
        self._deadline = 0.0

    def call(self, function: Callable[[], Result]) -> Result:
        """Return what the function returns.

        Raises TurnInterrupted when the limit was reached, StrategyError for whatever the function raised,
        SystemExit and other BaseExceptions included; KeyboardInterrupt is not contained.
        """
        started = self._clock.monotonic()
        try:
            return self._armed(function)
        except (TurnInterrupted, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise StrategyError(_last_line(error)) from error
        finally:
            elapsed = self._clock.monotonic() - started
            if elapsed > WARN_AFTER_SECONDS:
                log.warning("A strategy took %.1f s.", elapsed)

    def guard(self, function: Callable[[], Result]) -> Result:
        """Like call, but an interrupt is a StrategyError too: for imports and constructors."""
        try:
            return self.call(function)
        except TurnInterrupted as error:
            raise StrategyError(f"it did not end within {self._limit_seconds:g} s") from error

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the limit while a look-up for the strategy waits for the broker, then grant what was left."""
        if not self._is_armed or threading.current_thread() is not threading.main_thread():
            yield
            return
        left = max(self._deadline - self._clock.monotonic(), REPEAT_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            yield
        finally:
            self._start(left)

    def _armed(self, function: Callable[[], Result]) -> Result:
        """Run with the alarm set. A strategy may have taken the signal, hence a new handler each time."""
        signal.signal(signal.SIGALRM, self._on_alarm)
        self._is_armed = True
        self._start(self._limit_seconds)
        try:
            return function()
        finally:
            self._is_armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            shelter.forget()

    def _start(self, seconds: float) -> None:
        self._deadline = self._clock.monotonic() + seconds
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)

    def _on_alarm(self, _number: int, frame: FrameType | None) -> None:
        if not self._is_armed:
            return
        if shelter.defer(self._raise_if_armed) or _is_ours(frame):
            return  # the alarm repeats
        raise TurnInterrupted

    def _raise_if_armed(self) -> None:
        if self._is_armed:
            raise TurnInterrupted


def _is_ours(frame: FrameType | None) -> bool:
    """Say whether raising here would cut our own code or a shared lock of the standard library.

    Looks from the top of the stack down to the strategy's newest frame.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OWN_CODE) or _holds_shared_lock(frame):
            return True
        if _is_strategy(file):
            return False
        frame = frame.f_back
    return True


def _holds_shared_lock(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    return module.split(".")[0] in SHARED_LOCKS or frame.f_code.co_filename.startswith("<frozen importlib")


def _is_strategy(file: str) -> bool:
    is_library = file.startswith((STANDARD_LIBRARY, sys.prefix, "<"))
    return not is_library


def _last_line(error: BaseException) -> str:
    """Return the error in one line with the strategy's own line number."""
    frames = [entry for entry in traceback.extract_tb(error.__traceback__) if not entry.filename.startswith(OWN_CODE)]
    where = f" (line {frames[-1].lineno} of {Path(frames[-1].filename).name})" if frames else ""
    return f"{type(error).__name__}: {error}"[:500] + where
