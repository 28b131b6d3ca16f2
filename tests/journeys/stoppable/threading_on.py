"""Leaves a thread behind that is no daemon and never ends."""

import pathlib
import threading


class Algorithm:
    def __init__(self, ticker, initial_capital):
        threading.Thread(target=threading.Event().wait).start()

    def run(self, current_time, algo_id):
        pathlib.Path("here").touch()
        return ("hold", 0)
