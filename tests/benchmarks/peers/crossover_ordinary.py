"""The crossover by the ordinary contract: 51 bars as dicts at every minute."""

from database.db_manager import get_data_for_algorithm


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.is_long = False

    def run(self, current_time, algo_id):
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=51, before_timestamp=current_time)
        if len(bars) < 51:
            return ("hold", 0)
        closes = [bar["ohlcv"]["c"] for bar in bars]
        now = round(5 * sum(closes[31:]) - 2 * sum(closes[1:]), 6)
        before = round(5 * sum(closes[30:50]) - 2 * sum(closes[:50]), 6)
        if before <= 0 < now:
            if not self.is_long and not current_time.endswith(LAST_MINUTES):
                self.is_long = True
                return ("buy", 10)
        elif before >= 0 > now and self.is_long and not current_time.endswith(LAST_MINUTES):
            self.is_long = False
            return ("sell", 10)
        return ("hold", 0)


# The close of a session in UTC, in winter: what is decided there is denied, so all engines skip it.
LAST_MINUTES = ("T21:00:00Z",)
