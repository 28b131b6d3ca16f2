"""Buys ten shares in its first minute and holds them for ever: what becomes of them is the owner's doing alone."""

from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = "buys ten and keeps them"

    def run(self, current_time, algo_id):
        return ("hold", 0) if get_transactions(algo_id) else ("buy", 10)
