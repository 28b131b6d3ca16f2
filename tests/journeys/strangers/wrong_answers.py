# ruff: noqa: SLOT000, SLOT001 - a stranger's file
"""Answers wrongly every other minute."""

import math
from decimal import Decimal
from fractions import Fraction


class Bad(float):
    def __float__(self):
        raise ValueError("no float")


class Word(str):
    def __hash__(self):
        raise ValueError("no hash")


class Shown:
    def __repr__(self):
        raise ValueError("no repr")


class Pair(tuple):
    def __len__(self):
        raise ValueError("no length")


WRONG = (
    None,
    "buy",
    "hold",
    ("BUY", 1),
    ("Sell", 1),
    (" buy", 1),
    (b"buy", 1),
    ("buy",),
    ("buy", 1, 2),
    ("buy", "1"),
    ("buy", None),
    ("buy", 10.5),
    ("buy", True),
    ("buy", -1),
    ("sell", -1.0),
    ("buy", math.nan),
    ("buy", math.inf),
    ("buy", 1 + 0j),
    ("buy", Fraction(1, 2)),
    ("buy", Decimal("0.5")),
    ("buy", Decimal("sNaN")),
    ("buy", [1]),
    ("buy", 10**400),
    ("buy", Bad(1)),
    (Word("buy"), 1),
    ("short", 1),
    (1, "buy"),
    {"buy": 1, "sell": 2},
    {"action": "buy", "shares": 1},
    {"buy", 1},
    iter(("buy", 1)),
    Shown(),
    Pair(("buy", 1)),
    (("buy", 1),),
    float("nan"),
    0,
    True,
    object(),
    lambda: ("buy", 1),
)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.turns = 0

    def run(self, current_time, algo_id):
        self.turns += 1
        number, is_good = divmod(self.turns, 2)
        if is_good or number > len(WRONG):
            return "hold", 0
        return WRONG[number - 1]
