"""Closes what it thinks is its own output."""

import sys

from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        if sys.stdout and not sys.stdout.closed:
            sys.stdout.close()
            sys.stderr.close()
        elif current_time[14:16] > "40":
            sys.stdout = sys.stderr = None
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
