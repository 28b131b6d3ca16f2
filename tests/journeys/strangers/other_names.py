"""Calls its parameters differently, documents some, and answers in numpy's numbers."""

import numpy as np

from system_databse.system_db_manager import get_transactions


class Algorithm:
    PARAMETERS = [{"name": "size", "default": 1, "range": (1, 5), "help": "Shares a buy"}]  # noqa: RUF012
    size = np.float64(1.0)

    def __init__(self, symbol: str, money: float = 0.0, *, verbose: bool = False):
        self.reason = None
        self.confidence = np.float32(0.5)
        self.expected_profit = 12
        self.metadata = {"size": self.size, "seen": {"when": [1, 2, 3]}}

    def run(self, now: str, me: int, *extra: object) -> "list[object]":
        held = len(get_transactions(me)) % 2
        self.reason = f"holding {held} at {now}"
        if now[14:16] == "01" and not held:
            return ["buy", self.size]
        if now[14:16] == "31" and held:
            return ["sell", np.int64(1)]
        return ["hold", np.int8(0)]
