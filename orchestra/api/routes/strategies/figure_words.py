"""The figures of a strategy as a page shows them: in which order, what each says, and why one is missing."""

from collections.abc import Callable
from dataclasses import dataclass

from orchestra.api.feed.state_json import State
from system_databse.performance.returns import FEWEST_RETURNS

NOTHING_CLOSED = "No round trip has ended yet."
NOTHING_LOST = "Nothing was lost yet."


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure. kind: how the page writes it; missing: why it is null, from the row."""

    name: str
    label: str
    kind: str
    words: str
    missing: Callable[[State], str]


def figures_in_words(row: State) -> list[State]:
    """Return the figures: {name, label, kind, value, words, missing}; missing says in words why a value is null."""
    return [
        {
            **{name: getattr(figure, name) for name in ("name", "label", "kind", "words")},
            "value": value,
            "missing": "" if value is not None else figure.missing(row),
        }
        for figure in FIGURES
        for value in [_honest(figure.name, row)]
    ]


def _honest(name: str, row: State) -> object:
    """Return the value; growth of a few days stretched to a year would say nothing."""
    return None if name == "cagr" and (row["days"] or 0) < FEWEST_RETURNS else row[name]


def _too_few_days(row: State) -> str:
    days = row["days"] or 0
    if days < FEWEST_RETURNS:
        return f"Not enough days yet: it needs {FEWEST_RETURNS} sessions and has {days}."
    return "The days do not differ enough to tell."


def _nothing_closed(_row: State) -> str:
    return NOTHING_CLOSED


def _nothing_lost(row: State) -> str:
    return NOTHING_LOST if row["total_trades"] else NOTHING_CLOSED


def _no_win_or_loss(row: State) -> str:
    if not row["total_trades"]:
        return NOTHING_CLOSED
    return "Nothing was won yet." if not row["wins"] else NOTHING_LOST


FIGURES = (
    _Figure(
        "profit_loss", "Profit, closed", "gain", "What all ended round trips came to, after fees.", _nothing_closed
    ),
    _Figure(
        "unrealized", "Profit, still open", "gain", "What the shares still held have gained or lost.", _nothing_closed
    ),
    _Figure(
        "total_trades", "Round trips", "count", "From the first share bought to the last one sold.", _nothing_closed
    ),
    _Figure("win_rate", "Win rate", "percent", "Round trips that made money, of all that ended.", _nothing_closed),
    _Figure(
        "profit_factor",
        "Profit factor",
        "number",
        "Dollars won for each dollar lost; above 1 is a gain.",
        _nothing_lost,
    ),
    _Figure("expectancy", "Expectancy", "gain", "What one round trip came to on average.", _nothing_closed),
    _Figure("payoff", "Payoff", "number", "The average win, measured by the average loss.", _no_win_or_loss),
    _Figure(
        "max_drawdown", "Deepest fall", "percent", "From the highest value so far, at closes and now.", _too_few_days
    ),
    _Figure("sharpe_ratio", "Sharpe ratio", "number", "Daily return for its ups and downs, a year.", _too_few_days),
    _Figure("sortino_ratio", "Sortino ratio", "number", "The same, where only falls count as risk.", _too_few_days),
    _Figure("cagr", "Growth a year", "change", "The growth so far, stretched or shrunk to one year.", _too_few_days),
    _Figure("exposure", "Exposure", "percent", "Share of its money in the market, on average.", _nothing_closed),
    _Figure(
        "time_in_market", "Time in the market", "percent", "Minutes with a position, of all it ran.", _nothing_closed
    ),
)
