"""Bars of symbols that nobody trades in a run and a strategy asks for all the same: read from the store, once.

In: a market database, a symbol. Out: its columns, empty when there are none. Thread: any; one reads at a time.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock

from database.bar_store import BarStore
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from orchestra.backtest.history.file_guard import reading
from orchestra.backtest.history.history import History


class OtherBars:
    """Read symbols and keep them, for run after run. waiting: stops a turn's time limit meanwhile."""

    def __init__(self, calendar: MarketCalendar, *, waiting: Callable[[], AbstractContextManager[None]]) -> None:
        self._calendar = calendar
        self._waiting = waiting
        self._lock = Lock()
        self._kept: dict[tuple[Path, str], BarColumns] = {}

    def of(self, history: History, symbol: str) -> BarColumns:
        """Return the symbol's bars until the end of the last session; recorded files have given all they hold."""
        if history.source != "store" or not history.paths:
            return BarColumns(symbol)
        key = history.paths[0], symbol
        with self._waiting(), self._lock:
            if key not in self._kept:
                self._kept[key] = self._read(*key)
        return self._kept[key].before(history.sessions[-1].close)

    def _read(self, market_db: Path, symbol: str) -> BarColumns:
        # Schemas bring sqlite_utils, which recorded files do not need.
        from database.bars.market_schema import APPLICATION_ID, migrations  # noqa: PLC0415
        from database.schema_check import open_database  # noqa: PLC0415

        with reading():
            store = open_database(market_db, migrations, APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
            try:
                return BarStore(store, self._calendar, is_only_writer=False).columns(symbol)
            finally:
                store.close()
