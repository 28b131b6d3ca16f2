"""The clock thread of simulated time: wait for the exchange's ticks, put them into the inbox.

In: the exchange's next_tick. Out: ticks in the inbox. Thread: its own.
"""

import logging
import threading

from orchestra.messages.events import StopRequested
from orchestra.runtime.clock import SimulatedClock
from orchestra.runtime.inbox import Inbox
from system_databse.errors import BrokerUnavailable

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0


class TickThread:
    """Ask for ticks later than `after` until the market ends or stop is called.

    An exchange that does not answer is asked again; any other error ends the run.
    """

    def __init__(self, clock: SimulatedClock, inbox: Inbox, *, after: int) -> None:
        self._clock = clock
        self._inbox = inbox
        self._after = after
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Begin to wait for ticks."""
        self._thread.start()

    def stop(self) -> None:
        """End within one wait."""
        self._stop.set()
        self._thread.join(2 * WAIT_SECONDS)

    def _run(self) -> None:
        try:
            while not self._stop.is_set() and not self._has_passed_on_the_end():
                pass
        except Exception as error:
            # For the file: whoever takes the message raises the error again and tells the person.
            log.info("The clock thread ended.", exc_info=True)
            self._inbox.put(StopRequested("an error of the exchange's clock", error=error))

    def _has_passed_on_the_end(self) -> bool:
        try:
            tick = self._clock.next_tick(self._after, WAIT_SECONDS)
        except BrokerUnavailable as error:
            log.warning("The exchange's clock does not answer: %s", error)
            self._stop.wait(WAIT_SECONDS)
            return False
        if tick is None:
            return False
        self._after = tick.minute
        self._inbox.put(tick)
        return tick.has_ended
