"""Sleeps through its turn."""

import pathlib
import time


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        pathlib.Path("here").touch()
        time.sleep(3600)
        return ("hold", 0)
