"""A small pool for slow look-ups, so that neither the engine nor a stream waits for them.

In: functions. Out: futures. Thread: its own.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

WORKERS = 2


class Fetcher:
    """Run look-ups on a few threads of their own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="fetcher")

    def submit(self, function: Callable[..., Result], *arguments: object) -> "Future[Result]":
        """Start a look-up and return its future."""
        return self._pool.submit(function, *arguments)

    def stop(self) -> None:
        """Drop what has not begun; what runs ends with its own time limit."""
        self._pool.shutdown(wait=False, cancel_futures=True)
