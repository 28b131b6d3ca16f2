"""How far a run is, and whether it is still wanted: what a walk tells and asks once a session."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """done and total: session minutes, or trials of a sweep; at: what is being worked on, such as a day."""

    done: int
    total: int
    at: str = ""

    @property
    def fraction(self) -> float:
        """Return the part that is done, 0 to 1."""
        return self.done / self.total if self.total else 1.0


# Told about once a session; a walk ends early, and says so, when the answer is False.
Tell = Callable[[Progress], bool]


def tell_nobody(_progress: Progress) -> bool:
    """Go on, whatever happens."""
    return True
