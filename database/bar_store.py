"""Minute bars on disk: one commit a minute, the better source wins, reads without waiting.

In: validated Bars of any source and order. Out: bars by symbol and time, ascending.
Thread: any; the writer is behind the store's lock, readers use connections of their own.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

from database.bar import MINUTE, Bar, BarSource
from database.bars.bar_columns import BarColumns
from database.bars.bar_mapping import BarMapping, shape
from database.bars.coverage import Coverage
from database.bars.recent_bars import DEPTH, RecentBars
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from database.timeframes.longer_bars import LongerBars, StoredMinutes
from database.timeframes.timeframe import Alignment

_COLUMNS = "symbol_id, ts, o, h, l, c, v, vwap, n, source"
_WIDTH = 10
_ROWS_A_STATEMENT = 50
_ROW = "(?,?,?,?,?,?,?,?,?,?)"
_UPSERT = """
    INSERT INTO bars_1m({columns}) VALUES {rows}
    ON CONFLICT(symbol_id, ts) DO UPDATE SET
        o=excluded.o, h=excluded.h, l=excluded.l, c=excluded.c, v=excluded.v,
        vwap=excluded.vwap, n=excluded.n, source=excluded.source, rev=rev + 1
    WHERE excluded.source > bars_1m.source"""
_UPSERT_ONE = _UPSERT.format(columns=_COLUMNS, rows=_ROW)
# Many rows a statement save a quarter of the time of executemany, whose cost is mostly per statement; but only
# for neighbours: of rows on scattered pages SQLite keeps a copy of each page in case the statement fails half way.
_UPSERT_MANY = _UPSERT.format(columns=_COLUMNS, rows=",".join([_ROW] * _ROWS_A_STATEMENT))
_SELECT = "SELECT ts, o, h, l, c, v, vwap, n, source FROM bars_1m WHERE symbol_id=?"
_SELECT_COLUMNS = "SELECT ts, o, h, l, c, v FROM bars_1m WHERE symbol_id=? AND ts>=? AND ts<? ORDER BY ts"
_SELECT_LAST = f"{_SELECT} AND ts<=? ORDER BY ts DESC LIMIT ?"
_SELECT_BETWEEN = f"{_SELECT} AND ts>=? AND ts<? ORDER BY ts"

_numbers = attrgetter("ts", "open", "high", "low", "close", "volume", "vwap", "trade_count")

FOR_EVER = 2**62
BarRow = tuple[int, float, float, float, float, float, float | None, int | None, int]


class BarOrigin(NamedTuple):
    """Where a stored bar came from; rev: how often a better source replaced it."""

    ts: int
    source: BarSource
    rev: int


class BarStore:
    """Keep the bars of regular sessions; what lies outside is dropped and counted.

    is_only_writer: False where another process writes the file, so that memory would not notice. alignment: of longer
    bars.
    """

    def __init__(
        self,
        store: SqliteStore,
        calendar: MarketCalendar,
        *,
        is_only_writer: bool = True,
        alignment: Alignment = Alignment.CLOCK,
    ) -> None:
        self.store = store
        self.recent = RecentBars()
        self.longer = LongerBars(
            StoredMinutes(self.columns_between, self.oldest_ts), calendar, alignment=alignment, is_kept=is_only_writer
        )
        self.coverage = Coverage(store, calendar)
        self.dropped_off_session = 0
        self._calendar = calendar
        self._is_only_writer = is_only_writer
        self._ids: dict[str, int] = {}

    def insert(self, bars: Iterable[Bar]) -> int:
        """Store bars in one commit and return how many rows were inserted or changed.

        A bar already there is replaced only by one of a higher source rank (its rev then counts up),
        so that repeating any import changes nothing.
        """
        kept = self._in_session(bars)
        if not kept:
            return 0
        with self.store.transaction() as connection:
            ids = self._ids_for(connection, kept)
            changed = _write(connection, kept, ids)
        self._ids = ids
        self.recent.on_stored(kept)
        self.longer.on_stored(kept)
        return changed

    def last_bars(self, symbol: str, count: int, *, before: int) -> list[Bar]:
        """Return up to `count` bars that are over by `before` (ts + 60 <= before), ascending."""
        return [_bar(symbol, row) for row in self.last_rows(symbol, count, before=before)]

    def last_rows(self, symbol: str, count: int, *, before: int) -> list[BarRow]:
        """Return the rows of `last_bars` as SQLite holds them."""
        symbol_id = self._id(symbol)
        if symbol_id is None or count <= 0:
            return []
        with self.store.reader() as connection:
            rows = connection.execute(_SELECT_LAST, (symbol_id, before - MINUTE, count)).fetchall()
        rows.reverse()
        return rows

    def last_shaped(self, symbol: str, count: int, *, before: int) -> list[BarMapping]:
        """Return the same bars in the shape of the algorithm contract, from memory where it reaches."""
        shaped = self.recent.last(symbol, count, before)
        if shaped is None and self._is_only_writer and not self.recent.holds(symbol):
            self._remember(symbol)
            shaped = self.recent.last(symbol, count, before)
        if shaped is None:
            return [shape(bar) for bar in self.last_bars(symbol, count, before=before)]
        return shaped

    def bars_between(self, symbol: str, start: int, end: int) -> list[Bar]:
        """Return the bars with start <= ts < end, ascending."""
        symbol_id = self._id(symbol)
        if symbol_id is None:
            return []
        with self.store.reader() as connection:
            rows = connection.execute(_SELECT_BETWEEN, (symbol_id, start, end)).fetchall()
        return [_bar(symbol, row) for row in rows]

    def columns(self, symbol: str) -> BarColumns:
        """Return every bar of the symbol in columns, for a backtest; empty when there is none."""
        return self.columns_between(symbol, 0, FOR_EVER)

    def columns_between(self, symbol: str, start: int, end: int) -> BarColumns:
        """Return the bars with start <= ts < end in columns."""
        columns = BarColumns(symbol)
        symbol_id = self._id(symbol)
        if symbol_id is not None:
            with self.store.reader() as connection:
                for ts, *ohlcv in connection.execute(_SELECT_COLUMNS, (symbol_id, start, end)):
                    columns.add(ts, (ohlcv[0], ohlcv[1], ohlcv[2], ohlcv[3], ohlcv[4]))
        return columns

    def origins(self, symbol: str, start: int, end: int) -> list[BarOrigin]:
        """Return where each bar with start <= ts < end came from, ascending."""
        symbol_id = self._id(symbol)
        if symbol_id is None:
            return []
        with self.store.reader() as connection:
            rows = connection.execute(
                "SELECT ts, source, rev FROM bars_1m WHERE symbol_id=? AND ts>=? AND ts<? ORDER BY ts",
                (symbol_id, start, end),
            ).fetchall()
        return [BarOrigin(ts, BarSource(source), rev) for ts, source, rev in rows]

    def newest_ts(self, symbol: str) -> int | None:
        """Return the start of the symbol's newest stored minute."""
        symbol_id = self._id(symbol)
        if symbol_id is None:
            return None
        with self.store.reader() as connection:
            newest: int | None = connection.execute(
                "SELECT max(ts) FROM bars_1m WHERE symbol_id=?", (symbol_id,)
            ).fetchone()[0]
        return newest

    def oldest_ts(self, symbol: str) -> int | None:
        """Return the start of the symbol's oldest stored minute."""
        symbol_id = self._id(symbol)
        if symbol_id is None:
            return None
        with self.store.reader() as connection:
            oldest: int | None = connection.execute(
                "SELECT min(ts) FROM bars_1m WHERE symbol_id=?", (symbol_id,)
            ).fetchone()[0]
        return oldest

    def replace(self, symbol: str, bars: Iterable[Bar], *, until: int) -> None:
        """Put these bars in the place of everything stored of the symbol before `until`, in one commit."""
        kept = self._in_session(bars)
        with self.store.transaction() as connection:
            ids = self._ids_for(connection, kept)
            row = connection.execute("SELECT id FROM symbols WHERE symbol=?", (symbol,)).fetchone()
            for table in ("bars_1m", "bars_derived") if row else ():
                connection.execute(f"DELETE FROM {table} WHERE symbol_id=? AND ts<?", (row[0], until))
            _write(connection, kept, ids)
        self._ids = ids
        self._forget(symbol)

    def rename(self, old: str, new: str) -> None:
        """Let the bars of a symbol bear the company's new one; bars that the new one has already stay as they are."""
        with self.store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO symbols(symbol) VALUES(?)", (new,))
            for table in ("bars_1m", "bars_derived"):
                connection.execute(
                    f"UPDATE OR IGNORE {table} SET symbol_id=(SELECT id FROM symbols WHERE symbol=?)"
                    " WHERE symbol_id=(SELECT id FROM symbols WHERE symbol=?)",
                    (new, old),
                )
        self._forget(old)
        self._forget(new)

    def _forget(self, symbol: str) -> None:
        self.recent.forget(symbol)
        self.longer.forget(symbol)

    def _remember(self, symbol: str) -> None:
        writes = self.recent.writes
        bars = self.last_bars(symbol, DEPTH, before=FOR_EVER)
        if bars:
            self.recent.keep(symbol, bars, writes=writes)

    def _in_session(self, bars: Iterable[Bar]) -> list[Bar]:
        """Keep the bars inside sessions; bars come in runs, so the session rarely has to be looked up."""
        kept: list[Bar] = []
        opens = closes = 0
        for bar in bars:
            if not opens <= bar.ts < closes:
                session = self._calendar.session_at(bar.ts)
                if session is None:
                    self.dropped_off_session += 1
                    continue
                opens, closes = session.open, session.close
            kept.append(bar)
        return kept

    def _ids_for(self, connection: sqlite3.Connection, bars: list[Bar]) -> dict[str, int]:
        """Return every known id and the ones these bars need; they count only after the commit."""
        missing = {bar.symbol for bar in bars} - self._ids.keys()
        ids = dict(self._ids) if missing else self._ids
        for symbol in sorted(missing):
            connection.execute("INSERT OR IGNORE INTO symbols(symbol) VALUES(?)", (symbol,))
            ids[symbol] = connection.execute("SELECT id FROM symbols WHERE symbol=?", (symbol,)).fetchone()[0]
        return ids

    def _id(self, symbol: str) -> int | None:
        known = self._ids.get(symbol)
        if known is not None:
            return known
        with self.store.reader() as connection:
            row = connection.execute("SELECT id FROM symbols WHERE symbol=?", (symbol,)).fetchone()
        if row is None:
            return None
        self._ids = {**self._ids, symbol: row[0]}
        return int(row[0])


def _write(connection: sqlite3.Connection, bars: list[Bar], ids: dict[str, int]) -> int:
    before = connection.total_changes
    rows = ((ids[bar.symbol], *_numbers(bar), int(bar.source)) for bar in bars)
    if _are_neighbours(bars):
        connection.executemany(_UPSERT_MANY, _batches(rows, len(bars) // _ROWS_A_STATEMENT))
    connection.executemany(_UPSERT_ONE, rows)
    return connection.total_changes - before


def _are_neighbours(bars: list[Bar]) -> bool:
    """Tell a bulk import, symbol after symbol, from the bars of a minute."""
    return len(bars) >= _ROWS_A_STATEMENT and bars[0].symbol == bars[_ROWS_A_STATEMENT - 1].symbol


def _batches(rows: Iterator[tuple[object, ...]], count: int) -> Iterator[list[object]]:
    for _ in range(count):
        yield list(chain.from_iterable(islice(rows, _ROWS_A_STATEMENT)))


def _bar(symbol: str, row: BarRow) -> Bar:
    return Bar(symbol, *row[:8], BarSource(row[8]))
