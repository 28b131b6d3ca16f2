"""A line chart as a message: lines, marks, ticks, and the same in words for whoever cannot see it.

In: series of points. Out: a Chart, thinned to what a screen can show. Thread: any.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestra.messages.plots.axis import Tick

MOST_POINTS = 1_600

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line. kind: its class in the style; is_area: filled down to 0."""

    name: str
    points: Sequence[Point]
    kind: str
    is_area: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Buys or sales on the line, told apart by their shape: a triangle up below the price, or down above it."""

    at: Point
    is_buy: bool
    words: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. words: the same in a sentence; within: values the upright axis holds in any case."""

    title: str
    words: str
    series: Sequence[Series]
    x_ticks: Sequence[Tick]
    is_percent: bool = False
    marks: Sequence[Mark] = field(default_factory=tuple)
    within: Sequence[float] = ()
    height: int = 280


def thinned(points: Sequence[Point], *, most: int = MOST_POINTS) -> Sequence[Point]:
    """Return at most so many points as a screen can show: of each stretch the lowest and the highest."""
    if len(points) <= most:
        return points
    step = -(-2 * len(points) // (most - 2))
    kept: list[Point] = []
    for start in range(0, len(points), step):
        stretch = points[start : start + step]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return [points[0], *kept, points[-1]]
