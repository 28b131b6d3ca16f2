"""Sleeps for an hour."""

import time


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        time.sleep(3600)
        return "buy", 1
