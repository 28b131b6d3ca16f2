"""The halt: nothing is bought until the owner says so."""

from dataclasses import dataclass
from enum import StrEnum

# The reason of a halt that comes with the wish to sell everything: the one kind of stop that sells.
SELLING_EVERYTHING = "everything is being sold"


class HaltKind(StrEnum):
    """How much a halt stops. Nothing is ever sold by the halt itself, and exits go on under both."""

    STOP_ALL = "stop_all"  # working entries are canceled as well
    STOP_ENTRIES = "stop_entries"  # what works at the broker stays


@dataclass(frozen=True, slots=True)
class Halt:
    """Since when nothing is bought, ISO-Z, who said so, and why as far as somebody said it.

    is_automatic: AutoTrader halted itself, so that its owner has to be told.
    """

    at: str
    by: str
    reason: str = ""
    kind: HaltKind = HaltKind.STOP_ALL
    is_automatic: bool = False

    def is_beyond(self, other: "Halt") -> bool:
        """Say whether this one stops more than the other."""
        return self.kind is HaltKind.STOP_ALL and other.kind is HaltKind.STOP_ENTRIES
