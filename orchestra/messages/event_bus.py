"""News for onlookers: removing every listener changes no trade.

In: events, after their commit. Out: calls of the listeners. Thread: the publisher's.
"""

import logging
from collections.abc import Callable
from typing import Any

from blinker import Signal

log = logging.getLogger(__name__)

Listener = Callable[[Any], None]


class EventBus:
    """Hand each event to every listener; one that fails is logged and disturbs nobody."""

    def __init__(self) -> None:
        self._signal = Signal()

    def listen(self, listener: Listener) -> None:
        """Call the listener with every event from now on."""
        self._signal.connect(listener, weak=False)

    def publish(self, event: object) -> None:
        """Tell all listeners."""
        for listener in self._signal.receivers_for(event):
            try:
                listener(event)
            except Exception:
                log.exception("A listener failed on %s.", type(event).__name__)
