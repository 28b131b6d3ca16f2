"""Adds a handler that fails at every record, and a filter that does."""

import logging

from system_databse.system_db_manager import get_transactions


class Broken(logging.Handler):
    def emit(self, record):
        raise OSError("no room for " + record.getMessage())


def broken(record):
    raise ValueError(record)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        logging.getLogger().addHandler(Broken())
        logging.getLogger("orchestra.signals.strategy_runner").addFilter(broken)
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
