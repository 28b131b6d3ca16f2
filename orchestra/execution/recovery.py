"""Recovery: reconcile when there is reason to, and again until it has worked.

In: reasons. Out: reconciliation runs; until one is clean, no opening order. Thread: engine.
"""

import logging

from orchestra.execution.reconciler import Reconciler
from orchestra.runtime.clock import Clock
from system_databse.errors import BrokerRejected, BrokerUnavailable

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 5.0
LATEST_RETRY_SECONDS = 60.0


class Recovery:
    """Keep the reason of a reconciliation that is still to be done."""

    def __init__(self, reconciler: Reconciler, clock: Clock) -> None:
        self._reconciler = reconciler
        self._clock = clock
        self._reason: str | None = None
        self._due_at = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS

    @property
    def is_pending(self) -> bool:
        """Say whether the books have still to be compared with the broker."""
        return self._reason is not None

    def want(self, reason: str) -> None:
        """Reconcile now, and if the broker does not answer, later."""
        self._reason = reason
        self._due_at = self._clock.monotonic()
        self.run_due()

    def run_due(self) -> None:
        """Try again what is still to be done: after 5 seconds, then each time twice as long, up to a minute."""
        if self._reason is None or self._clock.monotonic() < self._due_at:
            return
        try:
            self._reconciler.run(self._reason)
        except (BrokerUnavailable, BrokerRejected) as error:
            log.warning("The books could not be compared with the broker (%s): %s", self._reason, error)
            self._due_at = self._clock.monotonic() + self._retry_seconds
            self._retry_seconds = min(2 * self._retry_seconds, LATEST_RETRY_SECONDS)
            return
        self._reason = None
        self._retry_seconds = FIRST_RETRY_SECONDS
