"""The preference counter: what the owner prefers is kept, and told to every screen.

In: SetPreferences. Out: an answer with all of them. Thread: engine, the only writer of system.db.
"""

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.messages.commands import Answer, Refusal, SetPreferences, refused
from orchestra.runtime.clock import Clock
from system_databse.control import preference_rows
from system_databse.control.preferences import Preferences, why_not


class PreferenceCounter:
    """Know and keep the preferences. usual: what holds where the owner chose nothing."""

    def __init__(self, store: SqliteStore, clock: Clock, *, usual: Preferences) -> None:
        self._store = store
        self._clock = clock
        self._usual = usual
        self._current: Preferences | None = None

    @property
    def current(self) -> Preferences:
        """Return every preference; read from the disk once."""
        if self._current is None:
            with self._store.reader() as connection:
                self._current = preference_rows.load(connection, self._usual)
        return self._current

    def set(self, command: SetPreferences) -> Answer:
        """Keep what was chosen, all of it or nothing."""
        for name, value in command.changes.items():
            if reason := why_not(name, value):
                return refused(Refusal.INVALID, reason)
        with self._store.transaction() as connection:
            preference_rows.put(connection, command.changes, at=iso_milliseconds(self._clock.now()))
        self._current = self.current.with_values(command.changes)
        return Answer({"preferences": self._current.to_values()})
