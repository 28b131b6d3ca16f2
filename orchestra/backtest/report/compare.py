"""Two results side by side: what was asked differently first, then what came of it.

In: two results. Out: text, a page. Thread: any.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from orchestra.backtest.report.curves import equity_chart
from orchestra.backtest.report.figures import DASH, TABLE
from orchestra.backtest.report.html_report import document, plot
from orchestra.backtest.report.markup import table, tag
from orchestra.backtest.report.text import PAST
from orchestra.backtest.result import BacktestResult

FILL_FIELDS = ("time", "symbol", "side", "shares", "price", "algorithm_id")


def differences(first: BacktestResult, second: BacktestResult) -> list[tuple[str, str, str]]:
    """Return what was asked of the two differently: name, of the first, of the second."""
    asked = zip(_asked(first), _asked(second), strict=True)
    return [(name, one, other) for (name, one), (_, other) in asked if one != other]


def first_difference(first: BacktestResult, second: BacktestResult) -> str:
    """Return where the two first traded differently."""
    for number, (one, other) in enumerate(zip_longest(first.fills, second.fills), start=1):
        if _told(one) != _told(other):
            return f"Fill {number} is the first that differs: {_told(one)} here, {_told(other)} there."
    return f"All {len(first.fills)} fills are equal."


def compare_text(first: BacktestResult, second: BacktestResult) -> str:
    """Return the comparison for a terminal."""
    asked = [f"{name}: {one} / {other}" for name, one, other in differences(first, second)]
    lines = [f"{'':<20}{'First':>16}{'Second':>16}"]
    for _, label, one, other in _figures(first, second):
        lines.append(f"{label:<20}{one:>16}{other:>16}")
    parts = ["\n".join(asked) or "Both were asked the same.", "\n".join(lines), first_difference(first, second), PAST]
    return "\n\n".join(parts)


def compare_html(first: BacktestResult, second: BacktestResult) -> str:
    """Return the comparison as one page."""
    asked = differences(first, second)
    told = table(["", "First", "Second"], asked, kinds="sww") if asked else tag("p", "Both were asked the same.")
    figures = table(
        ["", "First", "Second"], ([label, one, other] for _, label, one, other in _figures(first, second)), kinds="snn"
    )
    return document(
        "Two backtests compared",
        [
            tag("section", tag("h2", "What was asked differently"), told),
            plot(equity_chart(first, other=second)),
            tag("section", tag("h2", "Figures"), figures),
            tag("section", tag("h2", "Fills"), tag("p", first_difference(first, second))),
            tag("p", PAST, class_="muted"),
        ],
    )


def _figures(first: BacktestResult, second: BacktestResult) -> Iterator[tuple[str, str, str, str]]:
    one, other = first.metrics["all"], second.metrics["all"]
    for name, label, write, _ in TABLE:
        yield name, label, write(one.get(name)), write(other.get(name))


def _asked(result: BacktestResult) -> list[tuple[str, str]]:
    algorithms = "; ".join(
        f"{each['name']} on {each['ticker']} with {each['initial_capital']:,.2f}" for each in result.algorithms
    )
    params = "; ".join(
        ", ".join(f"{k} {v}" for k, v in each["params"].items()) or "defaults" for each in result.algorithms
    )
    files = ", ".join(sorted(digest[:16] for digest in result.data["files"].values())) or result.data["source"]
    source = ", ".join(each["file_sha256"][:16] for each in result.algorithms)
    days = f"{result.data['first']} to {result.data['last']}"
    costs = [
        (name.replace("_", " "), result.assumptions[name])
        for name in ("commission", "regulatory_fees", "spread_slippage", "volume")
    ]
    return [
        ("algorithms", algorithms),
        ("parameters", params),
        ("their files", source),
        ("days", days),
        ("bars", files),
        *costs,
    ]


def _told(fill: dict[str, Any] | None) -> str:
    return DASH if fill is None else " ".join(str(fill[name]) for name in FILL_FIELDS)
