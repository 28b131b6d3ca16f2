"""Imports the modules, not the functions, and keeps helpers at module level."""

import database.db_manager as market
from system_databse import system_db_manager as books

SEEN = []


def last_minute(ticker, now):
    return market.get_data_for_algorithm(ticker, "last_n_bars", n=1, before_timestamp=now)[0]["timestamp"][14:16]


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        SEEN.append(current_time)
        is_flat = len(books.get_transactions(algo_id)) % 2 == 0
        minute = last_minute(self.ticker, current_time)
        if is_flat and minute == "00":
            return ("buy", 1)
        return ("sell", 1) if minute == "30" and not is_flat else ("hold", 0)
