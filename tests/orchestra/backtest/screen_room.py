"""Backtests as screens have them, in a folder of their own: a few made-up days of bars, players that do as told."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from database.bar import Bar, BarSource
from database.bar_store import BarStore
from database.bars.market_schema import APPLICATION_ID, migrations
from database.calendar_manager import MarketCalendar, Session
from database.schema_check import open_database
from orchestra.backtest.jobs.job import put_progress
from orchestra.backtest.jobs.jobs import BacktestJobs
from orchestra.backtest.jobs.quiet_child import ROOT, start_quietly
from orchestra.backtest.jobs.shelf import Shelf
from orchestra.backtest.progress import Progress
from orchestra.backtest.result import BacktestResult
from orchestra.backtest.screen.backtests import Backtests, Bars
from orchestra.runtime.clock import SystemClock
from tests.orchestra.backtest.jobs.processes import WAIT_SECONDS
from tests.orchestra.backtest.played_house import calendar, made_columns, sessions

# A Monday evening in New York, after the close.
NOW = datetime(2024, 3, 18, 22, tzinfo=UTC)
HELD = (date(2024, 3, 12), date(2024, 3, 13), date(2024, 3, 15))
# Stands for a player until the test ends it: with `end` as a file beside it, it fails as that file says.
WAITS = """
import sys, time
from pathlib import Path
from orchestra.backtest.jobs.quiet_child import stand_back
stand_back(int(sys.argv[1]))
folder = Path(sys.argv[2])
while not (folder / "end").exists():
    time.sleep(0.02)
(folder / "failure.txt").write_text((folder / "end").read_text())
sys.exit(1)
"""


class MarketTime(SystemClock):
    """A market clock that stands still."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Room:
    """Backtests of one test, what they lie on, and what the broker has of ACME."""

    folder: Path
    shelf: Shelf
    store: BarStore
    screens: Backtests
    jobs: BacktestJobs
    broker: "MadeUpBroker"

    def keep(self, result: BacktestResult, now: datetime = NOW) -> str:
        """Put a result on the shelf and return its id."""
        return self.shelf.keep(self.shelf.begin(now), result, now=now)

    def tell(self, id_: str, done: int, total: int, *, at: str, seconds: float = 30.0) -> None:
        """Say how far a job is, as its player does."""
        put_progress(self.shelf.folder / f".{id_}", Progress(done, total, at), seconds=seconds)

    def fail(self, id_: str, why: str) -> None:
        """Let a player fail."""
        (self.shelf.folder / f".{id_}" / "end").write_text(why, encoding="utf-8")

    def wait(self, is_so: Callable[[], object]) -> None:
        """Wait for what a player brings about."""
        end = time.monotonic() + WAIT_SECONDS
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.02)

    def close(self) -> None:
        self.screens.close()
        self.store.store.close()


class MadeUpBroker:
    """History for who asks: bars of the sessions it has, or what goes wrong."""

    def __init__(self, store: BarStore) -> None:
        self.store = store
        self.asked: list[tuple[str, int, int]] = []
        self.error: Exception | None = None
        self.gate: Callable[[], Any] = lambda: None

    def pull(self, symbol: str, start: int, end: int) -> int:
        self.gate()
        self.asked.append((symbol, start, end))
        if self.error is not None:
            raise self.error
        found = calendar().sessions_between(start, end)
        stored = self.store.insert(bars_of(symbol, found))
        self.store.coverage.record(symbol, (start, end), rows=stored, at=int(NOW.timestamp()))
        return stored


def bars_of(symbol: str, played: Sequence[Session]) -> list[Bar]:
    columns = made_columns(symbol, [session.day for session in played])
    rows = zip(columns.times, columns.opens, columns.highs, columns.lows, columns.closes, columns.volumes, strict=True)
    return [Bar(symbol, ts, o, h, low, c, v, source=BarSource.HISTORY) for ts, o, h, low, c, v in rows]


def waiting_player(_module: str, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a stand-in that waits for its end."""
    command = [sys.executable, "-c", WAITS, str(os.getpid()), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)


def open_room(folder: Path, *, is_real: bool = False, days: Sequence[date] = HELD) -> Room:
    """Return a room. is_real: jobs are played by real children; otherwise they wait for the test."""
    market = folder / "market.db"
    store = BarStore(
        open_database(market, migrations, APPLICATION_ID, synchronous="NORMAL"), MarketCalendar(), is_only_writer=True
    )
    store.insert(bars_of("ACME", sessions(*days)))
    shelf, broker = Shelf(folder / "backtests"), MadeUpBroker(store)
    start = start_quietly if is_real else waiting_player
    jobs = BacktestJobs(shelf, SystemClock(), start=start)
    bars = Bars(store, market, calendar(), MarketTime(), pull=broker.pull)
    return Room(folder, shelf, store, Backtests(shelf, jobs, bars), jobs, broker)


def wish_values(**changes: Any) -> Mapping[str, Any]:
    """Return a wish as a page sends it."""
    return {"algorithm": "sma_crossover", "tickers": ["ACME"], "cash": "10000", **changes}
