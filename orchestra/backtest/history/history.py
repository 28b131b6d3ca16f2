"""The past in memory: columns of bars by symbol, and the sessions they were traded in.

In: recorded files or the market database. Out: what a walk plays. Thread: one; nothing changes after loading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from database.bars.bar_columns import BarColumns
from database.calendar_manager import Session


@dataclass(frozen=True, slots=True)
class History:
    """What there is to play.

    columns: bars of regular sessions by symbol, from before the first session too (they may be looked at).
    sessions: those to be traded, ascending. source: 'files' or 'store'; sha256: of each file by its name.
    paths: where the bars were read; nobody may open these while they are played.
    """

    columns: Mapping[str, BarColumns]
    sessions: Sequence[Session]
    source: str = "files"
    sha256: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[Path] = ()

    @property
    def minutes(self) -> int:
        """Return how many minutes there are to decide."""
        return sum(session.minutes for session in self.sessions)
