"""The report as a page: what is on it, what it cannot do, and that strangers' names are only names."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from orchestra.backtest.measures.yearly_figures import TOO_SHORT
from orchestra.backtest.report.figures import DASH
from orchestra.backtest.report.html_report import html_report
from orchestra.backtest.result import BacktestResult
from tests.orchestra.backtest.made_run import made_result
from tests.orchestra.backtest.report.page import Element, read, rows, section

HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\" ' & \x1b[31m \u202e \ud800"


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return made_result()


@pytest.fixture(scope="module")
def page(result: BacktestResult) -> Element:
    return read(html_report(result))


def hostile(result: BacktestResult) -> BacktestResult:
    """Return the result with a stranger's text wherever one can stand."""
    algorithm = {**result.algorithms[0], "name": HOSTILE, "ticker": HOSTILE, "last_error": HOSTILE}
    algorithm |= {"params": {HOSTILE: HOSTILE}, "status": HOSTILE}
    return replace(
        result,
        algorithms=[algorithm],
        fills=[{**fill, "reason": HOSTILE, "symbol": HOSTILE} for fill in result.fills],
        round_trips=[
            {**trip, "symbol": HOSTILE, "enter_reason": HOSTILE, "exit_reason": HOSTILE} for trip in result.round_trips
        ],
        reasons=[{**row, "reason": HOSTILE, "gate": HOSTILE, "action": HOSTILE} for row in result.reasons],
        prices={HOSTILE: result.prices["ACME"]},
        assumptions={HOSTILE: HOSTILE},
        warnings=[HOSTILE],
        data={**result.data, "files": {HOSTILE: HOSTILE}},
    )


def test_the_page_tells_its_parts_from_the_top_down(page: Element) -> None:
    assert [each.text for each in page.all("h2")] == [
        "Value at each close",
        "Falls from the highest value so far",
        "Returns by month, in percent",
        "ACME: price, buys and sales",
        "Round trips (2,081)",
        "Figures",
        "What it decided, and why",
        "What is assumed",
        "What was run",
    ]
    assert next(page.all("h1")).text == "Backtest of swings on ACME"
    assert "Backtest, simulated money2024-03-01 to 2024-06-10: 70 sessions" in next(page.all("main")).text
    assert next(page.all("main")).text.endswith("Past results do not predict future ones.")


