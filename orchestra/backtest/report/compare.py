"""Two results side by side: what was asked differently first, then what came of it.

In: two results. Out: text, a page. Thread: any.
"""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from orchestra.backtest.measures.yearly_figures import cautions_on_ratios, metrics_to_show, notes_on_growth
from orchestra.backtest.report.curves import both_equities
from orchestra.backtest.report.figures import TABLE, change, moment, money, params_of, price
from orchestra.backtest.report.html_report import document, plot
from orchestra.backtest.report.markup import Markup, table, tag
from orchestra.backtest.report.text import MODE, PAST, folded, period, title_of
from orchestra.backtest.result import BacktestResult

# What is equal when two runs dealt the same; ids and reasons may differ all the same.
FILL_FIELDS = ("time", "symbol", "side", "shares", "price")
EQUAL = "Both were asked the same: algorithms, parameters, bars, days and costs."
COSTS = ("commission", "regulatory_fees", "spread_slippage", "volume")


def differences(first: BacktestResult, second: BacktestResult) -> list[tuple[str, str, str]]:
    """Return what was asked of the two differently: name, of the first, of the second."""
    asked, other = _asked(first), _asked(second)
    return [
        (name, asked.get(name, "none"), other.get(name, "none"))
        for name in {**asked, **other}
        if asked.get(name) != other.get(name)
    ]


def first_difference(first: BacktestResult, second: BacktestResult) -> str:
    """Return where the two first dealt differently."""
    if not first.fills and not second.fills:
        return "Neither has a fill."
    for number, (one, other) in enumerate(zip_longest(first.fills, second.fills), start=1):
        if _dealt(one) != _dealt(other):
            return f"Fill {number} is the first that differs. First: {_told(one)}. Second: {_told(other)}."
    return f"All {len(first.fills):,} fills are equal."


def compare_text(first: BacktestResult, second: BacktestResult) -> str:
    """Return the comparison for a terminal."""
    asked = []
    for name, one, other in differences(first, second):
        told = [folded(f"First: {one}", indent="    "), folded(f"Second: {other}", indent="    ")]
        asked += [folded(name, indent="  "), *told]
    lines = [f"{'':<20}{'First':>16}{'Second':>16}{'Difference':>16}"]
    lines += [
        f"{label:<20}{one:>16}{other:>16}{more:>16}" for label, one, other, more in figures_of_both(first, second)
    ]
    parts = [
        "\n".join(folded(line) for line in _which(first, second)),
        "\n".join(["Asked differently:", *asked]) if asked else EQUAL,
        "\n".join([*lines, *map(folded, notes_on_both(first, second))]),
        folded(first_difference(first, second)),
        PAST,
    ]
    return "\n\n".join(parts)


def compare_html(first: BacktestResult, second: BacktestResult) -> str:
    """Return the comparison as one page."""
    which = tag("ul", *(tag("li", line) for line in _which(first, second)[1:]))
    figures = table(
        ["", "First", "Second", "Difference"], figures_of_both(first, second), kinds="snnn", name="Figures of both runs"
    )
    notes = [tag("p", note, class_="muted") for note in notes_on_both(first, second)]
    return document(
        "Two backtests compared",
        [
            tag("p", tag("strong", MODE), class_="muted"),
            tag("section", tag("h2", "Which two"), which, class_="whole"),
            tag("section", tag("h2", "What was asked differently"), _asked_table(first, second)),
            plot(both_equities(first, second)),
            tag("section", tag("h2", "Figures"), figures, *notes),
            tag("section", tag("h2", "Fills"), tag("p", first_difference(first, second)), class_="whole"),
            tag("p", PAST, class_="muted"),
        ],
    )


def _which(first: BacktestResult, second: BacktestResult) -> list[str]:
    told = [f"{name}: {title_of(each)}, {period(each)}" for name, each in (("First", first), ("Second", second))]
    return [f"{MODE}: two runs compared.", *told]


def _asked_table(first: BacktestResult, second: BacktestResult) -> Markup:
    asked = differences(first, second)
    if not asked:
        return tag("p", EQUAL)
    return table(["", "First", "Second"], asked, kinds="www", name="What was asked differently")


def figures_of_both(first: BacktestResult, second: BacktestResult) -> list[tuple[str, str, str, str]]:
    """Return each figure's label, of the first, of the second, and how much more the second has."""
    one, other = (metrics_to_show(each.metrics["all"], each.days) for each in (first, second))
    own = [
        (label, write(one.get(name)), write(other.get(name)), change(one.get(name), other.get(name), write))
        for name, label, write, _ in TABLE
    ]
    held = [each.buy_and_hold["metrics"].get("total_return") for each in (first, second)]
    _, _, write, _ = TABLE[0]
    return [*own, ("Buy and hold", write(held[0]), write(held[1]), change(held[0], held[1], write))]


def notes_on_both(first: BacktestResult, second: BacktestResult) -> list[str]:
    """Return what is said beside figures of runs that are short."""
    return [
        f"{name}: {note}"
        for name, each in (("First", first), ("Second", second))
        for note in (*notes_on_growth(each.days), *cautions_on_ratios(each.metrics["all"], len(each.days)))
    ]


def _asked(result: BacktestResult) -> dict[str, str]:
    """Return what was asked, by the name under which a difference is told."""
    asked: dict[str, str] = {}
    for number, each in enumerate(result.algorithms, start=1):
        asked[f"algorithm {number}"] = f"{each['name']} on {each['ticker']}"
        asked[f"dollars of {number}"] = money(each["initial_capital"])
        asked[f"parameters of {number}"] = params_of(each)
        asked[f"file of {number}"] = f"SHA-256 {each['file_sha256'][:16]}"
    asked["days"] = f"{result.data['first']} to {result.data['last']}"
    digests = sorted(digest[:16] for digest in result.data["files"].values())
    asked["bars"] = f"files, SHA-256 {', '.join(digests)}" if digests else "the market database"
    asked["number of bars"] = f"{result.data['bars']:,}"
    asked.update({name.replace("_", " "): result.assumptions.get(name, "") for name in COSTS})
    return asked


def _dealt(fill: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if fill is None else tuple(fill[name] for name in FILL_FIELDS)


def _told(fill: Mapping[str, Any] | None) -> str:
    if fill is None:
        return "no further fill"
    dealt = f"{fill['side']} {fill['shares']:,} {fill['symbol']} at {price(fill['price'])}"
    return f"{moment(fill['time'])} New York, {dealt}"
