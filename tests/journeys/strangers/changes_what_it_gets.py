"""Writes into what it is given; the bars refuse, lists and rows are its own."""

from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        for ticker in (self.ticker, "ACME"):
            bars = get_data_for_algorithm(ticker, "last_n_bars", n=60, before_timestamp=current_time)
            bars.reverse()
            bars[1:] = []
        for owner in (1, algo_id):
            rows = get_transactions(owner)
            try:
                for row in rows:
                    row.update(type="sell", shares=10**9)
            except (TypeError, AttributeError):
                pass
            rows.clear()
        if current_time[14:16] == "15":
            bars = get_data_for_algorithm("ACME", "last_n_bars", n=60, before_timestamp=current_time)
            bars[-1]["ohlcv"]["c"] = 1.0
        return "hold", 0
