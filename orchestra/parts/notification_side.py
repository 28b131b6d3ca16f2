"""The notification side of an engine: news becomes notices, what is urgent is on disk before it is told.

In: events, finished passes. Out: notices for the notifier, rows of the outbox, a heartbeat. Thread: engine, which never
waits for a service; a listener that fails harms nobody.
"""

import json
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from database.errors import StorageError
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.engine import Engine
from orchestra.messages.events import AlertRaised
from orchestra.notifications.addresses import masked
from orchestra.notifications.daily_summary import is_due, read_figures, summary_text
from orchestra.notifications.heartbeat import Heartbeat
from orchestra.notifications.news_notices import NewsNotices
from orchestra.notifications.notice import Loudness, Notice, Topic
from orchestra.notifications.notification_desk import NotificationDesk
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import Target
from orchestra.runtime.clock import Clock
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.control import outbox_rows
from system_databse.rows import events, settings

log = logging.getLogger(__name__)

NOTICE = "notice"
SUMMED_UP = "summed_up_day"
FAILING, WORKS = "notify.failed", "notify.works"
LOOK_SECONDS = 1.0
MOST_WAITING = 500
# A target is in trouble when it has not taken a message that often in a row.
FAILURES_UNTIL_TOLD = 3
BLOCKED_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Telling:
    """The parts that tell. closed_gates: why nothing may be bought now; clock: the machine's own."""

    desk: NotificationDesk
    notifier: Notifier
    heartbeat: Heartbeat
    clock: Clock
    closed_gates: Callable[[], Sequence[str]]


