"""The quarantine: an algorithm that ended the process, or hung it, does not get a third chance by itself.

In: the turn marker of the process before, the memory gate. Out: algorithms switched off until the owner resumes them.
Thread: engine. What is known is kept in system.db's settings, so that a restart forgets nothing.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds, parse_iso
from system_databse.rows import events, settings

log = logging.getLogger(__name__)

KEY = "quarantine"
STRIKES = 2
# Somebody ended the process twice in a year during the same algorithm's turn: that is chance.
STRIKES_COUNT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Suspect:
    """How often the process ended during an algorithm's turn. reason: why it is switched off, empty while it is not."""

    strikes: int
    last_at: str
    reason: str = ""


class Quarantine:
    """Remember suspects. now: market time in real time."""

    def __init__(self, system: SqliteStore, now: Callable[[], datetime]) -> None:
        self._system = system
        self._now = now
        with system.reader() as connection:
            self._suspects = _read(settings.get(connection, KEY))

    @property
    def reasons(self) -> Mapping[int, str]:
        """Return why which algorithms are switched off."""
        return {id_: suspect.reason for id_, suspect in self._suspects.items() if suspect.reason}

    def strike(self, algorithm_id: int) -> str:
        """Count that the process ended during this algorithm's turn; return why it is switched off now, if it is."""
        now = self._now()
        before = self._suspects.get(algorithm_id)
        is_again = before is not None and now - parse_iso(before.last_at) <= STRIKES_COUNT_FOR
        strikes = before.strikes + 1 if before and is_again else 1
        reason = before.reason if before else ""
        if strikes >= STRIKES:
            reason = f"AutoTrader ended or hung {strikes} times during this algorithm's turn: mend it, then resume it"
        self._keep(algorithm_id, Suspect(strikes, iso_milliseconds(now), reason))
        return reason

    def hold(self, algorithm_id: int, reason: str) -> None:
        """Switch an algorithm off for a reason that was measured."""
        strikes = self._suspects[algorithm_id].strikes if algorithm_id in self._suspects else 0
        self._keep(algorithm_id, Suspect(strikes, iso_milliseconds(self._now()), reason))

    def lift(self, algorithm_id: int) -> None:
        """Forget what an algorithm did: its owner resumes it."""
        if algorithm_id in self._suspects:
            self._keep(algorithm_id, None)

    def _keep(self, algorithm_id: int, suspect: Suspect | None) -> None:
        suspects = {id_: each for id_, each in self._suspects.items() if id_ != algorithm_id}
        if suspect is not None:
            suspects[algorithm_id] = suspect
        at = iso_milliseconds(self._now())
        with self._system.transaction() as connection:
            settings.put(connection, KEY, json.dumps({id_: asdict(each) for id_, each in suspects.items()}), at=at)
            if suspect is not None and suspect.reason:
                text = f"Algorithm {algorithm_id} is switched off: {suspect.reason}."
                events.insert(
                    connection, "algorithm.quarantined", {"text": text, "algorithm": str(algorithm_id)}, at=at
                )
        self._suspects = suspects


def _read(text: str | None) -> dict[int, Suspect]:
    """Return the suspects that are kept; what cannot be read suspects nobody."""
    try:
        rows = json.loads(text or "{}")
        return {
            int(id_): Suspect(int(row["strikes"]), str(row["last_at"]), str(row["reason"])) for id_, row in rows.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("What is kept of the quarantine cannot be read: it begins anew.")
        return {}
