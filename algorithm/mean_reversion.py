"""Buy what has fallen unusually far in an upward market, and sell when it is back at its average.

Bars of five minutes. Entry: the close lies two standard deviations or more below its average of 20 bars, the RSI of two
bars is below 10, and the close is above the average of 200. Exit: back at the average, a loss of three average true
ranges, or 60 bars held. State is read from bars and transactions each minute, so that a restart changes nothing.
"""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any, ClassVar

from talipp.indicators import ATR, RSI

from algorithm.exit_rules import Exit, ExitRules, all_bars_since_entry, has_left_on_last_bar
from algorithm.holding import Bars, Holding, HoldingReader, epoch_of, staleness
from algorithm.warm_indicators import WARM_UP, OncePerBar, WarmIndicators

TIMEFRAME, MINUTES, BARS_A_DAY = "5m", 5, 78
BARS_NEEDED = TREND_BARS = 200
ATR_BARS, RSI_BARS = 14, 2
# A price that does not move has no deviation; what is left is float residue.
RESIDUE = 1e-9

Decision = tuple[str, int]


class Algorithm:
    """Trade one ticker back to its average, long only."""

    PARAMETERS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"name": "average_bars", "default": 20, "range": (5, 100), "help": "Bars of the average it returns to"},
        {"name": "entry_deviations", "default": 2.0, "range": (0.5, 5.0), "help": "Deviations below it to buy at"},
        {"name": "entry_rsi", "default": 10.0, "range": (1.0, 50.0), "help": "Buy only below this RSI of two bars"},
        {"name": "stop_ranges", "default": 3.0, "range": (0.5, 10.0), "help": "Loss to sell at, in true ranges"},
        {"name": "most_bars", "default": 60, "range": (1, 1_000), "help": "Bars to hold at most"},
    )

    def __init__(self, ticker: str, initial_capital: float) -> None:
        self.ticker = ticker
        self.initial_capital = initial_capital
        self.average_bars = 20
        self.entry_deviations = 2.0
        self.entry_rsi = 10.0
        self.stop_ranges = 3.0
        self.most_bars = 60
        self.reason = ""
        self.confidence: float | None = None
        self.expected_profit: float | None = None
        self.metadata: dict[str, Any] = {}
        self._indicators = WarmIndicators(
            of_bars={"atr": lambda: ATR(ATR_BARS)}, of_closes={"rsi": lambda: RSI(RSI_BARS)}
        )
        self._figures = OncePerBar(self._work_out)
        self._holding = HoldingReader(initial_capital)

    def run(self, current_time: str, algo_id: int) -> Decision:
        """Decide on the bars that are over by current_time (ISO text of the minute)."""
        from database.db_manager import get_data_for_algorithm
        from system_databse.system_db_manager import get_transactions

        self.confidence = self.expected_profit = None
        self.metadata = {}
        bars = get_data_for_algorithm(
            self.ticker, "last_n_bars", n=WARM_UP + BARS_A_DAY, before_timestamp=current_time, timeframe=TIMEFRAME
        )
        obstacle = self._obstacle(bars, current_time)
        if obstacle:
            return self._hold(obstacle)
        self.metadata = self._figures(bars)
        if self.metadata["z"] is None:
            return self._hold("the price does not move")
        holding = self._holding(get_transactions(algo_id))
        return self._leave(bars, holding) if holding.shares > 0 else self._enter(bars, holding)

    def _obstacle(self, bars: Bars, current_time: str) -> str:
        """Say why these bars allow no decision; empty when they do."""
        if len(bars) < BARS_NEEDED:
            return f"warming up {len(bars)}/{BARS_NEEDED}"
        price = bars[-1]["ohlcv"]["c"]
        if not (price > 0 and math.isfinite(price)):
            return "the close is no price"
        return staleness(bars, epoch_of(current_time), minutes=MINUTES)

    def _work_out(self, bars: Bars) -> dict[str, Any]:
        """Return what the decision rests on."""
        closes = [bar["ohlcv"]["c"] for bar in bars[-TREND_BARS:]]
        return {
            "price": closes[-1],
            "z": z_score(closes[-self.average_bars :]),
            "trend": fmean(closes),
            **self._indicators.values(bars),
        }

    def _enter(self, bars: Bars, holding: Holding) -> Decision:
        from system_databse.position_sizing import size_equity

        price, z = self.metadata["price"], self.metadata["z"]
        is_low = z <= -self.entry_deviations and self.metadata["rsi"] < self.entry_rsi
        if not is_low or price <= self.metadata["trend"]:
            return self._hold("not far below its average" if not is_low else "low, but below its trend")
        if has_left_on_last_bar(bars, holding, minutes=MINUTES):
            return self._hold("has left on this bar")
        shares = size_equity(price, cash=holding.cash, fallback_equity=self.initial_capital)
        if not shares:
            return self._hold(f"2 % of the portfolio buys no share at {price:.2f}")
        return self._trade("buy", shares, "far below its average, above its trend")

    def _leave(self, bars: Bars, holding: Holding) -> Decision:
        rules = ExitRules(stop=self.stop_ranges * self.metadata["atr"], most_bars=self.most_bars)
        since = all_bars_since_entry(self.ticker, bars, holding, timeframe=TIMEFRAME, minutes=MINUTES)
        wanted = rules.wanted(holding.entry_price, since)
        if wanted is not Exit.STOP_LOSS and since and self.metadata["z"] >= 0:
            wanted = Exit.TARGET
        if wanted is None:
            return self._hold("holding")
        self.metadata["exit"] = str(wanted)
        return self._trade("sell", holding.shares, REASONS[wanted])

    def _trade(self, action: str, shares: int, reason: str) -> Decision:
        self.reason = reason
        self.confidence = min(1.0, abs(self.metadata["z"]) / 4)
        self.expected_profit = 2 * self.metadata["atr"] / self.metadata["price"]
        return action, shares

    def _hold(self, reason: str) -> Decision:
        self.reason = reason
        return "hold", 0


REASONS = {
    Exit.TARGET: "back at its average",
    Exit.STOP_LOSS: "fell too far below the entry",
    Exit.TIME: "held for long enough",
}


def z_score(closes: Sequence[float]) -> float | None:
    """Return how many population standard deviations the last close lies from the average; None when nothing moves."""
    average = fmean(closes)
    deviation = math.sqrt(math.fsum((close - average) ** 2 for close in closes) / len(closes))
    return None if deviation < RESIDUE * closes[-1] else (closes[-1] - average) / deviation
