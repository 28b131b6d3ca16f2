"""How old live's instance of an algorithm was: since when it had lived, and when it was made anew.

In: the starts of the engine, the minutes that were decided. Out: minutes at which an instance was new. Thread: any.
An instance is made at a start of the engine, and when an algorithm goes on after a rest: that is written nowhere, but
leaves minutes of the session without any row.
"""

from collections.abc import Sequence
from itertools import pairwise

from database.bar import MINUTE
from orchestra.backtest.checks.parity.live_day import LiveMinute


def births(minutes: Sequence[LiveMinute], starts: Sequence[int], *, opens: frozenset[int]) -> list[int]:
    """Return the minutes, after the first one, whose turn was the first of a new instance.

    opens: of the sessions; from a close to the next open no rows are missing.
    """
    found = []
    for last, this in pairwise(minutes):
        is_next = this.minute == last.minute + MINUTE or this.minute - MINUTE in opens
        is_restarted = any(last.minute <= start < this.minute for start in starts)
        if is_restarted or not is_next:
            found.append(this.minute)
    return found


def born_before(minute: int, starts: Sequence[int], *, first_minute: int) -> int:
    """Return since when the instance of that minute may have lived, by the starts of the engine: epoch seconds."""
    earlier = [start for start in starts if start < minute]
    return max(earlier[-1] if earlier else 0, first_minute - MINUTE)
