# ruff: noqa: SLOT000 - a stranger's file
"""Gives reasons nobody can store, every other minute: each hold must still be a hold, and kept."""

import math


class Opaque:
    def __repr__(self):
        raise ValueError("cannot be shown")


class Text(str):
    def __str__(self):
        return self[:5]


LOOP = {}
LOOP["again"] = LOOP
NEST = []
for _ in range(20_000):
    NEST = [NEST]

SAYINGS = (
    {"reason": "x" * 2_000_000},
    {"reason": "half a character \ud800"},
    {"reason": "nothing\x00more"},
    {"reason": Text("text of its own")},
    {"reason": 12},
    {"reason": b"bytes"},
    {"metadata": "no dict"},
    {"metadata": {"object": object(), "set": {1, 2}, "bytes": b"1", "nan": math.nan, "number": 1 + 2j}},
    {"metadata": {(1, 2): "a key that is no text", None: 1, 2.5: 3, b"k": 4}},
    {"metadata": {"opaque": Opaque()}},
    {"metadata": LOOP},
    {"metadata": {"deep": NEST}},
    {"metadata": {"half": "\ud800", "\ud800": 1}},
    {"metadata": {"big": "x" * 1_000_000}},
    {"metadata": {"many": list(range(100_000))}},
    {"metadata": {"bar": "mine", "position": "mine", "cash": "mine"}},
    {"confidence": "high"},
    {"confidence": math.nan},
    {"confidence": 17},
    {"confidence": True},
    {"expected_profit": math.inf},
    {"expected_profit": 10**400},
    {"expected_profit": -5},
)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.turns = 0

    def run(self, current_time, algo_id):
        self.turns += 1
        self.__dict__.update(reason="", metadata={}, confidence=None, expected_profit=None)
        if self.turns % 2 == 0 and self.turns // 2 <= len(SAYINGS):
            self.__dict__.update(SAYINGS[self.turns // 2 - 1])
        return "hold", 0
