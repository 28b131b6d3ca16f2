"""A result, and two beside each other, as JSON for a screen: plots to draw, figures with their meaning, short lists.

In: kept results. Out: JSON values whose size does not grow with the run. Thread: any.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from orchestra.backtest.measures.yearly_figures import metrics_to_show, notes_on_growth
from orchestra.backtest.report.compare import differences, figures_of_both, first_difference, notes_on_both
from orchestra.backtest.report.curves import both_equities, drawdown_chart, equity_chart, price_chart
from orchestra.backtest.report.figures import TABLE, count, duration, file_name, money, number, percent, signed_percent
from orchestra.backtest.report.tables import monthly_returns
from orchestra.backtest.report.text import MODE, PAST, period, title_of
from orchestra.backtest.result import BacktestResult
from orchestra.messages.plots.chart_json import chart_values

MOST_TRIPS = 100
MOST_FILLS = 200
MOST_REASONS = 60
MOST_DAYS = 40
MOST_PRICE_CHARTS = 5
LONGEST_TEXT = 500
# How a page writes a figure, by how the report does.
KINDS: Mapping[Callable[[Any], str], str] = {
    signed_percent: "change",
    percent: "percent",
    money: "money",
    number: "number",
    count: "count",
    duration: "minutes",
}


def result_values(result: BacktestResult) -> dict[str, Any]:
    """Return everything a screen shows of a result."""
    return {
        "title": title_of(result),
        "mode": MODE,
        "past": PAST,
        "period": period(result),
        "is_whole": result.is_whole,
        "seconds": result.seconds,
        "data": _data(result),
        "request": request_values(result.request),
        "warnings": [_short(each) for each in result.warnings],
        "assumptions": [_short(each) for each in result.assumptions.values()],
        "figures": _figures(result),
        "notes": notes_on_growth(result.days),
        "plots": _plots(result),
        "returns": _returns(result),
        "round_trips": _ends_of(result.round_trips, MOST_TRIPS),
        "fills": _ends_of(result.fills, MOST_FILLS),
        "reasons": {"total": len(result.reasons), "rows": [_shortened(each) for each in result.reasons[:MOST_REASONS]]},
        "decisions": result.decisions,
        "algorithms": [
            {name: each[name] for name in ("id", "name", "ticker", "initial_capital", "params", "status", "last_error")}
            for each in result.algorithms
        ],
    }


def compared_values(first: BacktestResult, second: BacktestResult) -> dict[str, Any]:
    """Return two results side by side: what was asked differently first, then what came of it."""
    return {
        "titles": [title_of(first), title_of(second)],
        "periods": [period(first), period(second)],
        "mode": MODE,
        "past": PAST,
        "asked": [[_short(each) for each in row] for row in differences(first, second)],
        "figures": [list(row) for row in figures_of_both(first, second)],
        "notes": notes_on_both(first, second),
        "fills": _short(first_difference(first, second)),
        "plot": chart_values(both_equities(first, second)),
    }


def request_values(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked, as a form holds it; of several algorithms the first names strategy and cash."""
    first = asked["algorithms"][0] if asked["algorithms"] else {}
    costs = {name: value for name, value in asked["costs"].items() if _costs_something(value)}
    return {
        "algorithm": file_name(str(first.get("algorithm", ""))).removesuffix(".py"),
        "tickers": [each["ticker"] for each in asked["algorithms"]],
        "cash": first.get("capital"),
        "params": first.get("params", {}),
        "from": asked["from"],
        "to": asked["to"],
        "costs": costs,
    }


def _costs_something(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return value is True
    return Decimal(str(value)) != 0


def _data(result: BacktestResult) -> dict[str, Any]:
    source = ", ".join(file_name(name) for name in result.data["files"]) or "the market database"
    return {"source": _short(source), "bars": result.data["bars"]}


def _figures(result: BacktestResult) -> list[dict[str, Any]]:
    own, held = (metrics_to_show(each, result.days) for each in (result.metrics["all"], result.buy_and_hold["metrics"]))
    return [
        {
            "name": name,
            "label": label,
            "kind": KINDS[write],
            "value": own.get(name),
            "is_compared": name in held,
            "held": held.get(name),
            "words": words,
        }
        for name, label, write, words in TABLE
    ]


def _plots(result: BacktestResult) -> dict[str, Any]:
    tickers = list(result.prices)[:MOST_PRICE_CHARTS]
    prices = [chart_values(price_chart(result, ticker)) for ticker in tickers]
    return {
        "equity": chart_values(equity_chart(result)),
        "falls": chart_values(drawdown_chart(result)),
        "prices": [each for each in prices if each],
    }


def _returns(result: BacktestResult) -> dict[str, Any]:
    """Return those of each month; of a run within one month those of its days."""
    if len({day[:7] for day in result.days}) > 1:
        years = monthly_returns(result)
        rows = [[year, [months.get(at) for at in range(1, 13)], months.get(13)] for year, months in years.items()]
        return {"by": "month", "rows": rows}
    before, rows = result.metrics["all"]["start_equity"], []
    for day, equity in zip(result.days, result.equity, strict=True):
        rows.append([day, equity / before - 1.0 if before else None])
        before = equity
    return {"by": "day", "rows": rows[-MOST_DAYS:]}


def _ends_of(rows: list[dict[str, Any]], most: int) -> dict[str, Any]:
    """Return the first and the last of many; all of few."""
    shown = rows if len(rows) <= most else [*rows[: most // 2], *rows[-most // 2 :]]
    return {"total": len(rows), "rows": [_shortened(each) for each in shown]}


def _shortened(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _short(value) if isinstance(value, str) else value for name, value in row.items()}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}\N{HORIZONTAL ELLIPSIS}"
