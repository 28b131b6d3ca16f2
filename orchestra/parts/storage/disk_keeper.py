"""The disk keeper: room is made before there is none, and nothing is opened on a disk that is nearly full.

In: how much is free. Out: reasons not to buy, old bars trimmed, ballast, alerts. Thread: engine; bars are trimmed on
the fetcher.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum

from database.errors import StorageError
from database.keeping.ballast import Ballast
from database.keeping.free_space import LAST_BYTES, LOW_BYTES
from orchestra.messages.events import AlertRaised
from orchestra.runtime.clock import Clock

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
TRIM_SECONDS = 3_600.0


class Room(IntEnum):
    """How much room there is."""

    ENOUGH = 0
    LOW = 1
    LAST = 2


@dataclass(frozen=True, slots=True)
class Trimming:
    """How old bars are trimmed. start: runs a call elsewhere; trim: returns how many bars went; days: are kept."""

    start: Callable[[Callable[[], int]], "Future[int]"]
    trim: Callable[[], int]
    days: int


class DiskKeeper:
    """Look at the disk now and then. free: bytes that are free there; raises OSError where that cannot be told."""

    def __init__(
        self,
        free: Callable[[], int],
        ballast: Ballast,
        trimming: Trimming,
        *,
        clock: Clock,
        publish: Callable[[object], None],
    ) -> None:
        self._free = free
        self._ballast = ballast
        self._trimming = trimming
        self._clock = clock
        self._publish = publish
        self._room = Room.ENOUGH
        self._left = 0
        self._look_at = self._trim_at = clock.monotonic()
        self._under_way: Future[int] | None = None

    @property
    def free_bytes(self) -> int:
        """Return how much was free when the disk was last looked at."""
        return self._left

    @property
    def has_ballast(self) -> bool:
        """Say whether there is something to throw overboard."""
        return self._ballast.is_there

    def closed_gates(self) -> list[str]:
        """Return why nothing may be opened now; exits and their records still fit."""
        if self._room is not Room.LAST:
            return []
        return [f"only {self._left // 1_000_000} MB are free on the disk"]

    def run_due(self) -> None:
        """Look again when it is time to, and tell what trimming has brought."""
        self._take_trimmed()
        if self._clock.monotonic() >= self._look_at:
            self._look_at = self._clock.monotonic() + LOOK_SECONDS
            self.look()

    def look(self) -> None:
        """Look at the disk and act on what is left."""
        try:
            self._left = self._free()
        except OSError as error:
            log.warning("How much is free on the disk cannot be told (%s).", error.strerror)
            return
        self._tell(_room(self._left))
        if self._room is Room.ENOUGH:
            self._ballast.take_in()
        else:
            self._trim_if_due()

    def make_room(self) -> None:
        """Throw the ballast overboard: a commit has just failed because the disk is full."""
        if self._ballast.drop():
            log.warning("The disk is full: 16 MB that were kept for this are free now for exits and their records.")
        self._look_at = self._clock.monotonic()

    def _tell(self, room: Room) -> None:
        """Say each change once."""
        if room is self._room:
            return
        self._room = room
        text = {
            Room.ENOUGH: "There is room on the disk again.",
            Room.LOW: f"The disk is nearly full ({self._left // 1_000_000} MB are free): bars older than "
            f"{self._trimming.days} days are deleted; free some space.",
            Room.LAST: f"Nothing is bought: only {self._left // 1_000_000} MB are free on the disk. Free some space.",
        }[room]
        self._publish(AlertRaised(f"disk.{room.name.lower()}", text))

    def _trim_if_due(self) -> None:
        if self._under_way is None and self._clock.monotonic() >= self._trim_at:
            self._trim_at = self._clock.monotonic() + TRIM_SECONDS
            self._under_way = self._trimming.start(self._trimming.trim)

    def _take_trimmed(self) -> None:
        if self._under_way is None or not self._under_way.done():
            return
        trimmed, self._under_way = self._under_way, None
        if trimmed.cancelled():
            return
        error = trimmed.exception()
        if isinstance(error, StorageError):
            log.warning("Old bars could not be deleted: %s", error)
        elif error:
            raise error
        else:
            log.warning("%d bars older than %d days were deleted.", trimmed.result(), self._trimming.days)


def _room(free: int) -> Room:
    if free < LAST_BYTES:
        return Room.LAST
    return Room.LOW if free < LOW_BYTES else Room.ENOUGH
