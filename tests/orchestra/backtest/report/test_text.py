"""The report in a terminal of eighty columns."""

from dataclasses import replace

import pytest

from orchestra.backtest.report.figures import DASH
from orchestra.backtest.report.text import PAST, text_report
from orchestra.backtest.result import BacktestResult
from tests.orchestra.backtest.made_run import made_result

TEN = tuple("ABCDEFGHIJ")


@pytest.mark.parametrize("result", [made_result(), made_result(1), made_result(3, tickers=TEN)])
def test_no_line_is_wider_than_the_terminal(result: BacktestResult) -> None:
    wordy = replace(
        result,
        warnings=["This goes on and on. " * 20, "x" * 300],
        reasons=[{**row, "reason": "long " * 50} for row in result.reasons],
        algorithms=[{**each, "name": "n" * 200, "params": {"p" * 90: "v" * 90}} for each in result.algorithms],
    )
    for shown in (result, wordy):
        assert max(len(line) for line in text_report(shown).splitlines()) <= 80


def test_what_is_read_first_is_on_top_with_buy_and_hold_beside_it() -> None:
    lines = text_report(made_result()).splitlines()
    assert lines[0] == "Backtest of swings on ACME"
    assert lines[1].startswith("Backtest, simulated money. 2024-03-01 to 2024-06-10: 70 sessions")
    figures = lines[lines.index(f"{'':<20}{'This run':>16}{'Buy and hold':>16}") + 1 :]
    assert figures[0].split() == ["Return", "\N{MINUS SIGN}9.78", "%", "\N{MINUS SIGN}8.65", "%"]
    assert lines[-1] == PAST


def test_growth_of_a_few_days_is_a_dash_with_a_note_and_of_months_a_figure() -> None:
    week, months = made_result(5), made_result()
    lines = text_report(week).splitlines()
    for label in ("Growth a year", "Calmar ratio"):
        (line,) = [line for line in lines if line.startswith(label + "  ")]
        assert line.split()[-2:] == [DASH, DASH]
    assert "too short a time for a yearly figure" in " ".join(lines)
    assert week.metrics["all"]["cagr"] is not None
    assert "too short a time" not in " ".join(text_report(months).split())
    (line,) = [line for line in text_report(months).splitlines() if line.startswith("Growth a year")]
    assert DASH not in line


def test_the_same_parameters_are_told_once_and_different_ones_each() -> None:
    result = made_result(3, tickers=("A", "B"))
    assert text_report(result).count("Parameters") == 1
    other = replace(result, algorithms=[result.algorithms[0], {**result.algorithms[1], "params": {"bars": 9}}])
    assert "Parameters of 2: bars 9" in text_report(other)


def test_equal_reasons_of_several_algorithms_are_one_line() -> None:
    result = made_result(3, tickers=("A", "B"))
    minutes = sum(row["minutes"] for row in result.reasons if row["reason"] == "no swing")
    assert f"{minutes:>7,}  hold held: no swing" in text_report(result).splitlines()


def test_a_strangers_text_cannot_act_on_the_terminal() -> None:
    result = made_result()
    hostile = "\x1b[2J\x1b]0;title\x07 \x9b31m \u202e\ud800 line\nbreak"
    shown = replace(
        result,
        warnings=[hostile],
        reasons=[{**result.reasons[0], "reason": hostile}],
        algorithms=[{**result.algorithms[0], "name": hostile, "params": {hostile: hostile}}],
        data={**result.data, "files": {hostile: "ab"}},
        assumptions={"fill_rule": hostile},
    )
    text = text_report(shown)
    text.encode("utf-8")
    assert not any(character in text for character in "\x1b\x07\x9b\u202e")


def test_a_stopped_run_says_so() -> None:
    assert "Stopped before its end." in " ".join(text_report(replace(made_result(), is_whole=False)).split())
