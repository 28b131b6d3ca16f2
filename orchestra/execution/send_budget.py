"""The send budget: how long one minute's orders may take to be sent, whatever the broker does.

In: steady seconds. Out: whether the time is up. Thread: engine.
"""

from collections.abc import Callable

SEND_SECONDS = 10.0
SEND_BUDGET = "SEND_BUDGET"


class SendBudget:
    """A time limit that starts anew with each minute's sends. In simulated time sending takes no market time."""

    def __init__(self, monotonic: Callable[[], float], *, is_limited: bool) -> None:
        self._monotonic = monotonic
        self._is_limited = is_limited
        self._ends_at = 0.0

    def renew(self) -> None:
        """Begin a minute's sends."""
        self._ends_at = self._monotonic() + SEND_SECONDS

    @property
    def is_spent(self) -> bool:
        """Say whether what is still to be sent comes too late."""
        return self._is_limited and self._monotonic() >= self._ends_at