class NotificationSide:
    """Wire an engine to its notifier."""

    def __init__(self, engine: Engine, system: SqliteStore, telling: Telling) -> None:
        self._engine = engine
        self._system = system
        self._telling = telling
        self._news = NewsNotices(self._name_of)
        self._waiting: deque[Notice] = deque(maxlen=MOST_WAITING)
        self._looked_at = -LOOK_SECONDS
        self._blocked_since: float | None = None
        self._is_blocked_told = False
        # What the heartbeat tells: something that is wrong although the engine lives.
        self._problem = ""
        self._failing: frozenset[Target] = frozenset()
        self._has_begun = False
        engine.listen(self.on_event)
        engine.each_pass(self.run_due, at_stop=self._stop)

    @property
    def desk(self) -> NotificationDesk:
        """Return what the screens are given."""
        return self._telling.desk

    def on_event(self, event: object) -> None:
        """Take in an event of the bus; what is told of it is stored and sent after the pass."""
        notice = self._news.notice_of(event)
        if notice is not None:
            self._waiting.append(notice)

    def run_due(self) -> None:
        """Do what is due on a finished pass of the engine."""
        if not self._has_begun:
            self._has_begun = True
            self._begin()
        self._hand_over()
        now = self._telling.clock.monotonic()
        if now >= self._looked_at + LOOK_SECONDS:
            self._looked_at = now
            self._look(now)
            self._hand_over()
        self._telling.heartbeat.beat(self._telling.desk.wishes.heartbeat, self._problem)

    def on_end(self, reason: str, error: BaseException | None = None) -> None:
        """Tell why the run has ended."""
        if error is None:
            self._waiting.append(Notice(Topic.STOPPED, f"AutoTrader was stopped by {reason}. Nothing is traded."))
        else:
            text = f"AutoTrader broke off and trades no more ({type(error).__name__}). Look at its log."
            self._waiting.append(Notice(Topic.BROKEN_OFF, text))
        self._hand_over()

    def _begin(self) -> None:
        """Tell again what an earlier run could not tell, then that this one has begun."""
        with self._system.reader() as connection:
            left = [notice for row in outbox_rows.waiting(connection, NOTICE) if (notice := _kept(*row))]
        if left:
            self._telling.notifier.offer(left)
        running = sum(record.status is AlgorithmStatus.RUNNING for record in self._engine.books.records.values())
        mode = self._engine.world.mode
        count = f"{running} algorithm{'' if running == 1 else 's'} running"
        self._waiting.append(Notice(Topic.STARTED, f"AutoTrader has started in mode {mode}, {count}."))

    def _hand_over(self) -> None:
        """Give the notifier what waits, with the owner's loudness; what may not be lost goes on disk first."""
        if not self._waiting:
            return
        wishes = self._telling.desk.wishes
        waiting, at = list(self._waiting), iso_milliseconds(self._telling.clock.now())
        self._waiting.clear()
        if not wishes.targets:
            return
        told = [replace(notice, loudness=wishes.loudness(notice.topic), at=at) for notice in waiting]
        self._tell([notice for notice in told if notice.loudness is not Loudness.OFF])

    def _tell(self, notices: list[Notice]) -> None:
        lasting = [notice for notice in notices if notice.loudness is Loudness.URGENT]
        if lasting:
            kept = self._store(lasting)
            notices = [notice for notice in notices if notice.loudness is not Loudness.URGENT] + kept
        if notices:
            self._telling.notifier.offer(notices)

    def _store(self, notices: Sequence[Notice]) -> list[Notice]:
        """Return the notices as they are kept; a disk that takes no writes is one more reason to tell them."""
        try:
            with self._system.transaction() as connection:
                return [_inserted(connection, notice) for notice in notices]
        except StorageError as error:
            log.warning("A notice is told but could not be kept: %s", error)
            return list(notices)

    def _look(self, now: float) -> None:
        done = self._telling.notifier.take_done()
        if done:
            self._finish(done)
        self._watch_targets()
        self._watch_gates(now)
        self._sum_up()

    def _finish(self, rows: Sequence[int]) -> None:
        try:
            with self._system.transaction() as connection:
                outbox_rows.finish(connection, rows, at=iso_milliseconds(self._telling.clock.now()))
        except StorageError as error:
            # They are told again after a restart: once too often is better than never.
            log.warning("Notices were told, but that could not be noted down: %s", error)

    def _watch_targets(self) -> None:
        """Tell on the screen which target does not take what it is sent, once, and when it works again."""
        desk = self._telling.desk
        states = {target: desk.state_of(target) for target in desk.wishes.targets}
        failing = {target for target, state in states.items() if state.failures >= FAILURES_UNTIL_TOLD}
        works = {target for target in self._failing if target in states and not states[target].failures}
        for target in failing - self._failing:
            state = states[target]
            since = f"{state.failing_since[:16].replace('T', ' ')} UTC"
            self._alert(FAILING, f"Notices to {masked(target.address)} do not arrive since {since}: {state.problem}")
        still = frozenset((self._failing | failing) - works) & states.keys()
        if self._failing and not still:
            self._alert(WORKS, "Notices arrive again, or nobody is told any more where they did not.")
        self._failing = still

    def _alert(self, kind: str, text: str) -> None:
        at = iso_milliseconds(self._engine.world.clock.now())
        with self._system.transaction() as connection:
            events.insert(connection, kind, {"text": text, "symbol": ""}, at=at)
        self._engine.publish(AlertRaised(kind, text))

    def _watch_gates(self, now: float) -> None:
        """Tell once that nothing could be bought for five minutes of a session, and when it is over."""
        is_open = self._engine.world.calendar.is_open(int(self._engine.world.clock.now().timestamp()))
        reasons = self._telling.closed_gates() if is_open else ()
        if not reasons:
            if self._is_blocked_told and is_open:
                self._waiting.append(Notice(Topic.BUYING_BLOCKED, "Algorithms can buy again."))
                self._is_blocked_told = False
            self._blocked_since, self._problem = None, ""
            return
        self._blocked_since = now if self._blocked_since is None else self._blocked_since
        if not self._is_blocked_told and now >= self._blocked_since + BLOCKED_SECONDS:
            self._is_blocked_told = True
            self._problem = f"Nothing can be bought for five minutes now: {'; '.join(reasons)}."
            self._waiting.append(Notice(Topic.BUYING_BLOCKED, self._problem))

    def _sum_up(self) -> None:
        """Tell the summary of a session that is over, once, also after a restart."""
        wishes, world = self._telling.desk.wishes, self._engine.world
        loudness = wishes.loudness(Topic.SUMMARY)
        now = int(world.clock.now().timestamp())
        session = world.calendar.last_session(now)
        if session is None or not wishes.targets or loudness is Loudness.OFF or now < session.close:
            return
        with self._system.reader() as connection:
            told = settings.get(connection, SUMMED_UP)
            until, is_simulated = self._engine.books.minute, world.clock.is_simulated
            if not is_due(session, now, told=told, is_simulated=is_simulated, decided_until=until):
                return
            figures = read_figures(connection, session, self._names())
        text = summary_text(session, figures, world.calendar.next_session(now))
        at = iso_milliseconds(self._telling.clock.now())
        with self._system.transaction() as connection:
            settings.put(connection, SUMMED_UP, session.day.isoformat(), at=iso_milliseconds(world.clock.now()))
            kept = _inserted(connection, Notice(Topic.SUMMARY, text, loudness, at))
        self._telling.notifier.offer([kept])

    def _names(self) -> dict[int, str]:
        """Return the algorithms that may still gain or lose."""
        books = self._engine.books
        return {
            id_: self._name_of(id_)
            for id_, record in books.records.items()
            if record.status is not AlgorithmStatus.STOPPED or books.ledger.position(id_, record.ticker).is_open
        }

    def _name_of(self, algorithm_id: int) -> str:
        record = self._engine.books.records.get(algorithm_id)
        name = record.name.replace("_", " ") if record else f"algorithm {algorithm_id}"
        return f"{name} on {record.ticker}" if record else name

    def _stop(self) -> None:
        self._hand_over()
        self._telling.heartbeat.stop()
        self._telling.notifier.stop()
        if done := self._telling.notifier.take_done():
            self._finish(done)


def _inserted(connection: sqlite3.Connection, notice: Notice) -> Notice:
    body = {"topic": str(notice.topic), "text": notice.text, "loudness": str(notice.loudness), "at": notice.at}
    return replace(notice, row=outbox_rows.insert(connection, NOTICE, json.dumps(body)))


def _kept(row: int, body: str) -> Notice | None:
    """Return a notice of an earlier run; one that cannot be read is nobody's news."""
    try:
        kept = json.loads(body)
        at, text = str(kept["at"]), str(kept["text"])
        told = f"Before a restart, at {at[:16].replace('T', ' ')} UTC: {text}"
        return Notice(Topic(kept["topic"]), told, Loudness(kept["loudness"]), at, row)
    except (ValueError, KeyError, TypeError):
        return None
