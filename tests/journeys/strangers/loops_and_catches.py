# ruff: noqa: BLE001 - a stranger's file
"""Catches everything it may and loops on."""

import time


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        while True:
            try:
                time.sleep(0.001)
                raise ValueError(current_time)
            except Exception:
                continue
