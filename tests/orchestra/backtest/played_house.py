"""A backtester over made-up histories, for tests: strategies written on the spot, rows kept."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from textwrap import dedent

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar, Session
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.played import Played
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.backtest.walk.decision_row import DecisionRow
from orchestra.messages.commands import StartAlgorithm

ROOT = Path(__file__).resolve().parents[3]
DAYS = (date(2024, 6, 11), date(2024, 6, 12))
HALF_DAY = date(2024, 11, 29)


@cache
def calendar() -> MarketCalendar:
    return MarketCalendar()


def sessions(*days: date) -> list[Session]:
    found = [calendar().session_on(day) for day in days]
    return [session for session in found if session is not None]


def made_columns(symbol: str, days: Sequence[date], *, seed: int = 1, traded: float = 1.0) -> BarColumns:
    """Return a seeded walk of whole cents; traded: share of the minutes that have a bar."""
    chance, cents, columns = random.Random(f"{symbol} {seed}"), 10_000, BarColumns(symbol)
    for session in sessions(*days):
        for ts in range(session.open, session.close, MINUTE):
            opened = cents + chance.randint(-3, 3)
            cents = max(100, opened + chance.randint(-9, 9))
            high, low = max(opened, cents) + chance.randint(0, 5), min(opened, cents) - chance.randint(0, 5)
            if chance.random() < traded:
                prices = (opened / 100, high / 100, low / 100, cents / 100)
                columns.add(ts, (*prices, float(chance.randint(1, 9_000))))
    return columns


def made_history(*columns: BarColumns, days: Sequence[date] = DAYS) -> History:
    return History({each.symbol: each for each in columns}, sessions(*days))


@dataclass
class Rows:
    """A sink that keeps everything."""

    rows: list[DecisionRow] = field(default_factory=list)
    batches: int = 0

    def take(self, rows: Sequence[DecisionRow]) -> None:
        self.rows += rows
        self.batches += 1

    def restart(self) -> None:
        self.rows, self.batches = [], 0

    def by_minute(self, algorithm_id: int = 1) -> dict[int, DecisionRow]:
        """Return the row that tells of each minute."""
        return {
            minute: row
            for row in self.rows
            if row.algorithm_id == algorithm_id
            for minute in range(row.minute, row.until_minute + MINUTE, MINUTE)
        }


def strategy(folder: Path, body: str, *, name: str = "idea") -> Path:
    """Write a strategy file."""
    path = folder / f"{name}.py"
    path.write_text(dedent(body), encoding="utf-8")
    return path


def asked(algorithm: Path | str, ticker: str = "ACME", capital: str = "20000", **params: object) -> StartAlgorithm:
    return StartAlgorithm(str(algorithm), ticker, Decimal(capital), params)


@dataclass
class House:
    """Plays requests."""

    limit_seconds: float = 5.0
    rows: Rows = field(default_factory=Rows)

    def play(self, history: History, *algorithms: StartAlgorithm, costs: Costs | None = None) -> Played:
        self.rows = Rows()
        backtester = Backtester(ROOT / "algorithm", calendar(), limit_seconds=self.limit_seconds)
        request = BacktestRequest(algorithms, costs=costs or Costs())
        return backtester.play(request, history, sink=self.rows)
