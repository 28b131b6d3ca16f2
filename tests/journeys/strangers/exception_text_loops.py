# ruff: noqa: PLE0307 - a stranger's file
"""Fails with an error whose text never ends."""


class Endless(Exception):
    def __str__(self):
        while True:
            pass


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        raise Endless
