"""Matches a pattern that takes for ever."""

import re


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        re.fullmatch("(a|a)*b", "a" * 60)
        return "buy", 1
