"""Goes somewhere else, in another language, at another hour."""

import locale
import os
import time

from system_databse.system_db_manager import get_transactions

os.chdir("/")


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        os.chdir("/")
        locale.setlocale(locale.LC_ALL, "C")
        os.environ["TZ"] = "Asia/Tokyo"
        time.tzset()
        os.environ.pop("HOME", None)
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
