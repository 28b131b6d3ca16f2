# ruff: noqa: PLE0307, PLW0108, PLR1722, RET503 - a stranger's file
"""Raises what should not be raised, every other minute."""

import sys


class Own(BaseException):
    """No Exception."""


class Mute(Exception):
    """Cannot be shown."""

    def __str__(self):
        raise RuntimeError("not even its text can be read")

    __repr__ = __str__


class Long(Exception):
    """Has too much to say, on many lines, with half a character."""

    def __str__(self):
        return "line\n" * 1_000_000 + "\ud800"


class Half(Exception):
    def __str__(self):
        return "\ud800 \x00"


class NoText(Exception):
    def __str__(self):
        return 5


def deep(depth):
    return deep(depth + 1) + 1


def fail(error):
    raise error


FAULTS = (
    lambda: sys.exit(1),
    lambda: sys.exit("bye"),
    lambda: fail(SystemExit()),
    lambda: fail(GeneratorExit()),
    lambda: fail(StopIteration((1, 2))),
    lambda: fail(StopAsyncIteration()),
    lambda: fail(Own("own")),
    lambda: fail(MemoryError()),
    lambda: fail(ExceptionGroup("several", [ValueError(1), OSError(2)])),
    lambda: fail(BaseExceptionGroup("several", [Own(1), SystemExit(2)])),
    lambda: fail(Mute()),
    lambda: fail(Long()),
    lambda: fail(Half()),
    lambda: fail(NoText()),
    lambda: deep(0),
    lambda: quit(),
)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.turns = 0
        self.metadata = {}

    def run(self, current_time, algo_id):
        self.turns += 1
        number, is_good = divmod(self.turns, 2)
        if is_good or number > len(FAULTS):
            return "hold", 0
        FAULTS[number - 1]()
