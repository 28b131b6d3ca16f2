"""The event log: what is told outside, appended to `events` after the commit it tells of.

In: events of the bus. Out: rows, in batches; the oldest ones removed. Thread: engine. News is fire and forget: a batch
that the disk refuses waits for the next try, what does not fit is lost and counted, and no minute ever waits for it.
A process that is killed loses the news of its last moments; the rows they told of are all there.
"""

import json
import logging
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from database.errors import StorageError
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.messages.events import ReconcileMismatch
from orchestra.news.envelopes import Names, envelope_of
from orchestra.runtime.clock import Clock
from system_databse.rows import events

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.25
MOST_WAITING = 10_000
MOST_AT_ONCE = 500
KEPT = timedelta(days=30)
MOST_KEPT = 200_000
PRUNED_AT_ONCE = 2_000
NEW_YORK = ZoneInfo("America/New_York")
# Daily at three in the morning.
PRUNED_AFTER = timedelta(hours=3)
# Their rows are written in the transaction of what they tell of.
HAS_ROW = (ReconcileMismatch,)


class EventLog:
    """Keep what is told. name_of: an algorithm's name by its number."""

    def __init__(self, store: SqliteStore, clock: Clock, *, name_of: Names) -> None:
        self._store = store
        self._clock = clock
        self._name_of = name_of
        self._waiting: deque[tuple[str, str, str]] = deque()
        self._written_at = clock.monotonic() - EVERY_SECONDS
        self._pruned_day = ""
        self._is_refused = False
        self.lost = 0

    def sizes(self) -> Mapping[str, int]:
        """Return how many events wait for the disk, and how many were lost."""
        return {"waiting": len(self._waiting), "lost": self.lost}

    def on_event(self, event: object) -> None:
        """Take an event of the bus; give it to `EventBus.listen`."""
        if isinstance(event, HAS_ROW):
            return
        told = envelope_of(event, now=iso_milliseconds(self._clock.now()), name_of=self._name_of)
        if told is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            return
        self._waiting.append((told.type, json.dumps(told.data), told.timestamp))

    def run_due(self) -> None:
        """Write what waits, four times a second at most; in the night remove what is old."""
        if self._clock.monotonic() < self._written_at + EVERY_SECONDS:
            return
        if self._waiting:
            self._write()
        else:
            self._prune_if_due()

    def flush(self) -> None:
        """Write everything that waits: nothing more will come."""
        while self._waiting and self._write():
            pass

    def _write(self) -> bool:
        batch = list(islice(self._waiting, MOST_AT_ONCE))
        self._written_at = self._clock.monotonic()
        try:
            with self._store.transaction() as connection:
                events.append(connection, batch)
        except StorageError as error:
            if not self._is_refused:
                log.warning("Events wait until the disk takes them: %s", error)
            self._is_refused = True
            return False
        self._is_refused = False
        for _ in batch:
            self._waiting.popleft()
        return True

    def _prune_if_due(self) -> None:
        """Remove a bite at a time, each on a pass of its own, until nothing is left to be removed."""
        now = self._clock.now()
        day = (now.astimezone(NEW_YORK) - PRUNED_AFTER).date().isoformat()
        if day == self._pruned_day:
            return
        self._written_at = self._clock.monotonic()
        try:
            with self._store.transaction() as connection:
                gone = events.prune(
                    connection,
                    before=iso_milliseconds(now - KEPT),
                    most_kept=MOST_KEPT,
                    most_pruned=PRUNED_AT_ONCE,
                    at=iso_milliseconds(now),
                )
        except StorageError as error:
            log.warning("Old events stay until the disk takes it: %s", error)
            gone = 0
        if gone < PRUNED_AT_ONCE:
            self._pruned_day = day
