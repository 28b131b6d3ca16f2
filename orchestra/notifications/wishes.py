"""The owner's wishes for notices: whom to tell, how loudly, when not; kept in door.db, secrets apart.

In: settings of the files, rows of door.db. Out: frozen wishes, replaced as a whole. Thread: any.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from orchestra.notifications.addresses import key_of
from orchestra.notifications.notice import CHOSEN, MEANINGS, Loudness, Topic
from system_databse.door.door_store import NOTIFY_SECRETS, DoorStore

# Beside the secrets: how loudly what is told, and the quiet hours. A backup keeps these.
CHOICES = "notify_choices"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when only what is urgent is told, in the owner's time zone; it may pass midnight."""

    start: time
    end: time

    def contains(self, now: time) -> bool:
        """Say whether it is quiet now."""
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class Target:
    """One address that is told. is_of_file: set in the environment or .env, and changed only there."""

    address: str
    is_of_file: bool = False

    @property
    def key(self) -> str:
        """Return its name on the screen."""
        return key_of(self.address)


@dataclass(frozen=True, slots=True)
class NotifyWishes:
    """Everything the owner has set. heartbeat: the address that is pinged, empty for none."""

    targets: tuple[Target, ...] = ()
    chosen: Mapping[Topic, Loudness] = field(default_factory=dict)
    quiet: QuietHours | None = None
    heartbeat: str = ""
    is_heartbeat_of_file: bool = False

    def loudness(self, topic: Topic) -> Loudness:
        """Return how loudly a topic is told."""
        return self.chosen.get(topic, MEANINGS[topic].loudness)


@dataclass(frozen=True, slots=True)
class FileWishes:
    """What the environment, `.env` or settings.toml say. minutes: how often the heartbeat is sent."""

    addresses: tuple[str, ...] = ()
    heartbeat: str = ""
    minutes: float = 5.0


class WishBook:
    """Read and write the wishes; raises StorageError. What the files set stays, whatever the screen says."""

    def __init__(self, door: DoorStore, files: FileWishes) -> None:
        self._door = door
        self._files = files

    def load(self) -> NotifyWishes:
        """Return the wishes in force."""
        secrets, choices = _object(self._door.control(NOTIFY_SECRETS)), _object(self._door.control(CHOICES))
        of_screen = [text for text in _list(secrets.get("targets")) if text not in self._files.addresses]
        return NotifyWishes(
            targets=(
                *(Target(address, is_of_file=True) for address in self._files.addresses),
                *(Target(address) for address in of_screen),
            ),
            chosen=_loudnesses(choices.get("loudness")),
            quiet=_quiet(choices.get("quiet_hours")),
            heartbeat=self._files.heartbeat or str(secrets.get("heartbeat") or ""),
            is_heartbeat_of_file=bool(self._files.heartbeat),
        )

    def store(self, wishes: NotifyWishes) -> None:
        """Keep what the screen may change."""
        secrets = {
            "targets": [target.address for target in wishes.targets if not target.is_of_file],
            "heartbeat": "" if wishes.is_heartbeat_of_file else wishes.heartbeat,
        }
        quiet = [f"{wishes.quiet.start:%H:%M}", f"{wishes.quiet.end:%H:%M}"] if wishes.quiet else None
        choices = {"loudness": {str(topic): str(loud) for topic, loud in wishes.chosen.items()}, "quiet_hours": quiet}
        self._door.put_control(NOTIFY_SECRETS, json.dumps(secrets))
        self._door.put_control(CHOICES, json.dumps(choices))


def time_of(text: object) -> time | None:
    """Return the time of day that a text such as 22:00 names, None for another text."""
    if not isinstance(text, str) or len(text) != 5 or text[2] != ":":
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _object(text: str | None) -> dict[str, Any]:
    """Return a kept object; what cannot be read says nothing."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _list(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _loudnesses(value: object) -> dict[Topic, Loudness]:
    kept = value if isinstance(value, dict) else {}
    known = set(map(str, Loudness))
    return {topic: Loudness(kept[str(topic)]) for topic in CHOSEN if kept.get(str(topic)) in known}


def _quiet(value: object) -> QuietHours | None:
    times = [time_of(each) for each in _list(value)]
    if len(times) != 2 or times[0] is None or times[1] is None:
        return None
    return QuietHours(times[0], times[1])
