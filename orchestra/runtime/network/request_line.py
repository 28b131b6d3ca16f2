"""A line to one host: one request at a time, within the budget, and questions asked again when no answer came.

In: calls of the REST port. Out: their answers. Thread: any; whoever asks waits.
Orders are never repeated here: what became of one is asked by its id first (`execution/order_desk.py`).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_chain, wait_fixed
from tenacity.wait import wait_base, wait_random

from orchestra.runtime.network.token_bucket import BudgetSpent, Priority, TokenBucket
from system_databse.errors import BrokerUnavailable

Answer = TypeVar("Answer")

DELAYS_SECONDS = (0.5, 1.0, 2.0)
JITTER_SECONDS = 0.25
# What took a time limit of its own is not asked again: a minute of the engine may be waiting for it.
LAST_REPEAT_AFTER_SECONDS = 5.0


class RequestLine:
    """Give turns. budget: of the host, shared by its lines, None without a limit; sleep: how a repeat is waited for.

    Without `sleep` nothing is repeated: where an exchange owns the clock the market stands still and is asked again.
    """

    def __init__(self, budget: TokenBucket | None = None, *, sleep: Callable[[float], None] | None = None) -> None:
        self.budget = budget
        self._lock = threading.Lock()
        self._sleep = sleep

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[None]:
        """Wait for the budget, then for the line; raises BudgetSpent when nothing may be sent for a while."""
        if self.budget is not None:
            self.budget.take(priority)
        with self._lock:
            yield

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return the answer of a question that may safely be repeated; raises what its last attempt raised."""
        if self._sleep is None:
            return question()
        repeats = Retrying(
            stop=stop_after_attempt(1 + len(DELAYS_SECONDS)) | stop_after_delay(LAST_REPEAT_AFTER_SECONDS),
            wait=_delays(),
            retry=retry_if_exception(_is_worth_repeating),
            sleep=self._sleep,
            reraise=True,
        )
        return repeats(question)


def _delays() -> wait_base:
    return wait_chain(*(wait_fixed(seconds) for seconds in DELAYS_SECONDS)) + wait_random(0.0, JITTER_SECONDS)


def _is_worth_repeating(error: BaseException) -> bool:
    return isinstance(error, BrokerUnavailable) and not isinstance(error, BudgetSpent)
