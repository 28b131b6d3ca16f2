"""Asks for the same bars without end."""

from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        while True:
            get_data_for_algorithm(self.ticker, "last_n_bars", n=51, before_timestamp=current_time)
            get_transactions(algo_id)
