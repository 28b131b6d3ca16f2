"""Buy a breakout above the highest price of 20 bars in a strong trend, and stay until the trend is over.

Bars of fifteen minutes. Entry: the close is above every high of the 20 bars before it, and the ADX is above 25. Exit:
the close is below every low of the 10 bars before it, or three average true ranges below the highest price since the
entry. State is read from bars and transactions each minute, so that a restart changes nothing.
"""

import math
from typing import Any, ClassVar

from talipp.indicators import ADX, ATR

from algorithm.exit_rules import Exit, ExitRules, all_bars_since_entry, has_left_on_last_bar
from algorithm.holding import Bars, Holding, HoldingReader, epoch_of, staleness
from algorithm.warm_indicators import WARM_UP, OncePerBar, WarmIndicators

TIMEFRAME, MINUTES, BARS_A_DAY = "15m", 15, 26
BARS_NEEDED = 100
PERIOD = 14
# A trade that goes wrong by two average true ranges costs this share of the portfolio.
RISK_SHARE, RISK_RANGES = 0.01, 2

Decision = tuple[str, int]


class Algorithm:
    """Trade one ticker with its trend, long only."""

    PARAMETERS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"name": "entry_bars", "default": 20, "range": (5, 100), "help": "Bars whose high it has to exceed"},
        {"name": "exit_bars", "default": 10, "range": (2, 100), "help": "Bars whose low ends the trend"},
        {"name": "entry_adx", "default": 25.0, "range": (0.0, 60.0), "help": "Buy only above this strength of trend"},
        {"name": "trail_ranges", "default": 3.0, "range": (0.5, 10.0), "help": "Trailing stop, in true ranges"},
    )

    def __init__(self, ticker: str, initial_capital: float) -> None:
        self.ticker = ticker
        self.initial_capital = initial_capital
        self.entry_bars = 20
        self.exit_bars = 10
        self.entry_adx = 25.0
        self.trail_ranges = 3.0
        self.reason = ""
        self.confidence: float | None = None
        self.expected_profit: float | None = None
        self.metadata: dict[str, Any] = {}
        self._indicators = WarmIndicators(of_bars={"atr": lambda: ATR(PERIOD), "adx": lambda: ADX(PERIOD, PERIOD)})
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
        """Return what the decision rests on; the channels leave the last bar out."""
        values = self._indicators.values(bars)
        return {
            "price": bars[-1]["ohlcv"]["c"],
            "upper": max(bar["ohlcv"]["h"] for bar in bars[-self.entry_bars - 1 : -1]),
            "lower": min(bar["ohlcv"]["l"] for bar in bars[-self.exit_bars - 1 : -1]),
            "atr": values["atr"],
            "adx": values["adx"].adx,
        }

    def _enter(self, bars: Bars, holding: Holding) -> Decision:
        if self.metadata["price"] <= self.metadata["upper"]:
            return self._hold("no breakout")
        if self.metadata["adx"] <= self.entry_adx:
            return self._hold("a breakout without a trend")
        if has_left_on_last_bar(bars, holding, minutes=MINUTES):
            return self._hold("has left on this bar")
        shares = self._size(holding.cash)
        if not shares:
            return self._hold(f"the portfolio is too small for a share at {self.metadata['price']:.2f}")
        return self._trade("buy", shares, f"above the high of {self.entry_bars} bars in a trend")

    def _size(self, cash: float) -> int:
        """Return the shares whose price and whose risk are both small for the portfolio."""
        from system_databse.position_sizing import portfolio, size_equity

        affordable: int = size_equity(self.metadata["price"], cash=cash, fallback_equity=self.initial_capital)
        risk: float = RISK_RANGES * self.metadata["atr"]
        if risk <= 0:
            return affordable
        return min(affordable, math.floor(RISK_SHARE * portfolio(self.initial_capital).equity / risk))

    def _leave(self, bars: Bars, holding: Holding) -> Decision:
        since = all_bars_since_entry(self.ticker, bars, holding, timeframe=TIMEFRAME, minutes=MINUTES)
        wanted = ExitRules(trail=self.trail_ranges * self.metadata["atr"]).wanted(holding.entry_price, since)
        if since and self.metadata["price"] < self.metadata["lower"]:
            wanted = Exit.CHANNEL
        if wanted is None:
            return self._hold("holding")
        self.metadata["exit"] = str(wanted)
        is_channel = wanted is Exit.CHANNEL
        reason = f"below the low of {self.exit_bars} bars" if is_channel else "fell too far from its high"
        return self._trade("sell", holding.shares, reason)

    def _trade(self, action: str, shares: int, reason: str) -> Decision:
        self.reason = reason
        self.confidence = min(1.0, max(0.3, self.metadata["adx"] / 50))
        self.expected_profit = 3 * self.metadata["atr"] / self.metadata["price"]
        return action, shares

    def _hold(self, reason: str) -> Decision:
        self.reason = reason
        return "hold", 0
