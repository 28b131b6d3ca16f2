"""A small pool for slow look-ups, so that neither the engine nor a stream waits for them.

In: functions. Out: futures. Thread: its own.
"""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")

WORKERS = 2


class Fetcher:
    """Run look-ups on a few threads of their own.

    Asking again for what is still being looked up joins it, so that a broker's outage piles nothing up.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="fetcher")
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[Any]] = {}

    def submit(self, function: Callable[..., Result], *arguments: Hashable) -> "Future[Result]":
        """Start a look-up and return its future."""
        wish = (function, arguments)
        with self._lock:
            future: Future[Result] | None = self._under_way.get(wish)
            if future is not None and not future.done():
                return future
            future = self._pool.submit(function, *arguments)
            self._under_way[wish] = future
        future.add_done_callback(lambda done: self._forget(wish, done))
        return future

    def stop(self) -> None:
        """Drop what has not begun; what runs ends with its own time limit."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self, wish: Hashable, done: "Future[Any]") -> None:
        with self._lock:
            if self._under_way.get(wish) is done:
                del self._under_way[wish]
