"""The plots of a result: equity beside buy and hold, falls, round trips on the price; each with its summary in words.

In: a result. Out: charts with their words. Thread: any. What is told of a time is New York time.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from database.calendar_manager import NEW_YORK
from orchestra.backtest.report.figures import count, moment, money, percent, price, signed_percent
from orchestra.backtest.result import BacktestResult
from orchestra.messages.plots.axis import day_ticks, time_ticks
from orchestra.messages.plots.chart import Chart, Mark, Series
from system_databse.performance.returns import drawdowns

# Fills of one side within such a part of the width share a mark.
COLUMNS = 90


def equity_chart(result: BacktestResult) -> Chart:
    """Return the value at each close beside buy and hold."""
    own, held = result.metrics["all"], result.buy_and_hold["metrics"]
    words = (
        f"From {money(own['start_equity'])} to {money(own['end_equity'])} dollars, "
        f"{signed_percent(own['total_return'])}; buy and hold {signed_percent(held.get('total_return'))}."
    )
    series = [
        Series("This run", _by_day(result, result.equity), "own"),
        Series("Buy and hold", _by_day(result, result.buy_and_hold["equity"]), "held"),
    ]
    return Chart("Value at each close", words, series, day_ticks(result.days))


def both_equities(first: BacktestResult, second: BacktestResult) -> Chart:
    """Return the values of two runs over all their days; in percent when they began with different money."""
    days = sorted({*first.days, *second.days})
    starts = [each.metrics["all"]["start_equity"] for each in (first, second)]
    is_percent = starts[0] != starts[1] and all(starts)
    series = []
    for result, name, kind in ((first, "First", "own"), (second, "Second", "other")):
        start = result.metrics["all"]["start_equity"]
        values = [value / start - 1.0 for value in result.equity] if is_percent else result.equity
        series.append(Series(name, _by_day(result, values, start=0.0 if is_percent else start, days=days), kind))
    told = [signed_percent(each.metrics["all"]["total_return"]) for each in (first, second)]
    words = f"The first returned {told[0]}, the second {told[1]}."
    title = "Change since the start" if is_percent else "Value at each close"
    return Chart(title, words, series, day_ticks(days), is_percent=is_percent)


def drawdown_chart(result: BacktestResult) -> Chart:
    """Return how far the value was below its highest so far."""
    own = result.metrics["all"]
    falls = drawdowns([own["start_equity"], *result.equity])
    series = [Series("Below the highest so far", _by_day(result, falls[1:], start=0.0), "fall", is_area=True)]
    return Chart(
        "Falls from the highest value so far",
        _fall_in_words(own),
        series,
        day_ticks(result.days),
        is_percent=True,
        within=(0.0, -0.01),
        height=180,
    )


def price_chart(result: BacktestResult, ticker: str) -> Chart:
    """Return the price with the round trips on it. Closed hours take no room."""
    points = result.prices[ticker]
    times = [point[0] for point in points]
    closes = [point[1] for point in points]
    fills = [fill for fill in result.fills if fill["symbol"] == ticker]
    marks = _marks(fills, times) if times else []
    buys = sum(fill["side"] == "buy" for fill in fills)
    words = f"{count(buys)} buys (triangles up), {count(len(fills) - buys)} sales (triangles down)."
    if closes:
        words = f"Between {price(min(closes))} and {price(max(closes))}, {price(closes[-1])} at the end. {words}"
    if len(marks) < len(fills):
        words += " Those close together share a mark."
    moments = [datetime.fromtimestamp(ts, UTC).astimezone(NEW_YORK) for ts in times]
    series = [Series(ticker, [(float(at), close) for at, close in enumerate(closes)], "price")]
    ticks = time_ticks(moments, is_daily=False) if moments else []
    return Chart(f"{ticker}: price, buys and sales", words, series, ticks, marks=marks, height=320)


def _by_day(
    result: BacktestResult, values: Sequence[float], *, start: float | None = None, days: Sequence[str] = ()
) -> list[tuple[float, float]]:
    """Return a point for the start and for each close; a day's place is that among all days, counted from 1."""
    places = {day: float(at) for at, day in enumerate(days or result.days, start=1)}
    begin = result.metrics["all"]["start_equity"] if start is None else start
    first = places[result.days[0]] - 1.0 if result.days else 0.0
    return [(first, begin), *((places[day], value) for day, value in zip(result.days, values, strict=False))]


def _fall_in_words(own: Mapping[str, Any]) -> str:
    if not own["max_drawdown"]:
        return "The value at the close was never below an earlier one."
    back = own.get("max_drawdown_recovered")
    words = (
        f"The deepest fall is {percent(own['max_drawdown'])} ({money(own.get('max_drawdown_dollars'))} dollars), "
        f"from {_when(own['max_drawdown_from'])} to {own['max_drawdown_to']}"
    )
    return f"{words}, made good on {back}." if back else f"{words}, not made good by the end."


def _when(day: str) -> str:
    return "the start" if day == "start" else day


def _marks(fills: Sequence[Mapping[str, Any]], times: Sequence[float]) -> list[Mark]:
    """Return a mark for all fills of one side that lie in one column of the chart."""
    groups: dict[tuple[int, bool], list[tuple[float, Mapping[str, Any]]]] = {}
    for fill in fills:
        place = min(bisect_left(times, datetime.fromisoformat(fill["time"]).timestamp()), len(times) - 1)
        column = place * COLUMNS // len(times)
        groups.setdefault((column, fill["side"] == "buy"), []).append((float(place), fill))
    return [_mark(group, is_buy=is_buy) for (_, is_buy), group in groups.items()]


def _mark(group: Sequence[tuple[float, Mapping[str, Any]]], *, is_buy: bool) -> Mark:
    """Return one mark; of several fills it lies beyond the furthest price, so that it hides none."""
    fills = [fill for _, fill in group]
    prices = [fill["price"] for fill in fills]
    place = sum(each for each, _ in group) / len(group)
    at = (place, min(prices) if is_buy else max(prices))
    if len(fills) == 1:
        return Mark(at, is_buy, _told(fills[0]))
    name = "buys" if is_buy else "sales"
    span = f"{moment(fills[0]['time'])} to {moment(fills[-1]['time'])}"
    return Mark(at, is_buy, f"{len(fills)} {name}, {span}, at {price(min(prices))} to {price(max(prices))}", len(fills))


def _told(fill: Mapping[str, Any]) -> str:
    name = "Buy" if fill["side"] == "buy" else "Sale"
    return f"{name} of {fill['shares']:,} at {price(fill['price'])}, {moment(fill['time'])}: {fill['reason']}"
