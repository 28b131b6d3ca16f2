"""Trade 100 shares on the SMA 20/50 crossover; the averages are compared exactly, in units of 1/10000 dollar."""

from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions

SHARES = 100


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.initial_capital = initial_capital

    def run(self, current_time, algo_id):
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=51, before_timestamp=current_time)
        if len(bars) < 51:
            return ("hold", 0)
        closes = [round(bar["ohlcv"]["c"] * 10_000) for bar in bars]
        now = 5 * sum(closes[-20:]) - 2 * sum(closes[-50:])
        before = 5 * sum(closes[-21:-1]) - 2 * sum(closes[-51:-1])
        position = sum(row["shares"] if row["type"] == "buy" else -row["shares"] for row in get_transactions(algo_id))
        if now > 0 and before <= 0 and position == 0:
            return ("buy", SHARES)
        if now < 0 and before >= 0 and position > 0:
            return ("sell", SHARES)
        return ("hold", 0)
