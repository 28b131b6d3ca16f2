"""Recurses without end and catches what comes of it."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        return self.deeper()

    def deeper(self):
        try:
            return self.deeper()
        except RecursionError:
            return self.deeper()
