"""Waits for what never comes, each time in another way."""

import queue
import threading

GATE = threading.Event()
TAKEN = threading.Lock()
TAKEN.acquire()


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ways = [
            GATE.wait,
            TAKEN.acquire,
            queue.Queue().get,
            queue.SimpleQueue().get,
            threading.Thread(target=GATE.wait, daemon=True),
        ]
        self.ways[-1].start()
        self.ways[-1] = self.ways[-1].join

    def run(self, current_time, algo_id):
        return "buy", self.ways.pop(0)()
