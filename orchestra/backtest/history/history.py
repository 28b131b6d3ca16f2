"""The past in memory: columns of bars by symbol, and the sessions they were traded in.

In: recorded files or the market database. Out: what a walk plays. Thread: one; nothing changes after loading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from database.bars.bar_columns import BarColumns
from database.calendar_manager import Session
from database.weather.k_index import Sample


@dataclass(frozen=True, slots=True)
class History:
    """What there is to play.

    columns: bars of regular sessions by symbol, from before the first session too (they may be looked at).
    sessions: those to be traded, ascending; absent: the days asked for that are over and have no bar, ascending.
    source: 'files' or 'store'; sha256: of each file by its name. paths: where the bars were read; nobody may open these
    while they are played. weather: readings of the K-index, ascending.
    """

    columns: Mapping[str, BarColumns]
    sessions: Sequence[Session]
    source: str = "files"
    sha256: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[Path] = ()
    weather: Sequence[Sample] = ()
    absent: Sequence[date] = ()

    @property
    def minutes(self) -> int:
        """Return how many minutes there are to decide."""
        return sum(session.minutes for session in self.sessions)
