"""A result as a screen has it: everything that has to stand beside it, and never more than a bounded size."""

import json
from dataclasses import replace

from orchestra.backtest.report.figures import TABLE
from orchestra.backtest.screen.result_json import (
    KINDS,
    LONGEST_TEXT,
    MOST_FILLS,
    MOST_REASONS,
    MOST_TRIPS,
    compared_values,
    request_values,
    result_values,
)
from orchestra.messages.plots.chart_json import MOST_POINTS
from tests.orchestra.backtest.made_run import made_result

LARGEST_BYTES = 250_000


def test_a_result_says_what_it_assumes_and_promises_nothing() -> None:
    told = result_values(made_result())
    assert told["past"] == "Past results do not predict future ones."
    assert told["mode"] == "Backtest, simulated money"
    assert any("spread of 2 basis points" in each for each in told["assumptions"])
    assert told["data"]["source"] == "the market database" or told["data"]["source"]


def test_every_figure_has_its_meaning_and_a_way_to_be_written() -> None:
    figures = result_values(made_result())["figures"]
    assert [each["name"] for each in figures] == [name for name, *_ in TABLE]
    assert all(each["words"] and each["kind"] in KINDS.values() for each in figures)
    by_name = {each["name"]: each for each in figures}
    assert by_name["total_return"]["is_compared"]
    assert not by_name["win_rate"]["is_compared"]


def test_a_short_run_shows_no_yearly_growth() -> None:
    figures = {each["name"]: each["value"] for each in result_values(made_result(5))["figures"]}
    assert figures["cagr"] is None


def test_a_year_of_minutes_stays_small() -> None:
    result = made_result(140)
    told = result_values(result)
    assert len(json.dumps(told)) < LARGEST_BYTES
    assert len(result.round_trips) > MOST_TRIPS
    trips = told["round_trips"]
    assert (len(trips["rows"]), trips["total"]) == (MOST_TRIPS, len(result.round_trips))
    assert trips["rows"][-1]["entered_at"] == result.round_trips[-1]["entered_at"]
    assert len(told["fills"]["rows"]) <= MOST_FILLS
    assert len(told["reasons"]["rows"]) <= MOST_REASONS
    lines = [*told["plots"]["prices"], told["plots"]["equity"], told["plots"]["falls"]]
    assert max(len(series["points"]) for each in lines for series in each["series"]) <= MOST_POINTS


def test_ticks_enclose_every_point_so_that_a_page_can_draw_them_alone() -> None:
    for chart in result_values(made_result())["plots"]["prices"]:
        ys = [y for series in chart["series"] for _, y in series["points"]] + [mark["at"][1] for mark in chart["marks"]]
        ticks = [at for at, _ in chart["y_ticks"]]
        assert ticks[0] <= min(ys)
        assert max(ys) <= ticks[-1]


def test_returns_are_by_month_and_of_a_short_run_by_day() -> None:
    by_month, by_day = (result_values(made_result(days))["returns"] for days in (70, 5))
    assert (by_month["by"], by_day["by"]) == ("month", "day")
    year, months, whole = by_month["rows"][0]
    assert year == "2024"
    assert [at for at, each in enumerate(months, start=1) if each is not None] == [3, 4, 5, 6]
    assert whole == made_result(70).metrics["all"]["total_return"]
    assert len(by_day["rows"]) == 5


def test_strangers_texts_are_cut() -> None:
    result = made_result(5)
    endless = replace(result, warnings=["x" * 10_000], reasons=[{**result.reasons[0], "reason": "y" * 10_000}])
    told = result_values(endless)
    assert len(told["warnings"][0]) == LONGEST_TEXT
    assert len(told["reasons"]["rows"][0]["reason"]) == LONGEST_TEXT


def test_a_run_without_a_session_still_has_a_page() -> None:
    result = made_result(5)
    nothing = replace(
        result, days=[], equity=[], cash=[], prices={}, fills=[], round_trips=[], reasons=[],
        buy_and_hold={**result.buy_and_hold, "equity": []},
    )  # fmt: skip
    told = result_values(nothing)
    assert told["returns"]["rows"] == []
    assert told["plots"]["prices"] == []


def test_what_was_asked_fits_into_the_form_again() -> None:
    asked = request_values(made_result().request)
    assert asked["algorithm"] == "swings"
    assert asked["tickers"] == ["ACME"]
    assert asked["costs"] == {"commission_per_order": "0.35", "spread_bps": "2"}


def test_two_results_are_compared_by_what_was_asked_and_what_came_of_it() -> None:
    told = compared_values(made_result(5), made_result(5, bars=50))
    assert ["parameters of 1", "bars 3", "bars 50"] in told["asked"]
    assert told["figures"][0][0] == "Return"
    assert [series["name"] for series in told["plot"]["series"]] == ["First", "Second"]
