"""A result as one HTML file: works offline, prints on paper, runs no script.

In: a result. Out: the document as text. Thread: any. Whatever strangers wrote is escaped (markup.py).
"""

from collections import defaultdict
from collections.abc import Sequence

from orchestra.backtest.report.charts import Chart, draw, legend
from orchestra.backtest.report.curves import drawdown_chart, equity_chart, price_chart
from orchestra.backtest.report.figures import TABLE, headline, money, number, signed_percent
from orchestra.backtest.report.markup import Markup, join, table, tag, text
from orchestra.backtest.report.style import STYLE
from orchestra.backtest.report.text import PAST
from orchestra.backtest.result import BacktestResult

# Nothing may be loaded, run or sent, whatever a name in here contains.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
HEADLINE = ("total_return", "max_drawdown", "sharpe_ratio", "total_trades", "win_rate", "profit_factor")
MOST_TRIPS = 100
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FEW_MONTHS = 2


def html_report(result: BacktestResult) -> str:
    """Return the report."""
    names = ", ".join(f"{each['name']} on {each['ticker']}" for each in result.algorithms)
    return document(
        f"Backtest of {names}",
        [
            _head(result),
            _headline(result),
            _warnings(result),
            plot(equity_chart(result)),
            plot(drawdown_chart(result)),
            _periods(result),
            *(plot(price_chart(result, ticker)) for ticker in result.prices),
            _trips(result),
            _metrics(result),
            _reasons(result),
            _assumptions(result),
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
    return tag("section", tag("h2", chart.title), drawn, keys, tag("p", chart.words, class_="muted"))


def _head(result: BacktestResult) -> Markup:
    days = f"{result.days[0]} to {result.days[-1]}" if result.days else "no session"
    first = f"Backtest, simulated money. {days}: {len(result.days)} sessions, {result.minutes:,} minutes."
    sources = [f"{name.rsplit('/', 1)[-1]} (SHA-256 {digest[:16]}…)" for name, digest in result.data["files"].items()]
    source = ", ".join(sources) or "the market database"
    params = [
        f"{each['id']}: {', '.join(f'{name} {value}' for name, value in each['params'].items())}"
        for each in result.algorithms
        if each["params"]
    ]
    lines = [first, f"Bars from {source}.", *(f"Parameters of {line}." for line in params)]
    return tag("p", join(join([text(line), Markup("<br>")]) for line in lines), class_="muted")


def _headline(result: BacktestResult) -> Markup:
    own = headline(result.metrics["all"], HEADLINE)
    held = dict(headline(result.buy_and_hold["metrics"], HEADLINE[:3]))
    boxes = [
        tag(
            "div",
            tag("span", label),
            tag("b", told),
            tag("span", f"buy and hold {held[label]}" if label in held else ""),
            class_="figure",
        )
        for label, told in own
    ]
    return tag("div", *boxes, class_="figures")


def _warnings(result: BacktestResult) -> Markup:
    if not result.warnings:
        return Markup("")
    return tag("div", *(tag("p", f"! {warning}") for warning in result.warnings), class_="box warning")


def _periods(result: BacktestResult) -> Markup:
    """Return the returns by month and year; of a short run by day."""
    if len({day[:7] for day in result.days}) < FEW_MONTHS:
        return _daily(result)
    months: dict[str, dict[int, float]] = defaultdict(dict)
    ends: dict[str, float] = {}
    for day, equity in zip(result.days, result.equity, strict=True):
        ends[day[:7]] = equity
    before: float = result.metrics["all"]["start_equity"]
    year_start: dict[str, float] = {}
    for month, equity in ends.items():
        year_start.setdefault(month[:4], before)
        months[month[:4]][int(month[5:])] = equity / before - 1.0 if before else 0.0
        before = equity
    last = {month[:4]: equity for month, equity in ends.items()}
    rows = [
        [
            year,
            *(_coloured(known.get(at)) if at in known else "" for at in range(1, 13)),
            _coloured(last[year] / year_start[year] - 1.0 if year_start[year] else None),
        ]
        for year, known in months.items()
    ]
    return tag("section", tag("h2", "Returns by month"), table(["Year", *MONTHS, "Year"], rows, kinds="s" + "n" * 13))


def _daily(result: BacktestResult) -> Markup:
    before, rows = result.metrics["all"]["start_equity"], []
    for day, equity in zip(result.days, result.equity, strict=True):
        rows.append([day, money(equity), _coloured(equity / before - 1.0 if before else None)])
        before = equity
    return tag(
        "section", tag("h2", "Returns by day"), table(["Day", "Value at the close", "Return"], rows, kinds="snn")
    )


def _trips(result: BacktestResult) -> Markup:
    trips = result.round_trips[-MOST_TRIPS:]
    rows = [
        [
            f"{trip['entered_at'][:16].replace('T', ' ')}",
            "still open" if trip["exited_at"] is None else trip["exited_at"][:16].replace("T", " "),
            f"{trip['symbol']}",
            f"{trip['shares']:,}",
            number(trip["entry_price"]),
            number(trip["exit_price"]),
            _coloured(trip["return"]),
            money(trip["pnl"]),
            tag("span", f"{trip['enter_reason']} / {trip['exit_reason']}"),
        ]
        for trip in trips
    ]
    title = f"Round trips ({len(result.round_trips)}"
    title += f", the last {len(trips)} shown)" if len(trips) < len(result.round_trips) else ")"
    head = ["Bought (UTC)", "Sold", "Ticker", "Shares", "Bought at", "Sold at", "Return", "Profit", "Why"]
    return tag("section", tag("h2", title), table(head, rows, kinds="sssnnnnnw") if rows else tag("p", "None."))


def _metrics(result: BacktestResult) -> Markup:
    own, held = result.metrics["all"], result.buy_and_hold["metrics"]
    singles = [str(each["id"]) for each in result.algorithms] if len(result.algorithms) > 1 else []
    rows = [
        [
            label,
            write(own.get(name)),
            write(held[name]) if name in held else "",
            *(write(result.metrics[id_].get(name)) for id_ in singles),
            tag("span", words, class_="muted"),
        ]
        for name, label, write, words in TABLE
    ]
    names = [f"{each['id']} {each['name']} on {each['ticker']}" for each in result.algorithms] if singles else []
    head = ["", "All", "Buy and hold", *names, "What it says"]
    return tag("section", tag("h2", "Figures"), table(head, rows, kinds="s" + "n" * (2 + len(names)) + "w"))


def _reasons(result: BacktestResult) -> Markup:
    rows = [
        [
            row["reason"] or "(no reason given)",
            f"{row['action']}, {row['outcome'].lower()}",
            row["gate"] or "",
            f"{row['minutes']:,}",
        ]
        for row in result.reasons[:MOST_TRIPS]
    ]
    head = ["What it said", "What came of it", "Stopped by", "Minutes"]
    return tag("section", tag("h2", "Reasons"), table(head, rows, kinds="wssn"))


def _assumptions(result: BacktestResult) -> Markup:
    return tag(
        "section", tag("h2", "What is assumed"), tag("ul", *(tag("li", each) for each in result.assumptions.values()))
    )


def _coloured(value: float | None) -> Markup:
    kind = None if not value else "gain" if value > 0 else "loss"
    return tag("span", signed_percent(value), class_=kind)
