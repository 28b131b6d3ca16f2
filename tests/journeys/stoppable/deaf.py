"""Ignores the owner's signals, from its import on and again in each turn."""

import pathlib
import signal

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def run(self, current_time, algo_id):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        pathlib.Path("here").touch()
        return ("hold", 0)
