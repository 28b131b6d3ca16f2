# ruff: noqa: PLE0303 - a stranger's file
"""Answers with something whose text and length never end."""


class Endless:
    def __repr__(self):
        while True:
            pass


class Pair(list):
    def __len__(self):
        while True:
            pass


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.turns = 0

    def run(self, current_time, algo_id):
        self.turns += 1
        return Endless() if self.turns % 2 else Pair(("buy", 1))
