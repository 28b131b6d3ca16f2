"""One trial of a sweep: a set of parameters, a stretch of sessions, and what came of it.

Values only: they travel between processes and machines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be played. sessions: first and last (excluded) place among the history's sessions."""

    number: int
    params: Params
    sessions: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial. metrics: of all algorithms together; returns: daily; error: why there are none."""

    trial: Trial
    metrics: Mapping[str, Any] = field(default_factory=dict)
    returns: tuple[float, ...] = ()
    error: str | None = None


class Watch(Protocol):
    """Who is told of outcomes as they come, in any order."""

    def take(self, outcome: Outcome) -> None:
        """Take in what came of a trial."""

    def is_wanted(self) -> bool:
        """Tell whether to go on; asked a few times a second."""


# Plays one trial; whatever is wrong with it becomes the outcome's error.
PlayTrial = Callable[[Trial], Outcome]
