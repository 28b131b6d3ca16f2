"""The tables of a report: returns by month or day, round trips, figures, algorithms, reasons, what was asked.

In: a result. Out: sections. Thread: any. Times are New York's.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from orchestra.backtest.measures.yearly_figures import metrics_to_show, notes_on_growth
from orchestra.backtest.report.figures import (
    MINUS,
    TABLE,
    count,
    file_name,
    headline,
    moment,
    money,
    params_of,
    price,
    signed_percent,
)
from orchestra.backtest.report.markup import Markup, table, tag
from orchestra.backtest.result import BacktestResult

# Of many round trips the first and the last; all are in the CSV file.
SHOWN_TRIPS = 50
MOST_REASONS = 100
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FEW_MONTHS = 2
OF_ALGORITHMS = ("total_return", "profit_loss", "max_drawdown", "sharpe_ratio", "total_trades", "win_rate", "fees")


def periods_table(result: BacktestResult) -> Markup:
    """Return the returns by month and year; of a short run by day."""
    if not result.days:
        return Markup("")
    if len({day[:7] for day in result.days}) < FEW_MONTHS:
        return _daily(result)
    rows = [
        [year, *(_coloured(months.get(at), is_bare=True) if at in months else "" for at in range(1, 14))]
        for year, months in monthly_returns(result).items()
    ]
    head = ["", *MONTHS, "Year"]
    told = table(head, rows, kinds="s" + "n" * 13, name="Returns by month in percent")
    return tag("section", tag("h2", "Returns by month, in percent"), told, class_="whole months")


def trips_table(result: BacktestResult) -> Markup:
    """Return the round trips: all, or the first and the last."""
    trips, total = result.round_trips, len(result.round_trips)
    if not trips:
        return tag("section", tag("h2", "Round trips"), tag("p", "None: nothing was bought."), class_="whole")
    shown = trips if total <= 2 * SHOWN_TRIPS else trips[:SHOWN_TRIPS]
    rows = [_trip(trip) for trip in shown]
    note = ""
    if len(shown) < total:
        left_out = f"{count(total - 2 * SHOWN_TRIPS)} more in between"
        rows += [[left_out, *[""] * 9], *(_trip(trip) for trip in trips[-SHOWN_TRIPS:])]
        note = tag("p", f"The first and the last {SHOWN_TRIPS} of them; all are in round_trips.csv.", class_="muted")
    head = ["Bought (New York)", "Sold", "Ticker", "Shares", "In at", "Out at", "Return", "Profit", "Why in", "Why out"]
    told = table(head, rows, kinds="sssnnnnnww", name="Round trips")
    return tag("section", tag("h2", f"Round trips ({count(total)})"), note, told)


def metrics_table(result: BacktestResult) -> Markup:
    """Return all figures beside those of buy and hold, each explained."""
    own, held = (metrics_to_show(each, result.days) for each in (result.metrics["all"], result.buy_and_hold["metrics"]))
    rows = [
        [label, write(own.get(name)), write(held[name]) if name in held else "", tag("span", words, class_="muted")]
        for name, label, write, words in TABLE
    ]
    told = table(["", "This run", "Buy and hold", "What it says"], rows, kinds="snnw", name="Figures")
    notes = [tag("p", note, class_="muted") for note in notes_on_growth(result.days)]
    return tag("section", tag("h2", "Figures"), told, *notes)


def algorithms_table(result: BacktestResult) -> Markup:
    """Return what came of each algorithm, where there are several."""
    if len(result.algorithms) < 2:
        return Markup("")
    rows = [
        [_named(each), *(told for _, told in headline(result.metrics[str(each["id"])], OF_ALGORITHMS))]
        for each in result.algorithms
    ]
    head = ["", *(label for label, _ in headline({}, OF_ALGORITHMS))]
    told = table(head, rows, kinds="w" + "n" * len(OF_ALGORITHMS), name="Algorithms")
    return tag("section", tag("h2", "Each algorithm"), told)


def reasons_table(result: BacktestResult) -> Markup:
    """Return what was decided, how often, and what stopped it."""
    if not result.reasons:
        return Markup("")
    names = {each["id"]: _named(each) for each in result.algorithms}
    is_told_apart = len(names) > 1
    rows = [
        [
            row["reason"] or "(no reason given)",
            *([names.get(row["algorithm_id"], "")] if is_told_apart else []),
            row["action"],
            row["outcome"].lower(),
            row["gate"] or "",
            count(row["minutes"]),
        ]
        for row in result.reasons[:MOST_REASONS]
    ]
    head = ["What it said", *(["Algorithm"] if is_told_apart else []), "Wanted", "Outcome", "Stopped by", "Minutes"]
    note = ""
    if len(result.reasons) > MOST_REASONS:
        note = tag("p", f"The {MOST_REASONS} most frequent of {count(len(result.reasons))}.", class_="muted")
    told = table(head, rows, kinds="w" + "w" * is_told_apart + "sssn", name="Decisions and reasons")
    return tag("section", tag("h2", "What it decided, and why"), note, told)


def asked_table(result: BacktestResult) -> Markup:
    """Return the algorithms with their parameters, and the bars, with the digests that prove which they were."""
    rows = [
        [_named(each), money(each["initial_capital"]), params_of(each), _state(each), _digest(each["file_sha256"])]
        for each in result.algorithms
    ]
    head = ["", "Dollars", "Parameters", "At the end", "SHA-256 of its file"]
    parts = [table(head, rows, kinds="wnwww", name="Algorithms and parameters")]
    files = [[file_name(name), _digest(digest)] for name, digest in result.data["files"].items()]
    if files:
        parts.append(table(["File of bars", "SHA-256"], files, kinds="ww", name="Files of bars"))
    return tag("section", tag("h2", "What was run"), *parts)


def monthly_returns(result: BacktestResult) -> dict[str, dict[int, float | None]]:
    """Return the returns of each year by month, and of the whole year as month 13."""
    ends = {day[:7]: equity for day, equity in zip(result.days, result.equity, strict=True)}
    found: dict[str, dict[int, float | None]] = defaultdict(dict)
    year_starts: dict[str, float] = {}
    before: float = result.metrics["all"]["start_equity"]
    for month, equity in ends.items():
        year = month[:4]
        start = year_starts.setdefault(year, before)
        found[year][int(month[5:])] = _grown(before, equity)
        found[year][13] = _grown(start, equity)
        before = equity
    return found


def _daily(result: BacktestResult) -> Markup:
    before, rows = result.metrics["all"]["start_equity"], []
    for day, equity in zip(result.days, result.equity, strict=True):
        rows.append([day, money(equity), _coloured(_grown(before, equity))])
        before = equity
    told = table(["Day", "Value at the close", "Return"], rows, kinds="snn", name="Returns by day")
    return tag("section", tag("h2", "Returns by day"), told, class_="whole")


def _trip(trip: Mapping[str, Any]) -> list[object]:
    is_open = trip["exited_at"] is None
    return [
        moment(trip["entered_at"]),
        "still open" if is_open else moment(trip["exited_at"]),
        trip["symbol"],
        f"{trip['shares']:,}",
        price(trip["entry_price"]),
        price(trip["exit_price"]),
        _coloured(trip["return"]),
        money(trip["pnl"]),
        trip["enter_reason"],
        "marked at the last close" if is_open else trip["exit_reason"],
    ]


def _grown(start: float, end: float) -> float | None:
    return end / start - 1.0 if start else None


def _coloured(value: float | None, *, is_bare: bool = False) -> Markup:
    told = signed_percent(value)
    kind = {"+": "gain", MINUS: "loss"}.get(told[0])
    return tag("span", told.removesuffix(" %") if is_bare else told, class_=kind)


def _named(algorithm: Mapping[str, Any]) -> str:
    return f"{algorithm['id']} {algorithm['name']} on {algorithm['ticker']}"


def _state(algorithm: Mapping[str, Any]) -> str:
    return f"{algorithm['status']} {algorithm['last_error'] or ''}".strip()


def _digest(text: str | None) -> Markup:
    return tag("span", text or "", class_="digest")
