"""Keep a time limit from interrupting our own functions in the middle.

A signal handler on the main thread calls `defer`: while one of our functions runs there, the interruption is
kept and happens on the way out, when no lock is held and nothing is half written.

Thread: only the main one can be interrupted by a signal, so only its calls are counted.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

pending_hook: Callable[[], None] | None = None
_depth = 0


def is_inside() -> bool:
    """Tell whether a sheltered function is running on the main thread."""
    return _depth > 0


def defer(hook: Callable[[], None]) -> bool:
    """Keep the hook for the way out and return True; return False when nothing is sheltered now."""
    global pending_hook
    if _depth == 0:
        return False
    pending_hook = hook
    return True


def forget() -> None:
    """Drop a kept hook: the turn it belonged to is over."""
    global pending_hook
    pending_hook = None


def sheltered(function: Callable[P, R]) -> Callable[P, R]:
    """Let the function finish before an interruption of the main thread takes effect."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        global _depth
        if threading.current_thread() is not threading.main_thread():
            return function(*args, **kwargs)
        _depth += 1
        try:
            return function(*args, **kwargs)
        finally:
            _depth -= 1
            _run_pending()

    return call


def _run_pending() -> None:
    """Run the kept hook at the outermost way out; forgotten first, because it raises."""
    hook = pending_hook
    if _depth == 0 and hook is not None:
        forget()
        hook()
