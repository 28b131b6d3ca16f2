"""Bars of a file into the store, some thousand a commit: repeating it, even after a kill, changes nothing.

In: a BarFile, the store. Out: stored bars and an account of every row. Thread: one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from database.bar_store import BarStore
from database.errors import ConfigError
from database.files.bar_file import BarFile
from database.files.refused_rows import RefusedRows

BARS_A_COMMIT = 5_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the rows of one file: rows = stored + already_there + off_session + refused.total."""

    name: str
    rows: int
    stored: int
    already_there: int
    off_session: int
    unsorted: int
    refused: RefusedRows

    def as_lines(self) -> list[str]:
        """Return what the owner reads."""
        counts = f"{self.stored:,} bars stored, {self.already_there:,} were there already"
        off_session = f", {self.off_session:,} outside regular hours left out" if self.off_session else ""
        unsorted = f" ({self.unsorted:,} out of order, which does no harm)" if self.unsorted else ""
        return [f"{self.name}: {self.rows:,} rows, {counts}{off_session}{unsorted}.", *self.refused.as_lines()]


def import_bars(file: BarFile, store: BarStore, *, tell: Callable[[int], None] = lambda _rows: None) -> ImportReport:
    """Store the bars of the file and return the account. tell: called with the rows read after each commit.

    Raises ConfigError when the rest of the file cannot be read; what stands before is stored.
    """
    stored, taken, dropped_before = 0, 0, store.dropped_off_session
    bars = file.bars()
    try:
        while batch := list(islice(bars, BARS_A_COMMIT)):
            stored += store.insert(batch)
            taken += len(batch)
            tell(file.rows)
    except ConfigError as error:
        raise ConfigError(f"{error} {stored:,} bars that stand before were stored.") from error
    off_session = store.dropped_off_session - dropped_before
    return ImportReport(
        name=file.path.name,
        rows=file.rows,
        stored=stored,
        already_there=taken - off_session - stored,
        off_session=off_session,
        unsorted=file.unsorted,
        refused=file.refused,
    )
