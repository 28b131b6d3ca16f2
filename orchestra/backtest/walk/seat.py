"""An algorithm's seat in a walk: its instance, its state in the books, and the holds in a row that are one row so far.

In: answers. Out: holds for the log. Thread: one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from system_databse.snapshot import AlgorithmView

NOTHING: Mapping[str, Any] = {}


class Seat:
    """One algorithm.

    run: its method. errors: failed turns in a row. since, until: the first and last minute of the holds in a row that
    said `reason`, 0 when the last answer was none; seen and metadata: what the last of them was decided on.
    """

    __slots__ = ("errors", "id", "metadata", "reason", "run", "seen", "since", "strategy", "ticker", "until", "view")

    def __init__(self, view: AlgorithmView, strategy: Any) -> None:
        self.id = view.record.id
        self.ticker = view.record.ticker
        self.strategy = strategy
        self.run: Callable[[str, int], object] = strategy.run
        self.view = view
        self.seen = view
        self.errors = 0
        self.reason: object = None
        self.since = self.until = 0
        self.metadata: Mapping[str, Any] = NOTHING
