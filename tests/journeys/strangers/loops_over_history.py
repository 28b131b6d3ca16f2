"""Asks for bars that were never recorded, without end."""

from database.db_manager import get_data_for_algorithm


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        count = 51
        while True:
            count += 1
            get_data_for_algorithm(self.ticker, "last_n_bars", n=count)
