"""A chart as JSON: where its lines, ticks and marks lie, for a page that only has to draw them.

In: a Chart. Out: JSON values, of a bounded size. Thread: any.
"""

from typing import Any

from orchestra.messages.plots.axis import value_ticks
from orchestra.messages.plots.chart import Chart, Mark, Series, thinned

MOST_POINTS = 500


def chart_values(chart: Chart) -> dict[str, Any] | None:
    """Return the chart, None when there is nothing to draw."""
    ys = [y for each in chart.series for _, y in each.points]
    if not ys:
        return None
    ys += [*chart.within, *(mark.at[1] for mark in chart.marks)]
    return {
        "title": chart.title,
        "words": chart.words,
        "series": [_series(each) for each in chart.series],
        "marks": [_mark(each) for each in chart.marks],
        "x_ticks": [[tick.at, tick.text] for tick in chart.x_ticks],
        "y_ticks": [[tick.at, tick.text] for tick in value_ticks(min(ys), max(ys), is_percent=chart.is_percent)],
    }


def _series(series: Series) -> dict[str, Any]:
    points = [[x, round(y, 6)] for x, y in thinned(series.points, most=MOST_POINTS)]
    return {"name": series.name, "kind": series.kind, "is_area": series.is_area, "points": points}


def _mark(mark: Mark) -> dict[str, Any]:
    return {"at": list(mark.at), "is_buy": mark.is_buy, "words": mark.words, "count": mark.count}
