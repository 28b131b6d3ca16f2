"""Buy when the short average of closes crosses above the long one, sell when it crosses below.

The template for strategies: `run` returns ('buy', shares), ('sell', shares) or ('hold', 0) and leaves its
reason behind. What the strategy owns is read from its transactions, so that a restart changes nothing.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Any, ClassVar

log = logging.getLogger(__name__)

CASH_SHARE = 0.98
STALE_AFTER_SECONDS = 300
# Averages that are equal on paper differ by float residue; a cross has to be larger than that.
RESIDUE = 1e-9
# Wilder's average never forgets; after so many bars what lies further back counts for little.
ATR_BARS, ATR_WARM_UP = 14, 100

Decision = tuple[str, int]


class Algorithm:
    """Trade one ticker on the crossing of two moving averages of minute closes."""

    PARAMETERS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"name": "sma_short", "default": 20, "range": (2, 200), "help": "Bars of the short average"},
        {"name": "sma_long", "default": 50, "range": (3, 400), "help": "Bars of the long average"},
        {"name": "shares", "default": None, "range": (1, 1_000_000), "help": "Shares a buy; empty: 98 % of its cash"},
    )

    def __init__(self, ticker: str, initial_capital: float) -> None:
        self.ticker = ticker
        self.initial_capital = initial_capital
        self.sma_short = 20
        self.sma_long = 50
        self.shares: int | None = None
        self.reason = ""
        self.confidence: float | None = None
        self.expected_profit: float | None = None
        self.metadata: dict[str, Any] = {}
        self._has_warned = False

    def run(self, current_time: str, algo_id: int) -> Decision:
        """Decide on the bars that are over by current_time (ISO text of the minute)."""
        # Imported here, so that a test can replace get_transactions before this file is loaded.
        from database.db_manager import get_data_for_algorithm
        from system_databse.system_db_manager import get_transactions

        self.confidence = self.expected_profit = None
        self.metadata = {}
        needed = self.sma_long + 1
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=needed, before_timestamp=current_time)
        bars = [bar for bar in bars if bar["ohlcv"]]
        closes = [bar["ohlcv"]["c"] for bar in bars]
        obstacle = self._obstacle(bars, closes, current_time)
        if obstacle:
            return self._hold(obstacle)
        before, now = self._distance(closes[:-1]), self._distance(closes)
        self.metadata = {"distance_before": before, "distance": now}
        residue = RESIDUE * closes[-1]
        if before <= residue < now:
            return self._buy(bars, get_transactions(algo_id))
        if now < -residue <= before:
            return self._sell(bars, get_transactions(algo_id))
        # No figures here: equal reasons in a row are kept as one row. The distance is in the metadata.
        return self._hold("no cross")

    def _obstacle(self, bars: Sequence[Mapping[str, Any]], closes: Sequence[float], current_time: str) -> str:
        """Say why these bars allow no decision; empty when they do."""
        needed = self.sma_long + 1
        if len(bars) < needed:
            if not self._has_warned:
                log.info("%s: sma_crossover is warming up, %d of %d bars", self.ticker, len(bars), needed)
                self._has_warned = True
            return f"warming up {len(bars)}/{needed}"
        if not (min(closes) > 0 and math.isfinite(sum(closes))):
            return "a close is no price"
        age = _moment(current_time) - _moment(bars[-1]["timestamp"])
        if age.total_seconds() - 60 > STALE_AFTER_SECONDS:
            return f"the last bar ({bars[-1]['timestamp']}) is older than five minutes"
        return ""

    def _buy(self, bars: Sequence[Mapping[str, Any]], transactions: Sequence[Mapping[str, Any]]) -> Decision:
        position, cash = self._holdings(transactions)
        if position > 0:
            return self._hold("no cross")
        price = bars[-1]["ohlcv"]["c"]
        shares = self.shares or math.floor(CASH_SHARE * cash / price)
        if shares <= 0:
            return self._hold(f"cash of {cash:.2f} buys no share at {price:.2f}")
        return self._trade("buy", shares, bars)

    def _sell(self, bars: Sequence[Mapping[str, Any]], transactions: Sequence[Mapping[str, Any]]) -> Decision:
        position, _ = self._holdings(transactions)
        return self._trade("sell", position, bars) if position > 0 else self._hold("no cross")

    def _holdings(self, transactions: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
        """Return shares held and cash left; kept for whoever asks why."""
        position, cash = _holdings(transactions, self.initial_capital)
        self.metadata |= {"position": position, "cash": cash}
        return position, cash

    def _distance(self, closes: Sequence[float]) -> float:
        return fmean(closes[-self.sma_short :]) - fmean(closes[-self.sma_long :])

    def _trade(self, action: str, shares: float, bars: Sequence[Mapping[str, Any]]) -> Decision:
        price = bars[-1]["ohlcv"]["c"]
        side = "above" if action == "buy" else "below"
        self.reason = f"SMA{self.sma_short} crossed {side} SMA{self.sma_long}"
        self.confidence = min(1.0, max(0.1, abs(self.metadata["distance"]) / (0.002 * price)))
        self.expected_profit = usual_gain(self.ticker, bars[-1])
        return action, int(shares)

    def _hold(self, reason: str) -> Decision:
        self.reason = reason
        return "hold", 0


def usual_gain(ticker: str, last: Mapping[str, Any]) -> float:
    """Return what a trade after this minute bar may usually bring: two average true ranges, as a share of its close."""
    from database.db_manager import get_data_for_algorithm

    over = _moment(last["timestamp"]) + timedelta(minutes=1)
    bars = get_data_for_algorithm(ticker, "last_n_bars", n=ATR_WARM_UP, before_timestamp=over)
    price: float = last["ohlcv"]["c"]
    return 2 * average_true_range([bar for bar in bars if bar["ohlcv"]]) / price


def average_true_range(bars: Sequence[Mapping[str, Any]], period: int = ATR_BARS) -> float:
    """Return Wilder's average true range of the bars; 0 when there are too few."""
    ranges = [
        max(bar["ohlcv"]["h"], last["ohlcv"]["c"]) - min(bar["ohlcv"]["l"], last["ohlcv"]["c"])
        for last, bar in pairwise(bars)
    ]
    if len(ranges) < period:
        return 0.0
    average = fmean(ranges[:period])
    for true_range in ranges[period:]:
        average += (true_range - average) / period
    return average


def _holdings(transactions: Sequence[Mapping[str, Any]], initial_capital: float) -> tuple[float, float]:
    """Return shares held and cash left of one algorithm's own book."""
    shares, cash = 0.0, float(initial_capital)
    for transaction in transactions:
        sign = 1 if transaction["type"] == "buy" else -1
        shares += sign * transaction["shares"]
        cash -= sign * transaction["shares"] * transaction.get("price", 0.0) + transaction.get("fee", 0.0)
    return shares, cash


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
