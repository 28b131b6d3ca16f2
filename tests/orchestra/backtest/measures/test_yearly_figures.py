"""A few days are not stretched to a year on a screen, and few sessions carry a caution."""

import pytest

from orchestra.backtest.measures.yearly_figures import (
    TOO_SHORT,
    cautions_on_ratios,
    is_too_short,
    metrics_to_show,
    notes_on_growth,
)

METRICS = {"cagr": 3.6, "calmar_ratio": 40.0, "sharpe_ratio": 2.5, "total_return": 0.03}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], True),
        (["2024-03-01"], True),
        (["2024-03-01", "2024-05-28"], True),
        (["2024-03-01", "2024-05-29"], False),
        (["2023-12-01", "2024-03-01"], False),
    ],
    ids=["no day", "one", "89", "90", "over new year"],
)
def test_less_than_ninety_days_are_too_short_for_a_year(days: list[str], expected: bool) -> None:
    assert is_too_short(days) is expected
    assert (metrics_to_show(METRICS, days)["cagr"] is None) is expected
    assert notes_on_growth(days) == ([TOO_SHORT] if days and expected else [])


def test_only_what_is_made_of_yearly_growth_is_left_out_and_the_result_keeps_it() -> None:
    shown = metrics_to_show(METRICS, ["2024-03-01"])
    assert shown == {"cagr": None, "calmar_ratio": None, "sharpe_ratio": 2.5, "total_return": 0.03}
    assert METRICS["cagr"] == 3.6


@pytest.mark.parametrize(
    ("metrics", "sessions", "has_caution"),
    [
        (METRICS, 29, True),
        (METRICS, 30, False),
        ({"sharpe_ratio": None, "sortino_ratio": None}, 10, False),
        ({"sharpe_ratio": None, "sortino_ratio": 1.0}, 20, True),
        ({}, 0, False),
    ],
)
def test_ratios_of_few_sessions_carry_a_caution(
    metrics: dict[str, float | None], sessions: int, has_caution: bool
) -> None:
    told = f"Sharpe and Sortino ratio are of {sessions} sessions stretched to a year: a single day can turn them."
    assert cautions_on_ratios(metrics, sessions) == ([told] if has_caution else [])
