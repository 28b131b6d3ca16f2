"""Takes a fiftieth of a second for each minute, so that a replay is long enough to be looked at."""

import time


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        time.sleep(0.02)
        return ("hold", 0)
