"""The memory gate: nothing is bought by a process that is about to run out of memory.

In: how much the process holds before and after each turn. Out: whose turn was too much, and why, in words.
Thread: engine. What a turn takes is not given back by Python, so the only cure is a new process without the culprit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from orchestra.runtime.process.process_figures import MEGABYTE

LARGEST_GROWTH_BYTES = 150 * MEGABYTE
LARGEST_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Who is taken for the culprit, and what was measured, in words."""

    algorithm_id: int
    words: str


class MemoryGate:
    """Watch the memory around turns. resident: reads it, in bytes; limit: what the system allows, None for no limit."""

    def __init__(self, resident: Callable[[], int], limit: int | None) -> None:
        self._resident = resident
        self._limit = limit
        self._before = 0
        self._last_turn: int | None = None
        self._too_much: TooMuch | None = None

    @property
    def too_much(self) -> TooMuch | None:
        """Return what closed the gate; it stays closed until the process is a new one."""
        return self._too_much

    @property
    def reason(self) -> str | None:
        """Return why nothing may be opened, None while memory is no reason."""
        return f"memory runs out, a restart is due: {self._too_much.words}" if self._too_much else None

    def before_turn(self) -> None:
        """Take the measure before an algorithm's turn."""
        self._before = self._resident()

    def after_turn(self, algorithm_id: int) -> None:
        """Take it afterwards, and compare."""
        now = self._resident()
        self._last_turn = algorithm_id
        if now - self._before > LARGEST_GROWTH_BYTES:
            grown = (now - self._before) // MEGABYTE
            self._close(algorithm_id, f"one turn of algorithm {algorithm_id} took {grown} MB")
        self._compare_with_limit(now)

    def after_minute(self) -> None:
        """Look at the whole once a minute is over: what grows slowly is nobody's turn in particular."""
        self._compare_with_limit(self._resident())

    def _compare_with_limit(self, now: int) -> None:
        if self._limit is None or now <= LARGEST_SHARE * self._limit or self._last_turn is None:
            return
        words = f"{now // MEGABYTE} of {self._limit // MEGABYTE} MB are used, last by algorithm {self._last_turn}"
        self._close(self._last_turn, words)

    def _close(self, algorithm_id: int, words: str) -> None:
        self._too_much = self._too_much or TooMuch(algorithm_id, words)
