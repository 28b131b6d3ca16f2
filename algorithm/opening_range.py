"""Buy when the price leaves the range of the session's first minutes upwards, and be out again before the close.

The opening range breakout: at most one buy a day. The range, what was bought and when are read anew from bars and
transactions each minute, so that a restart changes nothing.
"""

import math
from statistics import fmean
from typing import Any, ClassVar

from algorithm.holding import Bars, Holding, epoch_of, holding_of, staleness
from algorithm.sma_crossover import usual_gain
from database.timestamps import iso_minute

# How much of the range's minutes must have traded, and how wide it may be, as a share of the price.
BARS_NEEDED = 0.8
NARROWEST, WIDEST = 0.001, 0.03
EXIT_BEFORE_CLOSE_SECONDS = 10 * 60
LAST_ENTRY_BEFORE_CLOSE_SECONDS = 60 * 60
# What is equal on paper differs by float residue; a price has to differ by more.
RESIDUE = 1e-9

Decision = tuple[str, int]


class Algorithm:
    """Trade the breakout from the first minutes' range, long only, sold on the same day."""

    INTRADAY = True
    PARAMETERS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"name": "range_minutes", "default": 15, "range": (5, 60), "help": "Minutes of the opening range"},
        {"name": "buffer", "default": 0.0005, "range": (0.0, 0.02), "help": "How far above it a close has to be"},
        {"name": "volume_ratio", "default": 1.5, "range": (0.0, 10.0), "help": "Volume against the range's average"},
        {"name": "target_ranges", "default": 2.0, "range": (0.5, 10.0), "help": "Gain to sell at, in heights"},
        {"name": "cutoff_minutes", "default": 150, "range": (30, 330), "help": "No entry later after the open"},
    )

    def __init__(self, ticker: str, initial_capital: float) -> None:
        self.ticker = ticker
        self.initial_capital = initial_capital
        self.range_minutes = 15
        self.buffer = 0.0005
        self.volume_ratio = 1.5
        self.target_ranges = 2.0
        self.cutoff_minutes = 150
        self.reason = ""
        self.confidence: float | None = None
        self.expected_profit: float | None = None
        self.metadata: dict[str, Any] = {}

    def run(self, current_time: str, algo_id: int) -> Decision:
        """Decide on the bars that are over by current_time (ISO text of the minute)."""
        from database.db_manager import get_data_for_algorithm, get_session
        from system_databse.system_db_manager import get_transactions

        self.confidence = self.expected_profit = None
        self.metadata = {}
        session, now = get_session(current_time), epoch_of(current_time)
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=1, before_timestamp=current_time)
        obstacle = "the market is closed" if session is None else "no bar yet" if not bars else staleness(bars, now)
        if session is None or obstacle:
            return self._hold(obstacle)
        range_end = session.open + 60 * self.range_minutes
        opening = get_data_for_algorithm(
            self.ticker, "time_range", start=iso_minute(session.open), end=iso_minute(min(range_end, now))
        )
        holding = holding_of(get_transactions(algo_id), self.initial_capital)
        self.metadata = {"range_bars": len(opening)}
        if opening:
            self.metadata |= {"high": max(_of(opening, "h")), "low": min(_of(opening, "l"))}
        if holding.shares > 0:
            is_over = now >= session.close - EXIT_BEFORE_CLOSE_SECONDS or holding.entered_at < session.open
            return self._exit(bars[-1]["ohlcv"]["c"], holding, is_over=is_over)
        cutoff = min(session.open + 60 * self.cutoff_minutes, session.close - LAST_ENTRY_BEFORE_CLOSE_SECONDS)
        if now >= cutoff:
            return self._hold("too late for an entry")
        if epoch_of(bars[-1]["timestamp"]) < range_end:
            return self._hold("waiting for the opening range")
        return self._enter(bars[-1], opening, holding, has_traded=holding.entered_at >= session.open)

    def _exit(self, price: float, holding: Holding, *, is_over: bool) -> Decision:
        """Sell at the stop, at the target or before the close; without a range only then."""
        low, high = self.metadata.get("low"), self.metadata.get("high")
        target = None if high is None else holding.entry_price + self.target_ranges * (high - low)
        self.metadata |= {"stop": low, "target": target}
        if low is not None and price < low:
            return self._sell(holding, "stop_loss", "the close is below the opening range")
        if target is not None and price >= target * (1 - RESIDUE):
            return self._sell(holding, "target", "the close has reached the target")
        if is_over:
            return self._sell(holding, "time", "the session ends soon, and nothing is held overnight")
        return self._hold("holding")

    def _enter(self, last: Any, opening: Bars, holding: Holding, *, has_traded: bool) -> Decision:
        price, volume = last["ohlcv"]["c"], last["ohlcv"]["v"]
        if has_traded:
            return self._hold("has traded today")
        obstacle = self._obstacle(price, opening)
        if obstacle:
            return self._hold(obstacle)
        if price <= self.metadata["high"] * (1 + self.buffer) * (1 + RESIDUE):
            return self._hold("no breakout")
        average = fmean(_of(opening, "v"))
        if not average or volume < self.volume_ratio * average:
            return self._hold("a breakout without volume")
        return self._buy(last, volume / average, holding)

    def _obstacle(self, price: float, opening: Bars) -> str:
        """Say why this day's range is not traded; empty when it is."""
        if len(opening) < math.ceil(BARS_NEEDED * self.range_minutes):
            return f"the opening range has only {len(opening)} of {self.range_minutes} bars"
        if not (price > 0 and math.isfinite(price)):
            return "the close is no price"
        height = (self.metadata["high"] - self.metadata["low"]) / price
        return (
            "" if NARROWEST - RESIDUE <= height <= WIDEST + RESIDUE else "the opening range is too narrow or too wide"
        )

    def _buy(self, last: Any, volume_ratio: float, holding: Holding) -> Decision:
        from system_databse.position_sizing import size_equity

        price = last["ohlcv"]["c"]
        shares = size_equity(price, cash=holding.cash, fallback_equity=self.initial_capital)
        if not shares:
            return self._hold(f"2 % of the portfolio buys no share at {price:.2f}")
        self.reason = "the close is above the opening range, with volume"
        self.confidence = min(0.9, max(0.5, 0.5 + 0.1 * (volume_ratio - 1.5)))
        self.expected_profit = usual_gain(self.ticker, last)
        self.metadata |= {"volume_ratio": volume_ratio}
        return "buy", shares

    def _sell(self, holding: Holding, kind: str, reason: str) -> Decision:
        self.reason = reason
        # A rule that is met leaves no doubt.
        self.confidence = 1.0
        self.metadata["exit"] = kind
        return "sell", holding.shares

    def _hold(self, reason: str) -> Decision:
        self.reason = reason
        return "hold", 0


def _of(bars: Bars, field: str) -> list[float]:
    return [bar["ohlcv"][field] for bar in bars]
