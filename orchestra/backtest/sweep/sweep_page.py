"""A sweep as one HTML file: a map where exactly two parameters make a grid, the ranking, the doubts. No scripts.

In: a sweep's result. Out: the document as text. Thread: any. Whatever strangers wrote is escaped (markup.py).
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from orchestra.backtest.report.figures import DASH
from orchestra.backtest.report.html_report import document
from orchestra.backtest.report.markup import Markup, table, tag
from orchestra.backtest.report.text import PAST
from orchestra.backtest.sweep.standing import told
from orchestra.backtest.sweep.sweep_result import SweepResult
from orchestra.backtest.sweep.sweep_text import (
    SHOWN,
    SPENT,
    STOPPED,
    columns_of,
    failures,
    judged_lines,
    label_of,
    stability,
    writer_of,
)
from orchestra.backtest.sweep.trial import Outcome

SHADES = 5


def sweep_html(result: SweepResult) -> str:
    """Return the page."""
    doubts = [result.verdict.sentence if result.ranked else "No trial has this figure.", stability(result)]
    about = f"{len(result.outcomes)} parameter sets on {result.days[0]} to {result.days[1]}, simulated money."
    parts = [tag("p", about, class_="muted")]
    warnings = [*([] if result.is_whole else [STOPPED]), *result.about.get("warnings", ())]
    if warnings:
        parts.append(tag("div", *(tag("p", f"! {each}") for each in warnings), class_="box warning"))
    parts.append(tag("div", *(tag("p", each) for each in doubts if each), class_="box"))
    parts += [_map(result), _best(result), *_unseen(result), _failed(result), _assumed(result)]
    return document("A sweep over parameters", [*parts, tag("p", PAST, class_="muted")])


def _best(result: SweepResult) -> Markup:
    columns = columns_of(result)
    rows = [[told(each.trial.params), *(write(each) for _, write in columns)] for each in result.ranked[:SHOWN]]
    head = ["Parameters", *(label for label, _ in columns)]
    return tag("section", tag("h2", "The best"), table(head, rows, kinds="w" + "n" * len(columns)))


def _unseen(result: SweepResult) -> list[Markup]:
    lines = judged_lines(result)
    if not lines:
        return []
    warning = [tag("p", SPENT, class_="muted")] if result.unseen else []
    return [tag("section", tag("h2", "On unseen sessions"), *(tag("p", line) for line in lines), *warning)]


def _failed(result: SweepResult) -> Markup:
    lines = failures(result).splitlines()
    return tag("section", tag("h2", "Failed"), *(tag("p", line) for line in lines)) if lines else Markup("")


def _assumed(result: SweepResult) -> Markup:
    sentences = result.about.get("assumptions", {}).values()
    if not sentences:
        return Markup("")
    return tag("section", tag("h2", "What is assumed"), tag("ul", *(tag("li", each) for each in sentences)))


def _map(result: SweepResult) -> Markup:
    """Return a table of the figure over two parameters, darker where it is better; nothing for other sweeps."""
    varied = result.varied
    if len(varied) != 2:
        return Markup("")
    (down, rows), (across, columns) = varied.items()
    if len(rows) * len(columns) > len(result.outcomes):
        return Markup("")  # drawn sets leave nearly every place empty
    found = {(each.trial.params[down], each.trial.params[across]): each for each in result.outcomes}
    known = sorted(each.metrics[result.by] for each in result.ranked)
    head = tag("tr", tag("th", f"{down} \\ {across}"), *(tag("th", each, class_="number") for each in columns))
    body = [
        tag("tr", tag("th", row), *(_cell(found.get((row, column)), result.by, known) for column in columns))
        for row in rows
    ]
    title = f"{label_of(result.by)} by {down} (down) and {across} (across)"
    return tag("section", tag("h2", title), tag("div", tag("table", head, *body), class_="scroll"))


def _cell(outcome: Outcome | None, by: str, known: Sequence[float]) -> Markup:
    value: Any = None if outcome is None else outcome.metrics.get(by)
    if value is None:
        return tag("td", DASH, class_="number", title=outcome.error if outcome else None)
    shade = SHADES * bisect_left(known, value) // len(known)
    return tag("td", writer_of(by)(value), class_=f"number shade{shade}")
