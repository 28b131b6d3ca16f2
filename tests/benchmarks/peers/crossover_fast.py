"""The crossover by the fast reads: two averages at every minute, kept up by whoever serves them."""

from database.db_manager import get_sma


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.is_long = False
        self.before = None

    def run(self, current_time, algo_id):
        long = get_sma(self.ticker, 50)
        if long is None:
            return ("hold", 0)
        before, now = self.before, round(get_sma(self.ticker, 20) - long, 6)
        self.before = now
        if before is None:
            return ("hold", 0)
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
