"""Fails four times in a row, again and again, but never five times."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.turns = 0

    def run(self, current_time, algo_id):
        self.turns += 1
        if self.turns % 5:
            raise KeyError(current_time)
        return "hold", 0
