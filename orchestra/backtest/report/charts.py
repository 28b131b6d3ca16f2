"""Line charts as SVG: sharp at any size, readable on a phone and on paper; colours come from the page's style.

Lines lie in an inner sheet that stretches with the page; labels and marks keep their size, so that a chart is as
readable at 300 pixels as at 1,000. In: series of points. Out: Markup with a title and a description for whoever
cannot see it. Thread: any.
"""

from collections.abc import Sequence

from orchestra.backtest.report.markup import Markup, join, tag
from orchestra.messages.plots.axis import value_ticks
from orchestra.messages.plots.chart import Chart, Mark, Point, Series, thinned

SHEET, TOP, BOTTOM = 1_000, 14, 26
MOST_LETTERS = 24
# Where a date would be cut off, as a share of the width.
EDGES = (0.04, 0.95)


def draw(chart: Chart) -> Markup:
    """Return the chart, or nothing when there is no point."""
    points = [point for each in chart.series for point in each.points]
    if not points:
        return Markup("")
    frame = _Frame(chart, points)
    sheet = tag(
        "svg",
        *(_line(each, frame) for each in chart.series),
        viewBox=f"0 0 {SHEET} {chart.height}",
        preserveAspectRatio="none",
        width="100%",
        height=chart.height,
    )
    is_lettered = len(chart.marks) <= MOST_LETTERS
    return tag(
        "svg",
        tag("title", chart.title),
        tag("desc", chart.words),
        _axes(chart, frame),
        sheet,
        *(_mark(each, frame, is_lettered=is_lettered) for each in chart.marks),
        role="img",
        class_="chart",
        height=chart.height,
    )


def legend(series: Sequence[Series]) -> Markup:
    """Return the names of the lines beside a sample of each."""
    return tag("p", *(tag("span", each.name, class_=f"key {each.kind}") for each in series), class_="legend")


class _Frame:
    """Where points lie: shares of the width, pixels from the top."""

    def __init__(self, chart: Chart, points: Sequence[Point]) -> None:
        xs, ys = [x for x, _ in points], [*(y for _, y in points), *chart.within, *(mark.at[1] for mark in chart.marks)]
        self.x0, self.x1 = min(xs), max(xs)
        self.ticks = value_ticks(min(ys), max(ys), is_percent=chart.is_percent)
        self.y0, self.y1 = min(*ys, self.ticks[0].at), max(*ys, self.ticks[-1].at)
        self.bottom = chart.height - BOTTOM

    def share(self, value: float) -> float:
        width = (self.x1 - self.x0) or 1.0
        return min(max((value - self.x0) / width, 0.0), 1.0)

    def y(self, value: float) -> float:
        return round(self.bottom - (value - self.y0) / (self.y1 - self.y0) * (self.bottom - TOP), 1)


def _axes(chart: Chart, frame: _Frame) -> Markup:
    pieces = []
    for tick in frame.ticks:
        y = frame.y(tick.at)
        pieces.append(tag("line", x1=0, x2="100%", y1=y, y2=y, class_="grid"))
        pieces.append(tag("text", tick.text, x=-8, y=y + 4, class_="end"))
    for number, tick in enumerate(chart.x_ticks):
        share = frame.share(tick.at)
        kind = "start" if share < EDGES[0] else "end" if share > EDGES[1] else "middle"
        # A phone has no room for every date.
        often = " often" if number % 2 else ""
        place = f"{share:.2%}"
        pieces.append(tag("line", x1=place, x2=place, y1=frame.bottom, y2=frame.bottom + 5, class_="tick"))
        pieces.append(tag("text", tick.text, x=place, y=chart.height - 6, class_=f"{kind}{often}"))
    return tag("g", *pieces, class_="axes")


def _line(series: Series, frame: _Frame) -> Markup:
    points = [(round(frame.share(x) * SHEET, 1), frame.y(y)) for x, y in thinned(series.points)]
    if not points:
        return Markup("")
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    line = tag("polyline", points=path, class_=f"line {series.kind}")
    if not series.is_area:
        return line
    floor = frame.y(0.0)
    area = f"{points[0][0]:g},{floor:g} {path} {points[-1][0]:g},{floor:g}"
    return join([tag("polygon", points=area, class_=f"area {series.kind}"), line])


def _mark(mark: Mark, frame: _Frame, *, is_lettered: bool) -> Markup:
    down = 1 if mark.is_buy else -1
    corners = f"0,{4 * down} -5,{13 * down} 5,{13 * down}"
    letter = ("B" if mark.is_buy else "S") + (f"\N{MULTIPLICATION SIGN}{mark.count}" if mark.count > 1 else "")
    return tag(
        "svg",
        tag("title", mark.words),
        tag("polygon", points=corners),
        tag("text", letter, y=26 if mark.is_buy else -17, class_="middle") if is_lettered else "",
        x=f"{frame.share(mark.at[0]):.2%}",
        y=frame.y(mark.at[1]),
        class_=f"mark {'buy' if mark.is_buy else 'sell'}",
    )
