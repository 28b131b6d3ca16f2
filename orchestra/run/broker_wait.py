"""A service that starts with the machine waits for the network: a router takes longer to start than a small computer.

In: what opens a world. Out: the world. Thread: main; a stop ends the wait as it ends every start.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from orchestra.runtime.process.service_notifier import ServiceNotifier
from orchestra.worlds import BrokerAway

log = logging.getLogger(__name__)

AGAIN_SECONDS = 10.0
# Well over the broker's own time limits.
GRANTED_SECONDS = 120.0
WAITING = "Waiting for the broker: it cannot be reached yet"

World = TypeVar("World")


def wait_for_broker(
    open_world: Callable[[], World], notifier: ServiceNotifier, sleep: Callable[[float], None]
) -> World:
    """Return the world once the broker answers; without a service manager, a person is told at once instead.

    Raises BrokerAway, or any other ConfigError: keys that are refused are refused again.
    """
    while True:
        try:
            return open_world()
        except BrokerAway as error:
            if not notifier.is_heard:
                raise
            log.warning("%s", error)
            notifier.still_starting(GRANTED_SECONDS, WAITING)
            sleep(AGAIN_SECONDS)
