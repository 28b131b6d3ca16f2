"""Buys ten after a rise, sells them after a fall: hardly a bar could be wrong without changing what it trades."""

from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=5, before_timestamp=current_time)
        rows = get_transactions(algo_id)
        held = sum(row["shares"] if row["type"] == "buy" else -row["shares"] for row in rows)
        if len(bars) < 5:
            return ("hold", 0)
        step = bars[-1]["ohlcv"]["c"] - sum(bar["ohlcv"]["c"] for bar in bars) / 5
        if step > 0 and held == 0:
            return ("buy", 10)
        return ("sell", held) if step < 0 < held else ("hold", 0)
