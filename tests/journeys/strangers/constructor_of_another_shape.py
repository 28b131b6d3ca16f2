"""Wants more than the contract gives."""


class Algorithm:
    def __init__(self, ticker, initial_capital, key):
        self.key = key

    def run(self, current_time, algo_id):
        return "hold", 0
