"""Buy momentum while the Earth's magnetic field is stormy, and sell when storm or momentum fades.

The storm is NOAA's planetary K-index: bought at 7 and above, sold below 5. While the index is not known nothing is
bought; every exit that does not need it still works. What is held and since when is read from the transactions.
"""

import logging
import math
from statistics import fmean
from typing import Any, ClassVar

from algorithm.holding import Bars, Holding, epoch_of, holding_of, staleness
from algorithm.sma_crossover import usual_gain
from database.timestamps import iso_minute

log = logging.getLogger(__name__)

MOMENTUM_BARS = 15
VOLUME_BARS = 20
NEEDED = VOLUME_BARS + 1
EXIT_BEFORE_CLOSE_SECONDS = 10 * 60
# What is equal on paper differs by float residue; a price has to differ by more.
RESIDUE = 1e-9

Decision = tuple[str, int]


class Algorithm:
    """Trade momentum during geomagnetic storms, long only, sold on the same day."""

    INTRADAY = True
    PARAMETERS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"name": "storm_begins", "default": 7.0, "range": (0.0, 9.0), "help": "K-index at which it buys"},
        {"name": "storm_ends", "default": 5.0, "range": (0.0, 9.0), "help": "K-index below which it sells"},
        {"name": "momentum", "default": 0.003, "range": (0.0, 0.1), "help": "Rise over 15 bars, as a share"},
        {"name": "volume_ratio", "default": 1.2, "range": (0.0, 10.0), "help": "Volume against the last 20 bars"},
        {"name": "trail", "default": 0.01, "range": (0.001, 0.2), "help": "Fall from the peak at which it sells"},
        {"name": "hold_minutes", "default": 60, "range": (1, 390), "help": "Minutes after which it sells"},
    )

    def __init__(self, ticker: str, initial_capital: float) -> None:
        self.ticker = ticker
        self.initial_capital = initial_capital
        self.storm_begins = 7.0
        self.storm_ends = 5.0
        self.momentum = 0.003
        self.volume_ratio = 1.2
        self.trail = 0.01
        self.hold_minutes = 60
        self.reason = ""
        self.confidence: float | None = None
        self.expected_profit: float | None = None
        self.metadata: dict[str, Any] = {}
        self._has_warned = False

    def run(self, current_time: str, algo_id: int) -> Decision:
        """Decide on the bars that are over by current_time (ISO text of the minute)."""
        from database.db_manager import get_data_for_algorithm, get_session, get_space_weather
        from system_databse.system_db_manager import get_transactions

        self.confidence = self.expected_profit = None
        weather = get_space_weather(current_time)
        self.metadata = {"k_index": weather["k_index"]}
        if weather["why"] == "test mode":
            self.metadata["forced"] = True
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=NEEDED, before_timestamp=current_time)
        session, now = get_session(current_time), epoch_of(current_time)
        obstacle = "the market is closed" if session is None else self._obstacle(bars, now)
        if session is None or obstacle:
            return self._hold(obstacle)
        rise = bars[-1]["ohlcv"]["c"] / bars[-1 - MOMENTUM_BARS]["ohlcv"]["c"] - 1
        self.metadata["rise"] = rise
        holding = holding_of(get_transactions(algo_id), self.initial_capital)
        is_late = now >= session.close - EXIT_BEFORE_CLOSE_SECONDS
        if holding.shares > 0:
            return self._exit(bars, rise, holding, now=now, is_late=is_late)
        if weather["k_index"] is None:
            return self._hold(f"the K-index is not known: {weather['why']}")
        if is_late or epoch_of(bars[-1]["timestamp"]) <= holding.left_at:
            return self._hold("too late for an entry" if is_late else "has just sold")
        return self._enter(bars, rise, holding, k_index=weather["k_index"])

    def _obstacle(self, bars: Bars, now: int) -> str:
        """Say why these bars allow no decision; empty when they do."""
        if len(bars) < NEEDED:
            if not self._has_warned:
                log.info("%s: solar_flare is warming up, %d of %d bars", self.ticker, len(bars), NEEDED)
                self._has_warned = True
            return f"warming up {len(bars)}/{NEEDED}"
        closes = [bar["ohlcv"]["c"] for bar in bars]
        if not (min(closes) > 0 and math.isfinite(sum(closes))):
            return "a close is no price"
        return staleness(bars, now)

    def _exit(self, bars: Bars, rise: float, holding: Holding, *, now: int, is_late: bool) -> Decision:
        """Sell for the first reason there is; a K-index that is not known is none."""
        price, peak = bars[-1]["ohlcv"]["c"], self._peak(holding)
        self.metadata |= {"peak": peak}
        k_index = self.metadata["k_index"]
        reasons = (
            (k_index is not None and k_index < self.storm_ends, "k_index", "the storm is over"),
            (rise < -RESIDUE, "momentum", "the price has fallen over 15 bars"),
            (price <= (1 - self.trail) * peak * (1 + RESIDUE), "trailing_stop", "the close is too far below the peak"),
            (now - holding.entered_at >= 60 * self.hold_minutes, "time", "it was held for its longest time"),
            (is_late, "session_end", "the session ends soon, and nothing is held overnight"),
        )
        for is_so, kind, reason in reasons:
            if is_so:
                self.reason = reason
                # A rule that is met leaves no doubt.
                self.confidence = 1.0
                self.metadata["exit"] = kind
                return "sell", holding.shares
        return self._hold("holding")

    def _enter(self, bars: Bars, rise: float, holding: Holding, *, k_index: float) -> Decision:
        from system_databse.position_sizing import size_equity

        last, average = bars[-1]["ohlcv"], fmean(bar["ohlcv"]["v"] for bar in bars[:-1])
        if k_index < self.storm_begins:
            return self._hold("there is no storm")
        if rise < self.momentum - RESIDUE:
            return self._hold("a storm without momentum")
        if not average or last["v"] < self.volume_ratio * average:
            return self._hold("a storm without volume")
        shares = size_equity(last["c"], cash=holding.cash, fallback_equity=self.initial_capital)
        if not shares:
            return self._hold(f"2 % of the portfolio buys no share at {last['c']:.2f}")
        self.reason = "momentum during a geomagnetic storm"
        self.confidence = min(0.95, 0.6 + 0.1 * (k_index - self.storm_begins) + min(0.15, 10 * rise))
        self.expected_profit = usual_gain(self.ticker, bars[-1])
        return "buy", shares

    def _peak(self, holding: Holding) -> float:
        """Return the highest close since the entry, which itself counts."""
        from database.db_manager import get_data_for_algorithm

        start = iso_minute(holding.entered_at // 60 * 60)
        since = get_data_for_algorithm(self.ticker, "since", start=start)
        closes: list[float] = [bar["ohlcv"]["c"] for bar in since]
        return max([holding.entry_price, *closes])

    def _hold(self, reason: str) -> Decision:
        self.reason = reason
        return "hold", 0
