"""Line charts as SVG: drawn once, sharp at any size, printed like a table; colours come from the page's style.

In: series of points. Out: Markup with a title and a description for whoever cannot see it. Thread: any.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orchestra.backtest.report.markup import Markup, join, tag

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 960, 76, 12, 12, 28
TICKS = 5
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
    """A buy or a sale on the line, told apart by its shape: a triangle up below the price, or down above it."""

    at: Point
    is_buy: bool
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. x_text, y_text: how places on the axes are written."""

    title: str
    words: str
    series: Sequence[Series]
    x_text: Callable[[float], str]
    y_text: Callable[[float], str]
    marks: Sequence[Mark] = field(default_factory=tuple)
    height: int = 280


def draw(chart: Chart) -> Markup:
    """Return the chart, or nothing when there is no point."""
    points = [point for each in chart.series for point in each.points]
    if not points:
        return Markup("")
    frame = _Frame(points, chart.height)
    return tag(
        "svg",
        tag("title", chart.title),
        tag("desc", chart.words),
        _axes(chart, frame),
        *(_line(each, frame) for each in chart.series),
        *(_mark(each, frame) for each in chart.marks),
        viewBox=f"0 0 {WIDTH} {chart.height}",
        role="img",
        class_="chart",
    )


def legend(series: Sequence[Series]) -> Markup:
    """Return the names of the lines beside a sample of each."""
    return tag("p", *(tag("span", each.name, class_=f"key {each.kind}") for each in series), class_="legend")


class _Frame:
    """Where points lie on the sheet."""

    def __init__(self, points: Sequence[Point], height: int) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self.x0, self.x1 = min(xs), max(xs)
        self.y_ticks = nice_ticks(min(ys), max(ys))
        self.y0, self.y1 = min(*ys, self.y_ticks[0]), max(*ys, self.y_ticks[-1])
        self.bottom = height - BOTTOM

    def x(self, value: float) -> float:
        width = (self.x1 - self.x0) or 1.0
        return round(LEFT + (value - self.x0) / width * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        height = (self.y1 - self.y0) or 1.0
        return round(self.bottom - (value - self.y0) / height * (self.bottom - TOP), 1)


def nice_ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers that enclose the range: steps of 1, 2 or 5 times a power of ten."""
    span = (high - low) or abs(high) or 1.0
    rough = span / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(first + 1, math.ceil(high / step - 1e-9))
    return [round(number * step, 10) for number in range(first, last + 1)]


def thinned(points: Sequence[Point]) -> Sequence[Point]:
    """Return at most so many points as a screen can show: of each stretch the lowest and the highest."""
    if len(points) <= MOST_POINTS:
        return points
    step = -(-2 * len(points) // MOST_POINTS)
    kept: list[Point] = []
    for start in range(0, len(points), step):
        stretch = points[start : start + step]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return [points[0], *kept, points[-1]]


def _axes(chart: Chart, frame: _Frame) -> Markup:
    pieces = []
    for tick in frame.y_ticks:
        y = frame.y(tick)
        pieces.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
        pieces.append(tag("text", chart.y_text(tick), x=LEFT - 8, y=y + 4, class_="end"))
    for number in range(TICKS):
        value = frame.x0 + (frame.x1 - frame.x0) * number / (TICKS - 1)
        place = {0: "start", TICKS - 1: "end"}.get(number, "middle")
        pieces.append(tag("text", chart.x_text(value), x=frame.x(value), y=chart.height - 8, class_=place))
    return tag("g", *pieces, class_="axes")


def _line(series: Series, frame: _Frame) -> Markup:
    points = thinned(series.points)
    path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in points)
    line = tag("polyline", points=path, class_=f"line {series.kind}")
    if not series.is_area or not points:
        return line
    floor = frame.y(0.0)
    area = f"{frame.x(points[0][0])},{floor} {path} {frame.x(points[-1][0])},{floor}"
    return join([tag("polygon", points=area, class_=f"area {series.kind}"), line])


def _mark(mark: Mark, frame: _Frame) -> Markup:
    x, y = frame.x(mark.at[0]), frame.y(mark.at[1])
    tip, base = (y + 5, y + 13) if mark.is_buy else (y - 5, y - 13)
    corners = f"{x},{tip} {x - 5},{base} {x + 5},{base}"
    kind = "buy" if mark.is_buy else "sell"
    return tag("polygon", tag("title", mark.words), points=corners, class_=f"mark {kind}")
