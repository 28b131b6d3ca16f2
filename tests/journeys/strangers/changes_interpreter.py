"""Turns the knobs of the interpreter."""

import gc
import random
import socket
import sys

from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        gc.disable()
        random.seed(0)
        sys.setswitchinterval(0.5)
        sys.setrecursionlimit(10_000)
        socket.setdefaulttimeout(5)
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
