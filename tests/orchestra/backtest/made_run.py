"""A whole backtest, played and measured, for tests of what shows one."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from orchestra.backtest.measures.measure import measure
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.backtest.result import BacktestResult
from tests.orchestra.backtest.played_house import House, asked, calendar, made_columns, made_history, strategy

SWINGS = """
    from database.db_manager import get_closes
    from system_databse.system_db_manager import get_transactions

    class Algorithm:
        PARAMETERS = (
            {"name": "bars", "default": 5, "range": (2, 50), "help": "Minutes"},
            {"name": "shares", "default": 10, "range": (1, 1000), "help": "Shares"},
        )

        def __init__(self, ticker, initial_capital):
            self.ticker, self.bars, self.shares = ticker, 5, 10

        def run(self, current_time, algo_id):
            closes = get_closes(self.ticker, self.bars)
            if len(closes) < self.bars:
                self.reason = "warming up"
                return ("hold", 0)
            rows = get_transactions(algo_id)
            held = sum(r["shares"] if r["type"] == "buy" else -r["shares"] for r in rows[-1:])
            if held <= 0 and closes == sorted(set(closes)):
                self.reason = "rose for some minutes"
                return ("buy", self.shares)
            if held > 0 and closes == sorted(set(closes), reverse=True):
                self.reason = "fell for some minutes"
                return ("sell", self.shares)
            self.reason = "no swing"
            return ("hold", 0)
"""


def weekdays(first: date, count: int) -> list[date]:
    """Return the first sessions from a day on."""
    start = calendar().session_on(first)
    assert start is not None
    return [each.day for each in calendar().sessions_between(start.open, start.open + count * 2 * 86_400)][:count]


@cache
def made_result(
    days: int = 70, *, tickers: tuple[str, ...] = ("ACME",), seed: int = 1, bars: int = 3, costs: Costs | None = None
) -> BacktestResult:
    """Return the result of a run over made-up days; equal arguments give an equal result."""
    played_days: Sequence[date] = weekdays(date(2024, 3, 1), days)
    history = made_history(*(made_columns(ticker, played_days, seed=seed) for ticker in tickers), days=played_days)
    path = strategy(Path(mkdtemp()), SWINGS, name="swings")
    algorithms = tuple(asked(path, ticker, bars=bars) for ticker in tickers)
    wanted = costs or Costs(commission_per_order=Decimal("0.35"), spread_bps=Decimal(2))
    played = House().play(history, *algorithms, costs=wanted)
    return measure(played, BacktestRequest(algorithms, costs=wanted), history, seconds=1.5)
