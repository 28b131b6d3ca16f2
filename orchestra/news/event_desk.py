"""The event desk of an engine: what is told outside is kept in the event log, and what nobody tells is noticed.

In: events of the bus, time. Out: rows of `events`, events that no part tells by itself. Thread: engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from database.calendar_manager import MarketCalendar
from database.schema_check import schema_warnings
from database.sqlite_store import SqliteStore
from orchestra.messages.events import SchemaWarned
from orchestra.news.envelopes import Names
from orchestra.news.event_log import EventLog
from orchestra.news.turns_of_events import MarketTurns, WorkerWatch
from orchestra.runtime.agenda import GoodEnd
from orchestra.runtime.clock import Clock
from system_databse import system_schema


@dataclass(frozen=True, slots=True)
class TalkingEngine:
    """What the desk needs of an engine. name_of: an algorithm's name by its number; last_ok: of its jobs, by name."""

    store: SqliteStore
    clock: Clock
    calendar: MarketCalendar
    publish: Callable[[object], None]
    name_of: Names
    last_ok: Callable[[], Mapping[str, GoodEnd]]


class EventDesk:
    """Keep and notice. Give `log.on_event` to the bus, `run_due` to each pass, `log.flush` to the end."""

    def __init__(self, engine: TalkingEngine) -> None:
        self._engine = engine
        self.log = EventLog(engine.store, engine.clock, name_of=engine.name_of)
        self._market = MarketTurns(engine.calendar, engine.clock, engine.publish)
        self._workers = WorkerWatch(engine.last_ok, engine.clock, engine.publish)

    def begin(self) -> None:
        """Tell what the system database lacks."""
        for text in schema_warnings(self._engine.store, system_schema.migrations):
            self._engine.publish(SchemaWarned(text))

    def run_due(self) -> None:
        """Do what is due on each pass of the loop."""
        self._market.run_due()
        self._workers.run_due()
        self.log.run_due()
