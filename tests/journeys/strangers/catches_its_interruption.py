"""Runs too long now and then, and cleans up when it is interrupted."""

import time


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.interrupted = 0
        self.metadata = {}

    def run(self, current_time, algo_id):
        if current_time[14:16] != "05":
            self.metadata = {"interrupted": self.interrupted}
            return "hold", 0
        try:
            time.sleep(3600)
        except BaseException:
            self.interrupted += 1
            raise
        return "buy", 1
