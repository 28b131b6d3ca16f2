"""Names every argument."""

from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        bars = get_data_for_algorithm(
            ticker=self.ticker, requirement_type="last_n_bars", n=3, before_timestamp=current_time
        )
        held = sum(row["shares"] * (1 if row["type"] == "buy" else -1) for row in get_transactions(algo_id=algo_id))
        minute = bars[-1]["timestamp"][14:16]
        if minute == "00" and not held:
            return "buy", 1
        if minute == "30" and held:
            return "sell", 1
        return "hold", 0
