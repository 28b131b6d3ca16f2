"""What has been asked of the broker's history, empty answers included, so that nothing is asked twice.

In: ranges that were fetched. Out: the session time not asked for yet. Thread: any, one lock.
Ranges are half open [start, end) in epoch seconds; touching ones are stored as one row of `backfills` (DONE). What was
asked for and never answered is a row of its own (GAP) for as long as it lasts.
"""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds

Range = tuple[int, int]
_DELETE_GAPS = "DELETE FROM backfills WHERE timeframe='1m' AND status='GAP'"


class Coverage:
    """Remember the fetched ranges of one-minute bars by symbol."""

    def __init__(self, store: SqliteStore, calendar: MarketCalendar) -> None:
        self._store = store
        self._calendar = calendar
        self._lock = threading.RLock()
        self._known: dict[str, list[Range]] = {}

    def uncovered(self, symbol: str, start: int, end: int) -> list[Range]:
        """Return the parts of [start, end) inside sessions that were never asked for, ascending.

        Parts with only closed hours between them are one, so that one request can fetch them.
        """
        covered = self._covered(symbol)
        joined: list[Range] = []
        end_of_last = 0
        for session in self._calendar.sessions_between(start, end):
            for piece in _subtract((max(start, session.open), min(end, session.close)), covered):
                if joined and joined[-1][1] == end_of_last and piece[0] == session.open:
                    joined[-1] = (joined[-1][0], piece[1])
                else:
                    joined.append(piece)
            end_of_last = session.close
        return joined

    def is_covered(self, symbol: str, ts: int) -> bool:
        """Tell whether the minute that starts at ts was asked for."""
        return not _subtract((ts, ts + MINUTE), self._covered(symbol))

    def read_again(self) -> None:
        """Look at the disk again: somebody else has changed what it says."""
        with self._lock:
            self._known.clear()

    def record(self, symbol: str, asked: Range, *, rows: int, at: int) -> None:
        """Note that [start, end) was asked for and answered with so many rows. at: epoch seconds now."""
        if asked[0] >= asked[1]:
            return
        with self._lock:
            known = self._covered(symbol)
            touching = [part for part in known if part[0] <= asked[1] and asked[0] <= part[1]]
            parts = [asked, *touching]
            merged = (min(start for start, _ in parts), max(end for _, end in parts))
            self._write(symbol, merged, replaced=touching, rows=rows, at=at)
            self._known[symbol] = sorted([*(part for part in known if part not in touching), merged])

    def forget(self, symbol: str) -> None:
        """Take back all that was noted of a symbol: its history is to be asked for anew."""
        with self._lock:
            with self._store.transaction() as connection:
                connection.execute("DELETE FROM backfills WHERE symbol=? AND timeframe='1m'", (symbol,))
            self._known.pop(symbol, None)

    def note_gaps(self, symbol: str, gaps: Sequence[Range], *, at: int) -> None:
        """Write down what the history should have and could not be had, in place of what was noted before."""
        noted_at = iso_milliseconds(datetime.fromtimestamp(at, UTC))
        with self._lock:
            if list(gaps) == [(start, end) for _, start, end in self.gaps(symbol)]:
                return
            with self._store.transaction() as connection:
                connection.execute(
                    "DELETE FROM backfills WHERE symbol=? AND timeframe='1m' AND status='GAP'", (symbol,)
                )
                connection.executemany(
                    "INSERT INTO backfills VALUES(?, '1m', ?, ?, 'GAP', 0, ?)",
                    [(symbol, *gap, noted_at) for gap in gaps],
                )

    def gaps(self, symbol: str | None = None) -> list[tuple[str, int, int]]:
        """Return (symbol, start, end) of what is missing for want of an answer, of one symbol or all."""
        with self._store.reader() as connection:
            return connection.execute(
                "SELECT symbol, from_ts, to_ts FROM backfills WHERE timeframe='1m' AND status='GAP'"
                " AND symbol=coalesce(?, symbol) ORDER BY 1, 2",
                (symbol,),
            ).fetchall()

    def _write(self, symbol: str, merged: Range, *, replaced: list[Range], rows: int, at: int) -> None:
        updated_at = iso_milliseconds(datetime.fromtimestamp(at, UTC))
        with self._store.transaction() as connection:
            connection.execute(f"{_DELETE_GAPS} AND symbol=? AND from_ts>=? AND from_ts<?", (symbol, *merged))
            for start, _ in replaced:
                row = connection.execute(
                    "DELETE FROM backfills WHERE symbol=? AND timeframe='1m' AND from_ts=? RETURNING rows",
                    (symbol, start),
                ).fetchone()
                rows += row[0] if row else 0
            # Another process may have noted the same start meanwhile; what is lost of its range is asked for again.
            connection.execute(
                "INSERT OR REPLACE INTO backfills VALUES(?, '1m', ?, ?, 'DONE', ?, ?)",
                (symbol, *merged, rows, updated_at),
            )

    def _covered(self, symbol: str) -> list[Range]:
        with self._lock:
            known = self._known.get(symbol)
            if known is None:
                known = self._known[symbol] = self._read(symbol)
            return known

    def _read(self, symbol: str) -> list[Range]:
        with self._store.reader() as connection:
            return connection.execute(
                "SELECT from_ts, to_ts FROM backfills WHERE symbol=? AND timeframe='1m' AND status='DONE' ORDER BY 1",
                (symbol,),
            ).fetchall()


def _subtract(whole: Range, covered: Sequence[Range]) -> list[Range]:
    """Return what is left of a range; covered is ascending and without overlaps."""
    start, end = whole
    left: list[Range] = []
    for covered_start, covered_end in covered:
        if covered_end <= start:
            continue
        if covered_start >= end:
            break
        if covered_start > start:
            left.append((start, covered_start))
        start = covered_end
    if start < end:
        left.append((start, end))
    return left