def test_the_page_asks_nothing_of_anybody(result: BacktestResult, page: Element) -> None:
    policy = next(each for each in page.all("meta") if "http-equiv" in each.attributes).attributes["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert {"script", "img", "link", "a", "iframe", "form"}.isdisjoint(_names(page))
    assert not re.search(r"https?:|url\(|@import|src=|href=", html_report(result))


def test_headline_figures_have_buy_and_hold_beside_them(result: BacktestResult, page: Element) -> None:
    box = next(each for each in page.all("div") if each.attributes.get("class") == "figure")
    assert box.text == "Return\N{MINUS SIGN}9.78 %buy and hold \N{MINUS SIGN}8.65 %"
    assert round(result.metrics["all"]["total_return"], 4) == -0.0978


def test_months_and_years_follow_from_the_closes(result: BacktestResult, page: Element) -> None:
    ends = {day[:7]: equity for day, equity in zip(result.days, result.equity, strict=True)}
    values = [result.metrics["all"]["start_equity"], *ends.values()]
    told = [
        f"{later / earlier - 1:+.2%}".strip("%").replace("-", "\N{MINUS SIGN}") for earlier, later in pairwise(values)
    ]
    year = f"{values[-1] / values[0] - 1:+.2%}".strip("%").replace("-", "\N{MINUS SIGN}")
    assert rows(section(page, "Returns by month")) == [["2024", "", "", *told, *[""] * 6, year]]


def test_of_many_round_trips_the_first_and_the_last_are_shown(result: BacktestResult, page: Element) -> None:
    shown = rows(section(page, "Round trips"))
    assert len(shown) == 101
    assert shown[50][0] == "1,981 more in between"
    assert shown[0][:4] == ["2024-03-01 09:36", "2024-03-01 09:39", "ACME", "10"]
    assert (shown[-1][1], shown[-1][-1]) == ("still open", "marked at the last close")
    assert len(result.round_trips) == 2_081


def test_every_fill_is_under_a_mark(result: BacktestResult, page: Element) -> None:
    marks = [each for each in page.all("svg") if each.attributes.get("class", "").startswith("mark")]
    told = [next(each.all("title")).text for each in marks]
    counts = [int(match[1]) if (match := re.match(r"(\d+) (?:buys|sales),", words)) else 1 for words in told]
    assert sum(counts) == len(result.fills)
    assert len(marks) <= 180


def test_reasons_tell_the_gate_that_stopped_them(page: Element) -> None:
    denied = [row for row in rows(section(page, "What it decided")) if row[2] == "denied"]
    assert [(row[1], row[3], row[4]) for row in denied] == [("sell", "SESSION_END", "5"), ("buy", "SESSION_END", "3")]


def test_digests_of_files_and_parameters_are_named(result: BacktestResult) -> None:
    digest = "ab" * 32
    page = read(html_report(replace(result, data={**result.data, "files": {"/secret/place/spy.csv": digest}})))
    text = next(page.all("main")).text
    assert f"Bars from spy.csv (SHA-256 {digest[:16]}\N{HORIZONTAL ELLIPSIS})" in text
    assert digest in section(page, "What was run").text
    assert "secret" not in text
    assert rows(section(page, "What was run"))[0][2] == "bars 3"


def test_a_hostile_name_is_only_a_name(result: BacktestResult) -> None:
    html = html_report(hostile(result))
    html.encode("utf-8")
    page = read(html)
    assert {"script", "img"}.isdisjoint(_names(page))
    assert not any(name.startswith("on") for each in _elements(page) for name in each.attributes)
    assert "<script>alert(1)</script>" in next(page.all("h1")).text
    assert not any(character in html for character in "\x1b\u202e")


def test_a_run_without_fills_says_so_and_shows_dashes() -> None:
    page = read(html_report(made_result(5, bars=50)))
    assert section(page, "Round trips").text.endswith("None: nothing was bought.")
    figures = {row[0]: row[1] for row in rows(section(page, "Figures"))}
    assert (figures["Won"], figures["Sharpe ratio"], figures["Round trips"]) == ("\N{EN DASH}", "\N{EN DASH}", "0")
    assert "never below an earlier one" in section(page, "Falls").text


def test_a_single_day_is_told_by_day() -> None:
    one = made_result(1)
    assert rows(section(read(html_report(one)), "Returns by day"))[0][0] == one.days[0]


def test_a_run_that_was_stopped_before_its_first_close_has_a_page(result: BacktestResult) -> None:
    empty = replace(
        made_result(5, bars=50),
        days=[],
        equity=[],
        cash=[],
        equity_by_algorithm={"1": []},
        buy_and_hold={**result.buy_and_hold, "equity": []},
        is_whole=False,
        reasons=[],
        prices={},
        warnings=["The run was stopped before its end."],
    )
    page = read(html_report(empty))
    assert "No session was played." in next(page.all("main")).text
    assert section(page, "Mind this").text == "Mind thisThe run was stopped before its end."


def test_a_stopped_run_says_so_at_the_top(result: BacktestResult) -> None:
    assert "Stopped before its end." in html_report(replace(result, is_whole=False))


def test_ten_algorithms_have_a_row_each_and_a_chart_for_each_ticker() -> None:
    ten = made_result(3, tickers=tuple("ABCDEFGHIJ"))
    page = read(html_report(ten))
    assert [row[0] for row in rows(section(page, "Each algorithm"))] == [
        f"{number} swings on {ticker}" for number, ticker in enumerate("ABCDEFGHIJ", start=1)
    ]
    assert sum(each.text.endswith(": price, buys and sales") for each in page.all("h2")) == 10
    assert next(page.all("h1")).text == "Backtest of swings on A, swings on B, swings on C and 7 more"


def test_five_years_stay_a_page_that_opens_at_once(result: BacktestResult) -> None:
    days = [
        f"{year}-{month:02}-{day:02}" for year in range(2020, 2025) for month in range(1, 13) for day in range(1, 22)
    ]
    values = [20_000.0 + at for at in range(len(days))]
    five = replace(
        result,
        days=days,
        equity=values,
        cash=values,
        equity_by_algorithm={"1": values},
        buy_and_hold={**result.buy_and_hold, "equity": values},
    )
    html = html_report(five)
    assert len(html) < 400_000
    assert [row[0] for row in rows(section(read(html), "Returns by month"))] == ["2020", "2021", "2022", "2023", "2024"]


def _elements(element: Element) -> list[Element]:
    own = [each for each in element.children if isinstance(each, Element)]
    return [found for each in own for found in (each, *_elements(each))]


def _names(element: Element) -> set[str]:
    return {each.name for each in _elements(element)}


def test_growth_of_a_few_days_is_a_dash_with_a_note_and_of_months_a_figure(page: Element) -> None:
    figures = section(read(html_report(made_result(22))), "Figures")
    told = {row[0]: row[1:3] for row in rows(figures)}
    assert told["Growth a year"] == told["Calmar ratio"] == [DASH, DASH]
    assert figures.text.endswith(TOO_SHORT)
    assert DASH not in {row[0]: row[1] for row in rows(section(page, "Figures"))}["Growth a year"]
    assert TOO_SHORT not in section(page, "Figures").text


def test_yearly_ratios_of_a_month_carry_a_caution() -> None:
    page = read(html_report(made_result(22)))
    assert "Sharpe and Sortino ratio are of 22 sessions stretched to a year" in section(page, "Mind this").text
