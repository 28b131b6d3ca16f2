"""The dispatcher: notices are gathered into few messages, held in quiet hours, and handed to every target's lane.

In: notices, the owner's wishes, a way to send. Out: messages on their way, rows that are done. Thread: the notifier's.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from database.timestamps import iso_milliseconds
from orchestra.notifications.lane import Lane, LaneState, Send
from orchestra.notifications.message import Message, messages_of
from orchestra.notifications.notice import Loudness, Notice
from orchestra.notifications.wishes import NotifyWishes
from orchestra.runtime.clock import Clock

# Thirty fills within a minute are one message; what is urgent waits only for what comes with it.
GATHER_SECONDS = 60.0
URGENT_SECONDS = 2.0
MOST_GATHERED = 200


@dataclass
class _Gathering:
    """Notices that wait for company. due_at: steady seconds, None while there are none."""

    seconds: float
    notices: deque[Notice] = field(default_factory=deque)
    due_at: float | None = None
    dropped: int = 0

    def add(self, notice: Notice, now: float) -> Notice | None:
        """Take a notice in; return the one that had to go for it."""
        self.due_at = now + self.seconds if self.due_at is None else self.due_at
        self.notices.append(notice)
        if len(self.notices) <= MOST_GATHERED:
            return None
        self.dropped += 1
        return self.notices.popleft()

    def take(self, sender: str, now: float) -> list[Message]:
        """Return the messages of what has gathered, and begin anew."""
        messages = messages_of(list(self.notices), sender, dropped=self.dropped, now=now)
        self.notices.clear()
        self.due_at, self.dropped = None, 0
        return messages


class Dispatcher:
    """Call run_due as often as anything is due. clock: the machine's own, never an exchange's.

    local: turns a moment into the owner's wall time, for quiet hours.
    """

    def __init__(self, send: Send, clock: Clock, *, sender: str, local: Callable[[datetime], datetime]) -> None:
        self._send = send
        self._clock = clock
        self._sender = sender
        self._local = local
        self._urgent = _Gathering(URGENT_SECONDS)
        self._others = _Gathering(GATHER_SECONDS)
        self._lanes: dict[str, Lane] = {}
        # How many lanes a kept notice has still to leave.
        self._open: dict[int, int] = {}
        self._done: list[int] = []
        self.wishes = NotifyWishes()

    @property
    def is_busy(self) -> bool:
        """Say whether anything waits."""
        return bool(self._urgent.notices or self._others.notices) or any(lane.is_busy for lane in self._lanes.values())

    def offer(self, notices: Iterable[Notice]) -> None:
        """Take notices in."""
        now = self._clock.monotonic()
        for notice in notices:
            gathering = self._urgent if notice.loudness is Loudness.URGENT else self._others
            gone = gathering.add(notice, now)
            if gone is not None and gone.row is not None:
                self._done.append(gone.row)

    def follow(self, wishes: NotifyWishes) -> None:
        """Take over the owner's wishes: a lane for every target, none for one that is gone."""
        if wishes is self.wishes:
            return
        self.wishes = wishes
        keys = {target.key for target in wishes.targets}
        for key in [key for key in self._lanes if key not in keys]:
            self._lanes.pop(key).close()
        for target in wishes.targets:
            self._lanes.setdefault(target.key, Lane(target, self._send, on_done=self._left))

    def run_due(self) -> None:
        """Send what is due."""
        now = self._clock.monotonic()
        if self._urgent.due_at is not None and now >= self._urgent.due_at:
            self._dispatch(self._urgent, now)
        if self._others.due_at is not None and now >= self._others.due_at and not self._is_quiet():
            self._dispatch(self._others, now)
        at = iso_milliseconds(self._clock.now())
        for lane in self._lanes.values():
            lane.run_due(now, at)

    def flush(self) -> None:
        """Send what has gathered without waiting for more, each once: the program ends."""
        now = self._clock.monotonic()
        self._dispatch(self._urgent, now)
        if not self._is_quiet():
            self._dispatch(self._others, now)
        at = iso_milliseconds(self._clock.now())
        for lane in self._lanes.values():
            lane.run_due(now, at)

    def states(self) -> dict[str, LaneState]:
        """Return how it goes with each target, by its key."""
        return {key: lane.state for key, lane in self._lanes.items()}

    def take_done(self) -> list[int]:
        """Return the rows of notices that nobody needs to be told any more."""
        done, self._done = self._done, []
        return done

    def _dispatch(self, gathering: _Gathering, now: float) -> None:
        for message in gathering.take(self._sender, now):
            if not self._lanes:
                self._done.extend(message.rows)
                continue
            self._open.update(dict.fromkeys(message.rows, len(self._lanes)))
            for lane in list(self._lanes.values()):
                lane.put(message)

    def _left(self, message: Message) -> None:
        for row in message.rows:
            self._open[row] -= 1
            if self._open[row] == 0:
                del self._open[row]
                self._done.append(row)

    def _is_quiet(self) -> bool:
        quiet = self.wishes.quiet
        return quiet is not None and quiet.contains(self._local(self._clock.now()).time())
