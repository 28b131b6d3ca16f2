"""What was refused of a file of bars: every row is counted with its reason, the first ones are shown.

In: faults of rows. Out: sentences for the owner. Thread: one.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

SHOWN_ROWS = 10


class Reason(StrEnum):
    """Why a row is no bar, as the owner reads it."""

    FIELDS = "wrong number of fields"
    SYMBOL = "no ticker"
    OTHER_SYMBOL = "another symbol than the one named"
    TIME = "no readable time"
    ZONE = "time without a zone"
    MINUTE = "no whole minute"
    NUMBER = "no number"
    BAR = "impossible bar"
    REPEATED = "minute told before"


class RowRefused(ValueError):
    """Say why one row is left out."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(slots=True)
class RefusedRows:
    """Count what was refused. examples: the first few, each with its place."""

    counts: Counter[Reason] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, place: str, refused: RowRefused) -> None:
        """Note one row. place: such as `line 17`."""
        self.counts[refused.reason] += 1
        if len(self.examples) < SHOWN_ROWS:
            self.examples.append(f"{place}: {refused}")

    @property
    def total(self) -> int:
        """Return how many rows were refused."""
        return self.counts.total()

    def as_lines(self) -> list[str]:
        """Return what the owner reads: the reasons with their counts, then the examples; nothing without refusals."""
        if not self.total:
            return []
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.counts.most_common())
        more = self.total - len(self.examples)
        return [
            f"{self.total:,} refused: {reasons}",
            *(f"  {example}" for example in self.examples),
            *([f"  ... and {more:,} more"] if more else []),
        ]
