"""The desk for the screen: what is set, what is changed, a test; no address is ever told back.

In: wishes of the owner, as plain values. Out: kept in door.db, followed by the notifier. Thread: the request's.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass, replace

from orchestra.notifications.addresses import is_address, masked, service_of
from orchestra.notifications.heartbeat import Heartbeat
from orchestra.notifications.lane import LaneState, Send
from orchestra.notifications.message import Message
from orchestra.notifications.messenger import Messenger
from orchestra.notifications.notice import CHOSEN, MEANINGS, Loudness, Topic
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import NotifyWishes, QuietHours, Target, WishBook, time_of

Change = Callable[[NotifyWishes], NotifyWishes]

MOST_TARGETS = 10
# A request is to be answered within ten seconds.
WAIT_SECONDS = 8.0
TEST_TEXT = "This is a test. Whoever reads it is told what AutoTrader has to tell."
NOT_THERE = "There is no such address any more: look at the list again."
NOT_IN_TIME = "The service has not answered yet: look whether the message arrives."


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends. name: the start of every title; minutes: how often the heartbeat beats."""

    name: str
    messenger: Messenger
    minutes: float

    @property
    def send(self) -> Send:
        """Return the way to the services."""
        return self.messenger.send


class NotificationDesk:
    """What the API is given. A change returns why it was not made, None when it was; raises StorageError."""

    def __init__(self, book: WishBook, notifier: Notifier, heartbeat: Heartbeat, *, sender: Sender) -> None:
        self._book = book
        self._notifier = notifier
        self._heartbeat = heartbeat
        self._sender = sender
        self._lock = threading.Lock()
        self.wishes = book.load()
        notifier.follow(self.wishes)

    def state_of(self, target: Target) -> LaneState:
        """Return how it goes with a target."""
        return self._notifier.states.get(target.key, LaneState())

    def describe(self) -> dict[str, object]:
        """Return everything that is set, as JSON, addresses masked."""
        wishes = self.wishes
        return {
            "targets": [self._shown(target) for target in wishes.targets],
            "topics": [
                {
                    "topic": str(topic),
                    "name": MEANINGS[topic].name,
                    "loudness": str(wishes.loudness(topic)),
                    "default": str(MEANINGS[topic].loudness),
                }
                for topic in CHOSEN
            ],
            "quiet_hours": _hours(wishes.quiet),
            "heartbeat": self._shown_heartbeat(wishes),
        }

    def add(self, address: str) -> str | None:
        """Tell one more target."""
        known = {target.address for target in self.wishes.targets}
        if not is_address(address):
            return "This is no address of a service: write it like ntfys://topic, without spaces."
        if address in known:
            return "This address is there already."
        if len(known) >= MOST_TARGETS:
            return f"{MOST_TARGETS} addresses are the most: remove one first."
        try:
            problem = self._notifier.ask(lambda: self._sender.messenger.check(address)).result(WAIT_SECONDS)
        except NotInTime:
            return "The address could not be looked at in time: try again in a moment."
        if problem is None:
            self._change(lambda wishes: replace(wishes, targets=(*wishes.targets, Target(address))))
        return problem

    def remove(self, key: str) -> str | None:
        """Tell a target no more."""
        found = self._target(key)
        if found is None:
            return NOT_THERE
        if found.is_of_file:
            return "This address is set in the environment or in .env: remove it there and start AutoTrader again."
        self._change(lambda wishes: replace(wishes, targets=tuple(t for t in wishes.targets if t.key != key)))
        return None

    def set_heartbeat(self, address: str) -> str | None:
        """Ping this address from now on, none when it is empty."""
        if self.wishes.is_heartbeat_of_file:
            return "The heartbeat is set in the environment or in .env: change it there and start AutoTrader again."
        if address and not (is_address(address) and service_of(address) in ("http", "https")):
            return "The heartbeat's address begins with https://, without spaces."
        self._change(lambda wishes: replace(wishes, heartbeat=address))
        return None

    def set_loudness(self, chosen: Mapping[str, object]) -> str | None:
        """Tell these topics so loudly."""
        topics, levels = {str(topic): topic for topic in CHOSEN}, {str(level): level for level in Loudness}
        if not chosen or any(name not in topics or levels.get(str(level)) is None for name, level in chosen.items()):
            return f"Send topics and, for each, one of {', '.join(levels)}."
        read: dict[Topic, Loudness] = {topics[name]: levels[str(level)] for name, level in chosen.items()}
        self._change(lambda wishes: replace(wishes, chosen={**wishes.chosen, **read}))
        return None

    def set_quiet_hours(self, start: object, end: object) -> str | None:
        """Hold what is not urgent between these times of the machine's day; None and None: at no time."""
        if start is None and end is None:
            self._change(lambda wishes: replace(wishes, quiet=None))
            return None
        times = time_of(start), time_of(end)
        if times[0] is None or times[1] is None or times[0] == times[1]:
            return "Quiet hours need two different times of day, such as 22:00 and 07:00."
        quiet = QuietHours(times[0], times[1])
        self._change(lambda wishes: replace(wishes, quiet=quiet))
        return None

    def test(self, key: str) -> str | None:
        """Send a test to one target at once; return why it was not taken, None when it was."""
        found = self._target(key)
        if found is None:
            return NOT_THERE
        title = f"{self._sender.name}: {MEANINGS[Topic.TEST].one}"
        message = Message(title, TEST_TEXT, Loudness.NORMAL, 0.0)
        try:
            return self._notifier.ask(lambda: self._sender.send(found.address, message)).result(WAIT_SECONDS)
        except NotInTime:
            return NOT_IN_TIME

    def _target(self, key: str) -> Target | None:
        return next((target for target in self.wishes.targets if target.key == key), None)

    def _shown(self, target: Target) -> dict[str, object]:
        state = self.state_of(target)
        return {
            "key": target.key,
            "service": service_of(target.address),
            "address": masked(target.address),
            "of_file": target.is_of_file,
            "last_sent": state.last_sent or None,
            "failing_since": state.failing_since or None,
            "problem": state.problem,
        }

    def _shown_heartbeat(self, wishes: NotifyWishes) -> dict[str, object]:
        state = self._heartbeat.state
        return {
            "address": masked(wishes.heartbeat) if wishes.heartbeat else "",
            "of_file": wishes.is_heartbeat_of_file,
            "minutes": self._sender.minutes,
            "last_success": state.last_success or None,
            "problem": state.problem,
        }

    def _change(self, change: Change) -> None:
        with self._lock:
            wishes = change(self.wishes)
            self._book.store(wishes)
            self.wishes = wishes
        self._notifier.follow(wishes)


def _hours(quiet: QuietHours | None) -> dict[str, str] | None:
    return {"from": f"{quiet.start:%H:%M}", "to": f"{quiet.end:%H:%M}"} if quiet else None
