"""The time limit of one algorithm's turn: an interval timer that interrupts strangers' code only.

In: a function of a strategy. Out: its result, or StrategyError / TurnInterrupted. Thread: main (signals
reach no other). While one of our own functions, a logging handler or the import machinery runs, the
alarm only asks to be raised on the way out, so that no lock, log line or transaction is cut in two.

Not stopped, a watchdog's business: a loop that swallows BaseException each time (Python itself does so for a
`__del__`), a C call that never returns to Python (a huge power, a bad regular expression: their turn ends with
the call), code that takes SIGALRM away and then loops. Threads of a strategy are not limited; the process does not
wait for them.
"""

import decimal
import inspect
import logging
import signal
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeVar

from database import shelter
from database.errors import StorageError
from orchestra.runtime import log_setup
from orchestra.runtime.clock import Clock
from orchestra.runtime.plain_text import plain_line
from orchestra.runtime.process.stop_switch import StoppedWhileStarting
from system_databse.errors import StrategyError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LONGEST_ERROR = 600
REPEAT_SECONDS = 0.05
# How often within its limit a turn of many is looked at.
LOOKS = 5
ROOT = Path(__file__).resolve().parents[3]
OWN_CODE = tuple(f"{ROOT / package}/" for package in ("database", "system_databse", "orchestra"))
# Standard modules that hold locks of the whole process while they run; what a strategy waits for in
# threading or queue is its own lock and may be interrupted.
SHARED_LOCKS = ("logging", "importlib")
SHELTER = (__file__, shelter.__file__, log_setup.__file__)
STANDARD_LIBRARY = tuple(f"{Path(found).parents[1]}/" for found in {logging.__file__, sysconfig.__file__}) + tuple(
    f"{Path(sysconfig.get_path(name)).resolve()}/" for name in ("stdlib", "platstdlib")
)
INSTALLED = ("/site-packages/", "/dist-packages/")
OURS_TO_HANDLE = (signal.SIGINT, signal.SIGTERM)


class TurnInterrupted(BaseException):
    """Raised inside a strategy that overran its limit; no Exception, so that `except Exception` lets it pass."""


class TurnTimer:
    """Run strategy code under a limit of `limit_seconds` of the machine's time.

    repeat_seconds: how soon the alarm comes again when it met code that must not be cut.
    """

    def __init__(self, clock: Clock, *, limit_seconds: float, repeat_seconds: float = REPEAT_SECONDS) -> None:
        self._clock = clock
        self._limit_seconds = limit_seconds
        self._repeat_seconds = repeat_seconds
        self._is_armed = False
        self._is_looking = False
        self._deadline = 0.0
        self._look: Callable[[int, FrameType | None], None] | None = None

    def call(self, function: Callable[[], Result]) -> Result:
        """Return what the function returns.

        Raises TurnInterrupted when the limit was reached, StrategyError for whatever the function raised,
        SystemExit, KeyboardInterrupt and other BaseExceptions included: Ctrl-C comes as a message, never as an
        exception. A StorageError of ours is not contained: a database that fails is not the strategy's fault.
        """
        try:
            return self._armed(function)
        except (TurnInterrupted, StoppedWhileStarting, StorageError):
            raise
        except BaseException as error:
            raise StrategyError(self._told(error)) from error

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
        left = max(self._deadline - self._clock.monotonic(), self._repeat_seconds)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            yield
        finally:
            self._start(left)

    @contextmanager
    def watching(self, position: Callable[[], object], *, entry: CodeType) -> Iterator[None]:
        """Limit very many short turns with one timer: it looks now and then where they are, and costs them nothing.

        position: changes with every turn. entry: the code that starts them, the end of what is the strategy's.
        A turn ends between one limit and six fifths of it. On another thread than the main one nothing is limited.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        seen, looks = position(), 0

        def look(_number: int, frame: FrameType | None) -> None:
            nonlocal seen, looks
            here = position()
            looks = looks + 1 if here == seen else 0
            seen = here
            if looks >= LOOKS and not shelter.is_inside() and not _is_ours(frame, entry):
                raise TurnInterrupted

        before = signal.getsignal(signal.SIGALRM)
        self._look = look
        self._look_on()
        try:
            yield
        finally:
            self._look = None
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def told(self, error: BaseException) -> str:
        """Return what a strategy raised in words, or raise it again: what `call` does with it."""
        if isinstance(error, (StoppedWhileStarting, StorageError)):
            raise error
        return self._told(error)

    def _look_on(self) -> None:
        if self._look is not None:
            signal.signal(signal.SIGALRM, self._look)
            interval = self._limit_seconds / LOOKS
            signal.setitimer(signal.ITIMER_REAL, interval, interval)

    def _told(self, error: BaseException) -> str:
        """Return the error in words; these are the strategy's own code too, so they get a limit of their own."""
        try:
            return plain_line(self._armed(lambda: _last_line(error)), longest=LONGEST_ERROR)
        except StoppedWhileStarting:
            raise
        except BaseException:  # noqa: BLE001 - part of the algorithm's turn
            return f"{type(error).__name__}, which cannot be put into words"

    def _armed(self, function: Callable[[], Result]) -> Result:
        """Run with the alarm set, and take back whatever the strategy took for itself.

        Signals and their mask, and the precision of decimals: the engine counts money with those.
        """
        if threading.current_thread() is not threading.main_thread():
            # Signals reach the main thread only: elsewhere, on a worker of a cluster, nothing is limited.
            with decimal.localcontext():
                return function()
        handlers = [(number, signal.getsignal(number)) for number in OURS_TO_HANDLE]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGALRM,))
        signal.signal(signal.SIGALRM, self._on_alarm)
        self._is_armed = True
        self._start(self._limit_seconds)
        try:
            with decimal.localcontext():
                return function()
        finally:
            self._is_armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            shelter.forget()
            signal.signal(signal.SIGALRM, self._on_alarm)
            _put_back(handlers)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGALRM, *OURS_TO_HANDLE))
            self._look_on()

    def _start(self, seconds: float) -> None:
        self._deadline = self._clock.monotonic() + seconds
        signal.setitimer(signal.ITIMER_REAL, seconds, self._repeat_seconds)

    def _on_alarm(self, _number: int, frame: FrameType | None) -> None:
        # One look at a time: a slow machine's next alarm comes before this look ends, and many would pile up the stack.
        if not self._is_armed or self._is_looking:
            return
        self._is_looking = True
        try:
            must_wait = shelter.defer(self._raise_if_armed) or _is_ours(frame)
        finally:
            self._is_looking = False
        if not must_wait:  # otherwise the alarm repeats
            raise TurnInterrupted

    def _raise_if_armed(self) -> None:
        """Raise on the way out of the shelter, unless what called it must not be cut either; the alarm repeats."""
        if self._is_armed and not _is_ours(_caller_of_shelter()):
            raise TurnInterrupted


