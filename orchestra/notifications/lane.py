"""The lane of one target: its messages in order, sent again with growing pauses while the service does not take them.

In: messages, a way to send. Out: messages sent or given up. Thread: the notifier's.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from orchestra.notifications.message import Message
from orchestra.notifications.notice import Loudness
from orchestra.notifications.wishes import Target

PAUSES_SECONDS = (5.0, 15.0, 60.0, 300.0, 900.0)
MOST_WAITING = 50
HOUR = 3600.0
KEPT_SECONDS = {Loudness.URGENT: 24 * HOUR}
KEPT_OTHERWISE = HOUR

# Returns why a message was not taken, None when it was.
Send = Callable[[str, Message], str | None]


@dataclass(frozen=True, slots=True)
class LaneState:
    """How it goes with a target: the machine's time as ISO-Z, empty for never; problem: a sentence, empty for none."""

    last_sent: str = ""
    failing_since: str = ""
    problem: str = ""
    failures: int = 0


class Lane:
    """Send what waits, oldest first. on_done: told each message that this target needs no more."""

    def __init__(self, target: Target, send: Send, *, on_done: Callable[[Message], None]) -> None:
        self.target = target
        self.state = LaneState()
        self._send = send
        self._on_done = on_done
        self._waiting: deque[Message] = deque()
        self._due_at = 0.0

    @property
    def is_busy(self) -> bool:
        """Say whether a message waits."""
        return bool(self._waiting)

    def put(self, message: Message) -> None:
        """Add a message; of too many the oldest that is not urgent goes."""
        self._waiting.append(message)
        if len(self._waiting) > MOST_WAITING:
            loud = Loudness.URGENT
            oldest = next((each for each in self._waiting if each.loudness is not loud), self._waiting[0])
            self._waiting.remove(oldest)
            self._on_done(oldest)

    def run_due(self, now: float, at: str) -> None:
        """Send one message when it is time. now: steady seconds; at: the machine's time as ISO-Z."""
        while self._waiting and now > self._waiting[0].made_at + _kept_seconds(self._waiting[0]):
            self._on_done(self._waiting.popleft())
        if self._waiting and now >= self._due_at:
            self._try(now, at)

    def close(self) -> None:
        """Give up what waits: the target is told nothing any more."""
        while self._waiting:
            self._on_done(self._waiting.popleft())

    def _try(self, now: float, at: str) -> None:
        problem = self._send(self.target.address, self._waiting[0])
        if problem is None:
            self.state = LaneState(last_sent=at)
            self._due_at = now
            self._on_done(self._waiting.popleft())
            return
        failures = self.state.failures + 1
        self.state = LaneState(self.state.last_sent, self.state.failing_since or at, problem, failures)
        self._due_at = now + PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS)) - 1]


def _kept_seconds(message: Message) -> float:
    return KEPT_SECONDS.get(message.loudness, KEPT_OTHERWISE)
