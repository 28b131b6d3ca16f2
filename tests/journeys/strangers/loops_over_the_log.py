"""Writes to the log without end."""

import logging

log = logging.getLogger(__name__)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        while True:
            log.warning("still here at %s", current_time)
