"""A strategy to copy: `cp algorithm/_template.py algorithm/my_idea.py`, then change what it says.

It buys when a five-minute bar closes above the average of the last twenty, and leaves by rules: a stop, a target, a
trailing stop, or after a day. Files that begin with an underscore are not offered; the copy is, as soon as it is there.
"""

from statistics import fmean
from typing import Any, ClassVar

from algorithm.exit_rules import ExitRules, all_bars_since_entry, has_left_on_last_bar
from algorithm.holding import Bars, Holding, epoch_of, holding_of, staleness

# Bars may be "1m", "5m", "15m", "30m", "1h", "4h" or "1d" long; MINUTES says the same as a number.
TIMEFRAME, MINUTES = "5m", 5


class Algorithm:
    """Say here what it does: the first line is shown where algorithms are chosen."""

    # What may be set on the page, each an attribute of the instance.
    PARAMETERS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"name": "average_bars", "default": 20, "range": (2, 200), "help": "Bars of the average to close above"},
        {"name": "stop", "default": 0.01, "range": (0.001, 0.2), "help": "Loss to sell at, as a share of the price"},
        {"name": "target", "default": 0.02, "range": (0.001, 1.0), "help": "Gain to sell at, as a share of the price"},
    )

    def __init__(self, ticker: str, initial_capital: float) -> None:
        self.ticker = ticker
        self.initial_capital = initial_capital
        self.average_bars = 20
        self.stop = 0.01
        self.target = 0.02
        # Read after each run and kept with the decision: why, how sure from 0 to 1, the gain hoped for as a share of
        # the price, and whatever else somebody may want to know later.
        self.reason = ""
        self.confidence: float | None = None
        self.expected_profit: float | None = None
        self.metadata: dict[str, Any] = {}

    def run(self, current_time: str, algo_id: int) -> tuple[str, int]:
        """Decide once a minute. current_time: the minute as ISO text; only bars that are over by then are seen."""
        # Imported here, so that a test can replace them first.
        from database.db_manager import get_data_for_algorithm
        from system_databse.system_db_manager import get_transactions

        self.confidence = self.expected_profit = None
        self.metadata = {}
        bars = get_data_for_algorithm(
            self.ticker, "last_n_bars", n=max(80, self.average_bars), before_timestamp=current_time, timeframe=TIMEFRAME
        )
        if len(bars) < self.average_bars:
            return self.hold(f"warming up {len(bars)}/{self.average_bars}")
        if reason := staleness(bars, epoch_of(current_time), minutes=MINUTES):
            return self.hold(reason)
        # What it holds, what that cost and what cash is left: from its own fills, so that a restart changes nothing.
        holding = holding_of(get_transactions(algo_id), self.initial_capital)
        return self.leave(bars, holding) if holding.shares > 0 else self.enter(bars, holding)

    def enter(self, bars: Bars, holding: Holding) -> tuple[str, int]:
        """Buy two percent of the portfolio, or wait."""
        from system_databse.position_sizing import size_equity

        price = bars[-1]["ohlcv"]["c"]
        average = fmean(bar["ohlcv"]["c"] for bar in bars[-self.average_bars :])
        self.metadata = {"price": price, "average": average}
        if price <= average or has_left_on_last_bar(bars, holding, minutes=MINUTES):
            return self.hold("not above its average")
        shares = size_equity(price, cash=holding.cash, fallback_equity=self.initial_capital)
        if not shares:
            return self.hold("2 % of the portfolio buys no share")
        self.reason, self.confidence, self.expected_profit = "above its average", 0.5, self.target
        return "buy", shares

    def leave(self, bars: Bars, holding: Holding) -> tuple[str, int]:
        """Sell everything when a rule says so."""
        paid = holding.entry_price
        rules = ExitRules(stop=self.stop * paid, target=self.target * paid, trail=2 * self.stop * paid, most_bars=78)
        since = all_bars_since_entry(self.ticker, bars, holding, timeframe=TIMEFRAME, minutes=MINUTES)
        wanted = rules.wanted(paid, since)
        if wanted is None:
            return self.hold("holding")
        # A rule that is met leaves no doubt.
        self.reason, self.confidence = f"left by rule: {wanted}", 1.0
        self.metadata = {"exit": str(wanted)}
        return "sell", holding.shares

    def hold(self, reason: str) -> tuple[str, int]:
        """Do nothing, and say why; equal reasons in a row are shown as one."""
        self.reason = reason
        return "hold", 0
