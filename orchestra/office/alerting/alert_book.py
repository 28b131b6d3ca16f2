"""The alert book: what the owner has to be told, on disk before any screen shows it.

In: news of the bus, the owner's word. Out: rows of `alerts`, the open ones for the screens. Thread: engine.
Listening only queues: what is heard is written on the next pass, so that no news is held up by the disk, and a disk
that takes no writes costs no news. Nothing that trades reads this book.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from database.errors import StorageError
from database.sqlite_store import SqliteStore
from orchestra.messages.alert_kinds import rule_of
from orchestra.messages.events import AlertEnded, AlertRaised
from orchestra.office.alerting.alert_triggers import Records, heard_in
from orchestra.runtime.clock import Clock
from orchestra.runtime.plain_text import plain_line
from system_databse.alerts import alert_rows
from system_databse.alerts.alert import Alert, Resolver

log = logging.getLogger(__name__)

MOST_SHOWN = 50
LONGEST_TEXT = 1_000
RETRY_SECONDS = 5.0

Heard = tuple[datetime, AlertRaised | AlertEnded]


class AlertBook:
    """Keep alerts. records: returns the algorithms, for their names."""

    def __init__(self, store: SqliteStore, clock: Clock, *, records: Callable[[], Records]) -> None:
        self._store = store
        self._clock = clock
        self._records = records
        self._heard: deque[Heard] = deque()
        self._retry_at: float | None = None
        self._open: Mapping[int, Alert] = {}
        self.read_anew()

    @property
    def shown(self) -> tuple[Alert, ...]:
        """Return the open alerts that screens show: what matters most first, of one priority the newest first."""
        return self._shown

    def on_event(self, event: object) -> None:
        """Hear news; give it to `EventBus.listen`."""
        found = heard_in(event, self._records())
        if found:
            now = self._clock.now()
            self._heard.extend((now, each) for each in found)

    def run_due(self) -> None:
        """Write down what was heard; what the disk does not take now is written later."""
        if not self._heard or (self._retry_at is not None and self._clock.monotonic() < self._retry_at):
            return
        try:
            if self._retry_at is not None:
                # The commit that failed may have reached the disk after all.
                self.read_anew()
            self._write_heard()
        except StorageError as error:
            log.warning("Alerts could not be stored yet: %s", error)
            self._retry_at = self._clock.monotonic() + RETRY_SECONDS
        else:
            self._retry_at = None

    def read_anew(self) -> None:
        """Take over what is on disk; raises StorageError."""
        with self._store.reader() as connection:
            self._take({alert.id: alert for alert in alert_rows.open_ones(connection)})

    def acknowledge(self, alert_id: int) -> Alert | None:
        """Note that the owner has seen it; again changes nothing. None: there is no such alert."""
        return self._amend(alert_id, lambda alert, now: replace(alert, acknowledged_at=alert.acknowledged_at or now))

    def resolve(self, alert_id: int) -> Alert | None:
        """End it in the owner's name; again changes nothing. None: there is no such alert."""
        return self._amend(alert_id, lambda alert, now: replace(alert, resolved_at=now, resolved_by=Resolver.OWNER))

    def _amend(self, alert_id: int, change: Callable[[Alert, datetime], Alert]) -> Alert | None:
        self.run_due()
        alert = self._open.get(alert_id)
        if alert is None:
            with self._store.reader() as connection:
                return alert_rows.find(connection, alert_id)
        changed = change(alert, self._clock.now())
        if changed != alert:
            with self._store.transaction() as connection:
                self._store_changed(connection, changed)
            self._put([changed])
        return changed

    def _write_heard(self) -> None:
        """Write all of it in one transaction; memory follows when it is on disk."""
        heard = list(self._heard)
        draft = dict(self._open)
        with self._store.transaction() as connection:
            for at, message in heard:
                if isinstance(message, AlertRaised):
                    self._raise(connection, draft, message, at=at)
                else:
                    self._end(connection, draft, message, at=at)
        for _ in heard:
            self._heard.popleft()
        if draft != self._open:
            self._take(draft)

    def _raise(
        self, connection: sqlite3.Connection, draft: dict[int, Alert], raised: AlertRaised, *, at: datetime
    ) -> None:
        priority = rule_of(raised.kind).priority
        text = plain_line(raised.text, longest=LONGEST_TEXT)
        known = next((each for each in draft.values() if _is_about(each, raised)), None)
        if known is not None:
            again = replace(known, priority=priority, text=text, at=at, repeats=known.repeats + 1)
            alert_rows.update(connection, again)
            draft[known.id] = again
            return
        alert = Alert(0, raised.kind, priority, text, raised.symbol, raised.algorithm_id, first_at=at, at=at)
        number = alert_rows.insert(connection, alert)
        draft[number] = replace(alert, id=number)

    def _end(self, connection: sqlite3.Connection, draft: dict[int, Alert], ended: AlertEnded, *, at: datetime) -> None:
        for alert in [each for each in draft.values() if _is_meant(each, ended)]:
            self._store_changed(connection, replace(alert, resolved_at=at, resolved_by=Resolver.CAUSE))
            del draft[alert.id]

    def _store_changed(self, connection: sqlite3.Connection, alert: Alert) -> None:
        alert_rows.update(connection, alert)
        if alert.resolved_at is not None:
            alert_rows.prune(connection, alert.resolved_at)

    def _put(self, changed: Iterable[Alert]) -> None:
        together = {**self._open, **{alert.id: alert for alert in changed}}
        self._take({number: alert for number, alert in together.items() if alert.is_open})

    def _take(self, alerts: Mapping[int, Alert]) -> None:
        self._open = alerts
        newest_first = sorted(alerts.values(), key=lambda alert: (alert.at, alert.id), reverse=True)
        self._shown = tuple(sorted(newest_first, key=lambda alert: alert.priority.rank)[:MOST_SHOWN])


def _is_about(alert: Alert, raised: AlertRaised) -> bool:
    about = (raised.kind, raised.symbol, raised.algorithm_id)
    return (alert.kind, alert.symbol, alert.algorithm_id) == about


def _is_meant(alert: Alert, ended: AlertEnded) -> bool:
    return (
        alert.kind == ended.kind
        and ended.symbol in (None, alert.symbol)
        and ended.algorithm_id in (None, alert.algorithm_id)
    )