_ENTRY = TurnTimer._armed.__code__  # noqa: SLF001 - of this very module


def _put_back(handlers: list[tuple[signal.Signals, Any]]) -> None:
    for number, handler in handlers:
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _caller_of_shelter() -> FrameType | None:
    """Return the frame that called the sheltered function, or that called `logging` when it is a log handler."""
    frame = inspect.currentframe()
    while frame is not None and (frame.f_code.co_filename in SHELTER or _module(frame) == "logging"):
        frame = frame.f_back
    return frame


def _is_ours(frame: FrameType | None, entry: CodeType | None = None) -> bool:
    """Say whether raising here would cut our own code or a shared lock of the standard library.

    Ours is whatever the strategy's oldest frame has called, also below a hook, a callback or a `__del__` of the
    strategy that happens to run on top of it; shared locks count above its newest frame only.
    """
    verdict, has_own, has_shared, has_strategy = True, False, False, False
    # By identity: comparing code objects counts as recursion, and a strategy may have used all of it up.
    while frame is not None and frame.f_code is not _ENTRY and frame.f_code is not entry:
        file = frame.f_code.co_filename
        if file.startswith(OWN_CODE):
            has_own = True
        elif _is_strategy(file):
            has_strategy = True
            verdict = has_own or has_shared
        elif not has_strategy and _holds_shared_lock(frame):
            has_shared = True
        frame = frame.f_back
    return verdict


def _holds_shared_lock(frame: FrameType) -> bool:
    return _module(frame) in SHARED_LOCKS or frame.f_code.co_filename.startswith("<frozen importlib")


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).split(".")[0]


def _is_strategy(file: str) -> bool:
    is_library = file.startswith((*STANDARD_LIBRARY, "<")) or any(part in file for part in INSTALLED)
    return not is_library


def _last_line(error: BaseException) -> str:
    """Return the error in one line with the strategy's own line number."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error}"
    entries = traceback.extract_tb(error.__traceback__)
    own = [entry for entry in entries if _is_strategy(entry.filename) and not entry.filename.startswith(OWN_CODE)]
    where = f" (line {own[-1].lineno} of {Path(own[-1].filename).name})" if own else ""
    return f"{type(error).__name__}: {str(error)[:LONGEST_ERROR]}{where}"
