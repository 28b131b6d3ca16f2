"""Yields its answer instead of returning it."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        yield "buy", 1
