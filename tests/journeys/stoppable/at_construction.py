"""Never finishes its constructor."""

import pathlib
import time


class Algorithm:
    def __init__(self, ticker, initial_capital):
        pathlib.Path("here").touch()
        time.sleep(3600)

    def run(self, current_time, algo_id):
        return ("hold", 0)
