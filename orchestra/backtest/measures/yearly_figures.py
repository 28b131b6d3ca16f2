"""Which yearly figures a run is long enough for, and what is said beside those it is not.

In: metrics, session dates. Out: metrics to show, sentences. Thread: any. The formulas hold for any length, so results
keep their numbers (domain.md 7) and sweeps may choose by them; a person would read 3 % of one week as 360 %.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

SHORTEST_DAYS = 90
FEWEST_SESSIONS = 30
GROWTH = ("cagr", "calmar_ratio")
RATIOS = ("sharpe_ratio", "sortino_ratio")
TOO_SHORT = (
    f"Growth a year, Calmar ratio: too short a time for a yearly figure, the run covers less than {SHORTEST_DAYS} days."
)


def metrics_to_show(metrics: Mapping[str, Any], days: Sequence[str]) -> dict[str, Any]:
    """Return the metrics, yearly growth and what is made of it None where the days are too few for it."""
    return {**metrics, **dict.fromkeys(GROWTH, None)} if is_too_short(days) else dict(metrics)


def is_too_short(days: Sequence[str]) -> bool:
    """Tell whether the sessions cover less than 90 days of the calendar, the first and the last included."""
    return not days or (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days + 1 < SHORTEST_DAYS


def notes_on_growth(days: Sequence[str]) -> list[str]:
    """Return what is said beside a yearly growth that is not shown; nothing of a run without a session."""
    return [TOO_SHORT] if days and is_too_short(days) else []


def cautions_on_ratios(metrics: Mapping[str, Any], sessions: int) -> list[str]:
    """Return what is said of Sharpe and Sortino ratio where there are any, of few sessions."""
    has_ratio = any(metrics.get(name) is not None for name in RATIOS)
    if not has_ratio or sessions >= FEWEST_SESSIONS:
        return []
    return [f"Sharpe and Sortino ratio are of {sessions} sessions stretched to a year: a single day can turn them."]
