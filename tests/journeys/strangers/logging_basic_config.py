"""Sets up logging as its tutorial told it to, in its import and again."""

import logging

from system_databse.system_db_manager import get_transactions

logging.basicConfig(force=True, filename="mine.log")


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        logging.basicConfig(force=True, level=logging.CRITICAL, format="%(message)s")
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
