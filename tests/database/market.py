"""What the tests about market data share: bars to order, a market database in a folder, recorded days."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from database.bar import MINUTE, Bar, BarSource
from database.bar_store import BarStore
from database.bars.market_schema import APPLICATION_ID, migrations
from database.bars.market_world import MarketWorld
from database.calendar_manager import MarketCalendar, Session
from database.normaliser import epoch_seconds, make_bar
from database.schema_check import open_database
from database.sqlite_store import SqliteStore

FRIDAY = date(2026, 11, 20)


def session_on(day: date = FRIDAY) -> Session:
    session = MarketCalendar().session_on(day)
    assert session is not None
    return session


def bar_at(ts: int, close: float = 100.0, *, symbol: str = "SPY", source: BarSource = BarSource.STREAM) -> Bar:
    return make_bar(
        symbol, ts, open=close, high=close + 1, low=close / 2, close=close, volume=10.0, vwap=close, source=source
    )


def minutes_from_open(count: int, *, day: date = FRIDAY, symbol: str = "SPY", first: float = 100.0) -> list[Bar]:
    """Return the session's first bars, closes rising by 1."""
    session = session_on(day)
    return [bar_at(session.open + i * MINUTE, first + i, symbol=symbol) for i in range(count)]


def open_store(folder: Path) -> SqliteStore:
    return open_database(folder / "market.db", migrations, APPLICATION_ID, synchronous="NORMAL")


def open_world(folder: Path, calendar: MarketCalendar | None = None) -> MarketWorld:
    calendar = calendar or MarketCalendar()
    return MarketWorld(BarStore(open_store(folder), calendar), calendar)


def recorded_bars(path: Path) -> Iterator[Bar]:
    """Read a recorded file, extended hours included."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield make_bar(
                row["symbol"],
                epoch_seconds(row["timestamp"]),
                open=float(row["open"]),
                high=float(row["high"]),
                low=float(row["low"]),
                close=float(row["close"]),
                volume=float(row["volume"]),
                source=BarSource.HISTORY,
            )
