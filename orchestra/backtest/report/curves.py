"""The plots of a result: equity beside buy and hold, falls, round trips on the price; each with its summary in words.

In: a result. Out: charts with their words. Thread: any.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from database.calendar_manager import NEW_YORK
from orchestra.backtest.report.charts import Chart, Mark, Series
from orchestra.backtest.report.figures import money, percent, signed_percent
from orchestra.backtest.result import BacktestResult
from system_databse.performance.returns import drawdowns

SHORT = 3 * 86_400
MOST_MARKS = 300


def equity_chart(result: BacktestResult, *, other: BacktestResult | None = None) -> Chart:
    """Return the value at each close, beside buy and hold or another run."""
    start = result.metrics["all"]["start_equity"]
    series = [Series("This run", _by_day([start, *result.equity]), "own")]
    if other is None:
        series.append(Series("Buy and hold", _by_day([start, *result.buy_and_hold["equity"]]), "held"))
    else:
        series.append(Series("The other run", _by_day([other.metrics["all"]["start_equity"], *other.equity]), "other"))
    own, held = result.metrics["all"], result.buy_and_hold["metrics"]
    words = (
        f"From {money(start)} to {money(own['end_equity'])} dollars, {signed_percent(own['total_return'])}; "
        f"buy and hold {signed_percent(held['total_return'])}."
    )
    return Chart("Value at each close", words, series, _days(result.days), lambda value: f"{value:,.0f}")


def drawdown_chart(result: BacktestResult) -> Chart:
    """Return how far the value was below its highest so far."""
    own = result.metrics["all"]
    falls = drawdowns([own["start_equity"], *result.equity])
    back = own["max_drawdown_recovered"]
    start, end = own["max_drawdown_from"], own["max_drawdown_to"]
    words = f"The deepest fall is {percent(own['max_drawdown'])}, from {start} to {end}"
    words += (
        f", made good on {back}."
        if back and own["max_drawdown"]
        else ", not made good."
        if own["max_drawdown"]
        else "."
    )
    series = [Series("Below the highest so far", _by_day(falls), "fall", is_area=True)]
    return Chart("Falls", words, series, _days(result.days), lambda value: f"{value:.1%}", height=180)


def price_chart(result: BacktestResult, ticker: str) -> Chart:
    """Return the price with the round trips on it. Closed hours take no room."""
    prices = result.prices[ticker]
    times = [point[0] for point in prices]
    places = {ts: float(at) for at, ts in enumerate(times)}
    fills = [fill for fill in result.fills if fill["symbol"] == ticker]
    shown = fills[-MOST_MARKS:]
    marks = [
        Mark((_place(times, places, fill["time"]), fill["price"]), fill["side"] == "buy", _told(fill)) for fill in shown
    ]
    buys = sum(fill["side"] == "buy" for fill in fills)
    words = f"{buys} buys (triangles up) and {len(fills) - buys} sales (triangles down) of {ticker}."
    if len(fills) > len(shown):
        words += f" The last {len(shown)} are drawn."
    series = [Series(ticker, [(float(at), close) for at, (_, close) in enumerate(prices)], "price")]
    return Chart(
        f"{ticker}: buys and sales", words, series, _moments(times), lambda value: f"{value:,.2f}", marks=marks
    )


def _by_day(values: Sequence[float]) -> list[tuple[float, float]]:
    return [(float(at), value) for at, value in enumerate(values)]


def _days(days: Sequence[str]) -> "_Labels":
    return _Labels(["start", *days])


def _moments(times: Sequence[float]) -> "_Labels":
    moments = [datetime.fromtimestamp(ts, UTC).astimezone(NEW_YORK) for ts in times]
    spelled = "%b %d %H:%M" if times and times[-1] - times[0] < SHORT else "%Y-%m-%d"
    return _Labels([moment.strftime(spelled) for moment in moments])


class _Labels:
    """The words of an axis whose places are numbered."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    def __call__(self, value: float) -> str:
        return self._words[min(max(round(value), 0), len(self._words) - 1)]


def _place(times: Sequence[float], places: dict[float, float], time: str) -> float:
    ts = datetime.fromisoformat(time).timestamp()
    known = places.get(ts)
    if known is not None:
        return known
    earlier = sum(1 for each in times if each < ts)
    return float(min(earlier, len(times) - 1))


def _told(fill: dict[str, object]) -> str:
    return f"{fill['time']} {fill['side']} {fill['shares']} at {fill['price']}: {fill['reason']}"
