"""Loops through its turn and swallows every Exception."""

import pathlib

from database.db_manager import get_data_for_algorithm


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        pathlib.Path("here").touch()
        while True:
            try:
                get_data_for_algorithm(self.ticker, "last_n_bars", n=51)
            except Exception:  # noqa: BLE001 - what strangers do
                continue
