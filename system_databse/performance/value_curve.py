"""What a strategy made of its money, day after day: the curve behind returns, drawdown and growth (domain.md 7).

In: the last worth of each day, of one algorithm or several. Out: one curve of dollars. Thread: any. Money that comes
with another algorithm, or leaves with one that was stopped, is neither gain nor loss: the days are chained by their
returns, from the money of the first day on. Of a single algorithm the curve is its equity.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from system_databse.performance.returns import annual_growth, daily_returns, max_drawdown, sharpe_ratio, sortino_ratio

Number = float | int | None


@dataclass(frozen=True, slots=True)
class DayValue:
    """The last worth of a day, at its close where the program ran until then. ts: epoch seconds; the rest dollars."""

    ts: int
    equity: float
    exposure: float

    @property
    def day(self) -> str:
        """Return its session's date; a regular session lies within one day of UTC."""
        return datetime.fromtimestamp(self.ts, UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Member:
    """One algorithm of a strategy: what it began with, and its days, oldest first."""

    capital: float
    values: Sequence[DayValue]


@dataclass(frozen=True, slots=True)
class ValueCurve:
    """The start and then one value a day; days: their dates, one fewer."""

    days: tuple[str, ...]
    equity: tuple[float, ...]

    def figures(self, *, finished: int) -> dict[str, Number]:
        """Return the figures of a curve. finished: how many of its days are over; the others make no return yet."""
        returns = daily_returns(self.equity[: finished + 1])
        return {
            "sharpe_ratio": sharpe_ratio(returns),
            "sortino_ratio": sortino_ratio(returns),
            "max_drawdown": max_drawdown(self.equity).depth,
            "cagr": annual_growth(self.equity[: finished + 1]),
        }


def day_values(connection: sqlite3.Connection, scope: str, *, after: int = 0) -> list[DayValue]:
    """Return the last row of each day that is later than `after`, oldest first."""
    rows = connection.execute(
        "SELECT MAX(ts), equity, exposure FROM equity_snapshots WHERE scope = ? AND ts > ? GROUP BY ts / 86400"
        " ORDER BY 1",
        (scope, after),
    )
    return [DayValue(int(ts), float(equity), float(exposure or 0.0)) for ts, equity, exposure in rows]


def single(values: Sequence[DayValue]) -> list[Member]:
    """Return one member that began with its first day's end: an account, of which nobody knows what it held before."""
    return [Member(values[0].equity, values[1:])] if values else []


def curve_of(members: Sequence[Member]) -> ValueCurve:
    """Return the curve of all members together."""
    by_day: dict[str, list[tuple[int, float]]] = {}
    for number, member in enumerate(members):
        for value in member.values:
            by_day.setdefault(value.day, []).append((number, value.equity))
    days = sorted(by_day)
    worth = {number: member.capital for number, member in enumerate(members)}
    equity = [sum(worth[number] for number, _ in by_day[days[0]])] if days else []
    scale, before = 1.0, equity[0] if days else 0.0
    for day in days:
        base = sum(worth[number] for number, _ in by_day[day])
        if base != before:
            scale = equity[-1] / base if base > 0 else 0.0
        worth.update(by_day[day])
        before = sum(value for _, value in by_day[day])
        equity.append(before * scale)
    return ValueCurve(tuple(days), tuple(equity))
