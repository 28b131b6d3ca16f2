"""The position watch: account against books every minute when all is quiet, and when a burst of fills has settled.

In: time, fills. Out: comparisons; a second one, with the orders read again, where something differed. Thread: engine.
"""

import logging
from typing import Protocol

from orchestra.messages.events import OrderFilled
from orchestra.runtime.clock import Clock
from system_databse.errors import BrokerRejected, BrokerUnavailable

log = logging.getLogger(__name__)

QUIET_SECONDS = 60.0
BURST_SECONDS = 5.0


class Comparison(Protocol):
    """What the watch needs of the reconciler."""

    @property
    def is_suspicion_due(self) -> bool:
        """Say whether a difference was seen long enough ago to be looked at again."""

    def run(self, kind: str) -> None:
        """Read orders, then compare."""

    def compare_positions(self) -> None:
        """Compare positions alone."""


class PositionWatch:
    """Compare when it is due. A broker that does not answer is asked again a minute later."""

    def __init__(self, comparison: Comparison, clock: Clock) -> None:
        self._comparison = comparison
        self._clock = clock
        self._compared_at = clock.monotonic()
        self._filled_at: float | None = None

    def on_event(self, event: object) -> None:
        """Take note of a fill: the account is compared when no more have come for a while."""
        if isinstance(event, OrderFilled):
            self._filled_at = self._clock.monotonic()

    def run_due(self) -> None:
        """Compare if it is time."""
        now = self._clock.monotonic()
        is_suspicious = self._comparison.is_suspicion_due
        has_settled = self._filled_at is not None and now >= self._filled_at + BURST_SECONDS
        if not is_suspicious and not has_settled and now < self._compared_at + QUIET_SECONDS:
            return
        if is_suspicious and now < self._compared_at + BURST_SECONDS:
            return
        self._compared_at, self._filled_at = now, None
        try:
            # What somebody did by hand is in the orders: read before anybody is alarmed.
            if is_suspicious:
                self._comparison.run("difference")
            else:
                self._comparison.compare_positions()
        except (BrokerUnavailable, BrokerRejected) as error:
            log.warning("The account's positions could not be compared with our books: %s", error)
