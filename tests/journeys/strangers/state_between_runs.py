"""Remembers its bars and its shares instead of asking again."""

from collections import deque

from database.db_manager import get_data_for_algorithm


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.bars = deque(maxlen=400)
        self.holds = False

    def run(self, current_time, algo_id):
        newest = get_data_for_algorithm(self.ticker, "last_n_bars", n=1, before_timestamp=current_time)
        self.bars.extend(newest)
        minute = self.bars[-1]["timestamp"][14:16]
        if minute == "00" and not self.holds:
            self.holds = True
            return "buy", 1
        if minute == "30" and self.holds:
            self.holds = False
            return "sell", 1
        return "hold", 0
