"""A result as one HTML file: works offline, prints on paper, runs no script.

In: a result. Out: the document as text. Thread: any. Whatever strangers wrote is escaped (markup.py).
"""

from collections.abc import Sequence

from orchestra.backtest.report.charts import draw, legend
from orchestra.backtest.report.curves import drawdown_chart, equity_chart, price_chart
from orchestra.backtest.report.figures import count, file_name, headline
from orchestra.backtest.report.markup import Markup, join, tag, text
from orchestra.backtest.report.style import STYLE
from orchestra.backtest.report.tables import (
    algorithms_table,
    asked_table,
    metrics_table,
    periods_table,
    reasons_table,
    trips_table,
)
from orchestra.backtest.report.text import MODE, PAST, period, title_of
from orchestra.backtest.result import BacktestResult
from orchestra.messages.plots.chart import Chart

# Nothing may be loaded, run or sent, whatever a name in here contains.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
HEADLINE = (
    *("total_return", "profit_loss", "max_drawdown", "sharpe_ratio"),
    *("total_trades", "win_rate", "profit_factor", "fees"),
)
OF_HOLDING = HEADLINE[:4]


def html_report(result: BacktestResult) -> str:
    """Return the report."""
    return document(
        title_of(result),
        [
            _head(result),
            _headline(result),
            _warnings(result),
            plot(equity_chart(result)),
            plot(drawdown_chart(result)),
            periods_table(result),
            *(plot(price_chart(result, ticker)) for ticker in result.prices),
            trips_table(result),
            metrics_table(result),
            algorithms_table(result),
            reasons_table(result),
            _assumptions(result),
            asked_table(result),
            tag("p", PAST, class_="muted"),
        ],
    )


def document(title: str, parts: Sequence[Markup]) -> str:
    """Return a whole page."""
    head = [
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        tag("title", title),
        tag("style", Markup(STYLE)),
    ]
    page = tag("html", tag("head", *head), tag("body", tag("main", tag("h1", title), *parts)), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def plot(chart: Chart) -> Markup:
    """Return a chart with its title, its legend and its summary in words."""
    drawn = draw(chart)
    if not drawn:
        return Markup("")
    keys = legend(chart.series) if len(chart.series) > 1 else Markup("")
    words = tag("p", chart.words, class_="muted")
    return tag("section", tag("h2", chart.title), drawn, keys, words, class_="whole")


def _head(result: BacktestResult) -> Markup:
    files = [f"{file_name(name)} (SHA-256 {digest[:16]}…)" for name, digest in result.data["files"].items()]
    source = f"Bars from {', '.join(files) or 'the market database'}: {count(result.data['bars'])} bars."
    lines = join(join([text(line), Markup("<br>")]) for line in (period(result), source))
    return tag("p", tag("strong", MODE), Markup("<br>"), lines, class_="muted")


def _headline(result: BacktestResult) -> Markup:
    own = headline(result.metrics["all"], HEADLINE)
    held = dict(headline(result.buy_and_hold["metrics"], OF_HOLDING))
    boxes = [
        tag(
            "div",
            tag("span", label),
            tag("b", told),
            tag("span", "buy and hold", Markup(" "), tag("span", held[label], class_="number"))
            if label in held
            else "",
            class_="figure",
        )
        for label, told in own
    ]
    return tag("div", *boxes, class_="figures")


def _warnings(result: BacktestResult) -> Markup:
    if not result.warnings:
        return Markup("")
    listed = tag("ul", *(tag("li", warning) for warning in result.warnings))
    return tag("section", tag("h2", "Mind this"), listed, class_="warning whole")


def _assumptions(result: BacktestResult) -> Markup:
    listed = tag("ul", *(tag("li", each) for each in result.assumptions.values()))
    return tag("section", tag("h2", "What is assumed"), listed, class_="whole")
