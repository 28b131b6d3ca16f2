"""Charts as SVG: lines, marks, words."""

import math

from orchestra.backtest.report.charts import MOST_LETTERS, draw
from orchestra.messages.plots.axis import Tick
from orchestra.messages.plots.chart import MOST_POINTS, Chart, Mark, Series, thinned
from tests.orchestra.backtest.report.page import Element, read

WAVE = [(float(at), 100.0 + math.sin(at / 50.0)) for at in range(20_000)]


def chart(*points: tuple[float, float], marks: tuple[Mark, ...] = ()) -> Chart:
    return Chart("Value", "It rose.", [Series("This run", points, "own")], [Tick(0.0, "Mar")], marks=marks)


def drawn(asked: Chart) -> Element:
    return next(read(draw(asked)).all("svg"))


def test_a_chart_says_what_it_shows_to_whoever_cannot_see_it() -> None:
    svg = drawn(chart((0.0, 1.0), (1.0, 2.0)))
    assert svg.attributes["role"] == "img"
    assert [next(svg.all(name)).text for name in ("title", "desc")] == ["Value", "It rose."]


def test_nothing_to_draw_draws_nothing() -> None:
    assert draw(chart()) == ""


def test_a_line_runs_from_edge_to_edge_and_up_is_up() -> None:
    points = next(drawn(chart((0.0, 1.0), (5.0, 2.0), (10.0, 3.0))).all("polyline")).attributes["points"]
    (x0, y0), (x1, y1), (x2, y2) = (map(float, pair.split(",")) for pair in points.split())
    assert (x0, x1, x2) == (0.0, 500.0, 1000.0)
    assert y0 > y1 > y2 > 0


def test_a_single_point_and_a_flat_line_are_drawn() -> None:
    for asked in (chart((0.0, 5.0)), chart((0.0, 0.0), (1.0, 0.0))):
        assert "nan" not in draw(asked)
        assert "inf" not in draw(asked)


def test_many_points_are_thinned_and_keep_their_extremes() -> None:
    few = thinned(WAVE)
    assert len(few) <= MOST_POINTS
    assert (few[0], few[-1]) == (WAVE[0], WAVE[-1])
    assert max(few, key=lambda point: point[1])[1] == max(WAVE, key=lambda point: point[1])[1]
    assert min(few, key=lambda point: point[1])[1] == min(WAVE, key=lambda point: point[1])[1]
    assert list(few) == sorted(few)


def test_buys_and_sales_differ_in_shape_letter_and_side() -> None:
    marks = (Mark((0.0, 1.0), True, "Buy of 10"), Mark((1.0, 2.0), False, "3 sales", 3))
    buy, sale = (
        each for each in drawn(chart((0.0, 1.0), (1.0, 2.0), marks=marks)).all("svg") if "class" in each.attributes
    )
    assert [next(each.all("text")).text for each in (buy, sale)] == ["B", "S\N{MULTIPLICATION SIGN}3"]
    assert [next(each.all("title")).text for each in (buy, sale)] == ["Buy of 10", "3 sales"]
    tips = [next(each.all("polygon")).attributes["points"].split()[0] for each in (buy, sale)]
    assert tips == ["0,4", "0,-4"]


def test_many_marks_have_shapes_and_no_letters() -> None:
    marks = tuple(Mark((0.0, 1.0), True, "Buy") for _ in range(MOST_LETTERS + 1))
    svg = drawn(chart((0.0, 1.0), (1.0, 2.0), marks=marks))
    assert "B" not in [each.text for each in svg.all("text")]


def test_a_mark_outside_the_line_stays_on_the_sheet() -> None:
    svg = drawn(chart((0.0, 1.0), (1.0, 2.0), marks=(Mark((9.0, 50.0), False, "Sale"),)))
    mark = next(each for each in svg.all("svg") if each.attributes.get("class") == "mark sell")
    assert mark.attributes["x"] == "100.00%"
    assert 0 <= float(mark.attributes["y"]) <= 280
