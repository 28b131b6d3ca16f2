"""Wants quiet: disables logging, empties the root logger, shuts logging down."""

import logging

from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        logging.disable(logging.CRITICAL)
        logging.getLogger().handlers.clear()
        logging.getLogger().setLevel(1000)
        logging.getLogger("orchestra").setLevel(1000)
        logging.getLogger("orchestra").propagate = False
        logging.shutdown()
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
