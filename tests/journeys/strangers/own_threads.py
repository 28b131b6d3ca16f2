# ruff: noqa: BLE001 - a stranger's file
"""Keeps threads at work on the data functions, daemons and others."""

import threading

from database.db_manager import get_data_for_algorithm, get_latest_price
from system_databse.system_db_manager import get_transactions

WORKERS = []
OUTCOMES = {"calls": 0, "errors": []}
PACE = threading.Event()


def work(ticker, me):
    while not PACE.wait(0.01):
        try:
            get_data_for_algorithm(ticker, "last_n_bars", n=51)
            get_latest_price(ticker)
            get_transactions(me)
        except Exception as error:
            OUTCOMES["errors"].append(repr(error))
            return


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        if not WORKERS:
            for number in range(4):
                worker = threading.Thread(target=work, args=(self.ticker, algo_id), daemon=number % 2 == 0)
                WORKERS.append(worker)
                worker.start()
        if OUTCOMES["errors"]:
            raise RuntimeError(f"a thread failed: {OUTCOMES}")
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
