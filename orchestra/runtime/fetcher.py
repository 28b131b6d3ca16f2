"""A small pool for slow look-ups, so that neither the engine nor a stream waits for them.

In: functions. Out: futures. Thread: its own.
"""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")

WORKERS = 2


class Fetcher:
    """Run look-ups on a few threads of their own.

    Asking again for what is still being looked up joins it. A function's newer look-up of the same symbol takes the
    place of one that has not begun, so that a broker's outage piles nothing up while the minutes asked for move on.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="fetcher")
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, tuple[tuple[Hashable, ...], Future[Any]]] = {}

    def submit(self, function: Callable[..., Result], symbol: str, *arguments: Hashable) -> "Future[Result]":
        """Start function(symbol, *arguments) and return its future; it is canceled when a newer one takes its place."""
        key = (function, symbol)
        with self._lock:
            asked, earlier = self._under_way.get(key, (None, None))
            if earlier is not None and asked == arguments and not earlier.done():
                return earlier
            future: Future[Result] = self._pool.submit(function, symbol, *arguments)
            self._under_way[key] = (arguments, future)
        if earlier is not None:
            earlier.cancel()  # which leaves what has begun alone; outside the lock, because the callback takes it
        future.add_done_callback(lambda done: self._forget(key, done))
        return future

    def run(self, name: str, work: Callable[[], Result]) -> "Future[Result]":
        """Start a call that is told from others by its name; a newer one takes the place of one that has not begun."""
        return self.submit(_call, name, work)

    def stop(self) -> None:
        """Drop what has not begun; what runs ends with its own time limit."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self, key: Hashable, done: "Future[Any]") -> None:
        with self._lock:
            known = self._under_way.get(key)
            if known is not None and known[1] is done:
                del self._under_way[key]


def has_come(future: "Future[Any] | None", seconds: float) -> bool:
    """Wait for what is looked up, at most that long, and say whether it has come; there may be nothing."""
    if future is None:
        return False
    try:
        future.exception(seconds)
    except (TimeoutError, CancelledError):
        return False
    return True


def _call(_name: str, work: Callable[[], Result]) -> Result:
    return work()
