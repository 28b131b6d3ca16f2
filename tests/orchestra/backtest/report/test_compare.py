"""Two results side by side."""

from dataclasses import replace
from decimal import Decimal

from orchestra.backtest.measures.yearly_figures import TOO_SHORT
from orchestra.backtest.report.compare import compare_html, compare_text, differences, first_difference
from orchestra.backtest.report.curves import both_equities
from orchestra.backtest.report.figures import DASH
from orchestra.backtest.request import Costs
from tests.orchestra.backtest.made_run import made_result
from tests.orchestra.backtest.report.page import read, rows, section

DEAR = Costs(commission_per_order=Decimal(5))


def test_equal_runs_are_said_to_be_equal() -> None:
    text = compare_text(made_result(5), made_result(5))
    assert "Both were asked the same" in text
    assert "fills are equal." in text


def test_what_was_asked_differently_is_named_before_the_figures() -> None:
    first, second = made_result(5), made_result(5, bars=4, costs=DEAR)
    assert [name for name, _, _ in differences(first, second)] == ["parameters of 1", "commission", "spread slippage"]
    assert differences(first, second)[0][1:] == ("bars 3", "bars 4")
    titles = [each.text for each in read(compare_html(first, second)).all("h2")]
    assert titles == ["Which two", "What was asked differently", "Value at each close", "Figures", "Fills"]


def test_another_algorithm_other_bars_and_other_days_are_named() -> None:
    first, second = made_result(5), made_result(6, tickers=("ACME", "B"))
    second = replace(second, data={**second.data, "files": {"b.csv": "cd" * 32}})
    names = {name: (one, other) for name, one, other in differences(first, second)}
    assert names["algorithm 2"] == ("none", "swings on B")
    assert names["bars"] == ("the market database", f"files, SHA-256 {'cd' * 8}")
    assert names["days"] == ("2024-03-01 to 2024-03-07", "2024-03-01 to 2024-03-08")


def test_figures_stand_beside_each_other_with_their_difference() -> None:
    first, second = made_result(5), made_result(5, costs=DEAR)
    told = {row[0]: row[1:] for row in rows(section(read(compare_html(first, second)), "Figures"))}
    more = second.metrics["all"]["fees"] - first.metrics["all"]["fees"]
    assert more > 0
    assert told["Fees"][2] == f"+{more:,.2f}"
    assert told["Round trips"][2] == "0"


def test_a_run_of_a_few_days_has_no_yearly_growth_beside_one_of_months() -> None:
    months, week = made_result(), made_result(5)
    figures = section(read(compare_html(months, week)), "Figures")
    told = {row[0]: row[1:] for row in rows(figures)}
    assert told["Growth a year"][1:] == [DASH, DASH]
    assert told["Growth a year"][0] != DASH
    assert f"Second: {TOO_SHORT}" in figures.text
    assert "First: Growth" not in figures.text
    assert f"Second: {TOO_SHORT}" in " ".join(compare_text(months, week).split())


def test_yearly_ratios_of_a_month_carry_a_caution() -> None:
    text = " ".join(compare_text(made_result(22), made_result()).split())
    assert "First: Sharpe and Sortino ratio are of 22 sessions stretched to a year" in text
    assert "Second: Sharpe" not in text


def test_the_first_fill_that_differs_is_told_in_new_york_time() -> None:
    first = made_result(5)
    changed = [*first.fills[:2], {**first.fills[2], "price": 1.25}, *first.fills[3:]]
    told = first_difference(first, replace(first, fills=changed))
    assert told.startswith("Fill 3 is the first that differs. First: 2024-03-01 09:")
    assert told.endswith("10 ACME at 1.25.")
    assert "Second: no further fill." in first_difference(first, replace(first, fills=first.fills[:4]))


def test_a_difference_in_reasons_and_order_ids_alone_is_none() -> None:
    first = made_result(5)
    renamed = [{**fill, "reason": "else", "client_order_id": "x", "algorithm_id": 9} for fill in first.fills]
    assert first_difference(first, replace(first, fills=renamed)).endswith("fills are equal.")


def test_two_runs_without_fills_are_not_called_equal_fills() -> None:
    assert first_difference(made_result(5, bars=50), made_result(5, bars=50)) == "Neither has a fill."


def test_curves_of_different_days_lie_on_their_own_days() -> None:
    first, whole = made_result(5), made_result(5)
    later = replace(
        whole,
        days=whole.days[3:],
        equity=whole.equity[3:],
        buy_and_hold={**whole.buy_and_hold, "equity": whole.buy_and_hold["equity"][3:]},
    )
    one, other = both_equities(first, later).series
    assert [x for x, _ in one.points] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [x for x, _ in other.points] == [3.0, 4.0, 5.0]
    assert other.points[1:] == one.points[4:]


def test_runs_with_different_money_are_compared_in_percent() -> None:
    small, large = made_result(5), made_result(5, tickers=("ACME", "B"))
    chart = both_equities(small, large)
    assert chart.is_percent
    assert [each.points[0] for each in chart.series] == [(0.0, 0.0), (0.0, 0.0)]
    assert chart.series[1].points[-1][1] == large.equity[-1] / 40_000 - 1.0


def test_no_line_is_wider_than_the_terminal_and_nothing_acts() -> None:
    first = made_result(5)
    name = "\x1b[2J" + "long name " * 30
    second = replace(first, algorithms=[{**first.algorithms[0], "name": name, "params": {name: name}}])
    text = compare_text(first, second)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_hostile_names_are_harmless_on_the_page() -> None:
    first = made_result(5)
    name = "<script>alert(1)</script>"
    page = read(compare_html(first, replace(first, algorithms=[{**first.algorithms[0], "name": name}])))
    assert not list(page.all("script"))
    assert name in section(page, "What was asked differently").text
