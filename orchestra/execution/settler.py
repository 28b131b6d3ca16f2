"""Lock-step with an exchange that owns the clock: a minute ends when nothing more comes of it.

In: a decided minute. Out: its fills in the books, the exchange released. Thread: engine.
"""

import logging
from collections.abc import Callable

from orchestra.execution.order_desk import OrderDesk
from orchestra.messages.lockstep import Execution
from orchestra.runtime.clock import SimulatedClock
from system_databse.errors import BrokerRejected, BrokerUnavailable

log = logging.getLogger(__name__)

WAIT_FOR_STREAM_SECONDS = 2.0
RETRY_SECONDS = 0.5


class Settler:
    """Settle minutes.

    pump: take one message of the inbox and act on it, waiting at most that long. is_stopping: asked so
    that an unreachable exchange cannot keep the process from ending.
    """

    def __init__(
        self,
        clock: SimulatedClock,
        desk: OrderDesk,
        *,
        pump: Callable[[float], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._desk = desk
        self._pump = pump
        self._is_stopping = is_stopping
        self._unbooked: list[Execution] = []

    def settle(self, minute: int) -> None:
        """Repeat `done` until the exchange has no new execution and the desk no intent it could send.

        While the exchange does not answer, the market stands still and is asked again.
        """
        while not self._is_stopping():
            try:
                if self._has_settled(minute):
                    return
            except (BrokerUnavailable, BrokerRejected) as error:
                log.warning("The exchange does not answer: %s", error)
                self._clock.sleep(RETRY_SECONDS)

    def _has_settled(self, minute: int) -> bool:
        if not self._desk.resolve_unknown():
            raise BrokerUnavailable("an order's fate is unknown")
        self._book_all()
        settlement = self._clock.done(minute)
        self._unbooked.extend(settlement.executions)
        self._book_all()
        if not settlement.is_settled and not settlement.executions:
            # Orders ended without a fill, at the close: the next session must not depend on the stream being quick.
            self._desk.ask_all()
        return settlement.is_settled

    def _book_all(self) -> None:
        """Book what `done` answered; an execution leaves the list only when the books hold it."""
        while self._unbooked:
            self._book(self._unbooked[0])
            self._unbooked.pop(0)

    def _book(self, execution: Execution) -> None:
        """Wait for the stream to bring the execution, then ask for its order."""
        deadline = self._clock.monotonic() + WAIT_FOR_STREAM_SECONDS
        while not self._desk.is_booked(execution):
            left = deadline - self._clock.monotonic()
            if left <= 0 or self._is_stopping():
                self._ask(execution)
                return
            self._pump(left)

    def _ask(self, execution: Execution) -> None:
        self._desk.ask(execution.client_order_id)
        if not self._desk.is_booked(execution):
            raise BrokerUnavailable(f"order {execution.client_order_id} does not show its fill yet")
