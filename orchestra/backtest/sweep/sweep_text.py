"""A sweep for a person: the best sets, what became of them on unseen days, and whether it is luck.

In: a sweep's result. Out: text, CSV rows, a page. Thread: any.
"""

from collections.abc import Callable, Sequence
from typing import Any

from orchestra.backtest.report.figures import DASH, TABLE, number, signed_percent
from orchestra.backtest.report.html_report import document
from orchestra.backtest.report.markup import Markup, table, tag
from orchestra.backtest.report.text import PAST
from orchestra.backtest.sweep.sweeper import SweepResult, neighbours
from orchestra.backtest.sweep.trial import Outcome

SHOWN = 20
COLUMNS = ("total_return", "sharpe_ratio", "max_drawdown", "total_trades", "profit_factor")
SHADES = 5


def sweep_text(result: SweepResult) -> str:
    """Return the report for a terminal."""
    ranked, failed = result.ranked, result.failed
    count = f"{len(result.outcomes)} parameter sets, {len(failed)} of them failed"
    parts = [f"{count}; the best by {label_of(result.by).lower()}:" if ranked else f"{count}.", _ranking(result)]
    if failed:
        parts.append(f"The first failure: {_told(failed[0])}: {failed[0].error}")
    parts += [_judged(result), _stability(result), result.verdict.sentence if ranked else ""]
    if not result.is_whole:
        parts.insert(0, "Stopped before its end: what follows is of the trials that were played.")
    return "\n\n".join([*(part for part in parts if part), PAST])


def sweep_rows(result: SweepResult) -> list[list[Any]]:
    """Return a table of every trial for a spreadsheet."""
    names = list(result.outcomes[0].trial.params) if result.outcomes else []
    metrics = [name for name, *_ in TABLE]
    rows = [
        [
            *(each.trial.params[name] for name in names),
            *(each.metrics.get(metric) for metric in metrics),
            each.error or "",
        ]
        for each in result.outcomes
    ]
    return [[*names, *metrics, "error"], *rows]


def sweep_html(result: SweepResult) -> str:
    """Return a page: a map where exactly two parameters vary, and the ranking."""
    parts = [tag("p", result.verdict.sentence), _map(result)]
    rows = [
        [_told(each), *(write(each.metrics.get(name)) for name, write in _columns())] for each in result.ranked[:SHOWN]
    ]
    head = ["Parameters", *(label_of(name) for name in COLUMNS)]
    parts.append(tag("section", tag("h2", "The best"), table(head, rows, kinds="w" + "n" * len(COLUMNS))))
    if result.judged:
        parts.append(tag("section", tag("h2", "On unseen sessions"), tag("p", _judged(result))))
    return document("A sweep over parameters", [*parts, tag("p", PAST, class_="muted")])


def label_of(metric: str) -> str:
    """Return what a metric is called."""
    return next((label for name, label, *_ in TABLE if name == metric), metric)


def writer_of(metric: str) -> Callable[[Any], str]:
    """Return how a metric is written."""
    return next((write for name, _, write, _ in TABLE if name == metric), number)


def _columns() -> list[tuple[str, Callable[[Any], str]]]:
    return [(name, writer_of(name)) for name in COLUMNS]


def _ranking(result: SweepResult) -> str:
    if not result.ranked:
        return ""
    width = max(len(_told(each)) for each in result.ranked[:SHOWN])
    head = f"{'':<{width}}" + "".join(f"{label_of(name):>15}" for name in COLUMNS)
    lines = [
        f"{_told(each):<{width}}" + "".join(f"{write(each.metrics.get(name)):>15}" for name, write in _columns())
        for each in result.ranked[:SHOWN]
    ]
    return "\n".join([head, *lines])


def _judged(result: SweepResult) -> str:
    if not result.judged:
        return ""
    write = writer_of(result.by)
    lines = ["The best of each stretch, on the sessions after it:"]
    for each in result.judged:
        told = DASH if each.params is None else _params(each.params)
        change = f"{write(each.chosen)} became {write(each.judged)}"
        lines.append(f"  sessions {each.window.judged_on[0] + 1} to {each.window.judged_on[1]}: {told}: {change}")
    if result.stitched is not None:
        lines.append(f"All unseen stretches one after the other: {signed_percent(result.stitched)}.")
    if result.efficiency is not None:
        lines.append(f"Of the chosen figure {result.efficiency:.0%} was left on average.")
    return "\n".join(lines)


def _stability(result: SweepResult) -> str:
    """Tell how the sets beside the best one fare: a lonely peak is more likely chance."""
    if not result.ranked:
        return ""
    near = [each.metrics.get(result.by) for each in neighbours(result, result.ranked[0])]
    known = [value for value in near if value is not None]
    if not known:
        return ""
    best = result.ranked[0].metrics[result.by]
    write = writer_of(result.by)
    return f"Its {len(known)} neighbours average {write(sum(known) / len(known))} where the best has {write(best)}."


def _map(result: SweepResult) -> Markup:
    if not result.outcomes or len(result.outcomes[0].trial.params) != 2:
        return Markup("")
    down, across = result.outcomes[0].trial.params
    rows_of = _sorted([each.trial.params[down] for each in result.outcomes])
    columns_of = _sorted([each.trial.params[across] for each in result.outcomes])
    found = {(each.trial.params[down], each.trial.params[across]): each for each in result.outcomes}
    known = sorted(value for each in result.outcomes if (value := each.metrics.get(result.by)) is not None)
    body = [
        tag("tr", tag("th", row), *(_cell(found.get((row, column)), result.by, known) for column in columns_of))
        for row in rows_of
    ]
    head = tag("tr", tag("th", f"{down} \\ {across}"), *(tag("th", column, class_="number") for column in columns_of))
    title = f"{label_of(result.by)} by {down} (down) and {across} (across)"
    return tag("section", tag("h2", title), tag("div", tag("table", head, *body), class_="scroll"))


def _cell(outcome: Outcome | None, by: str, known: Sequence[float]) -> Markup:
    value = None if outcome is None else outcome.metrics.get(by)
    if value is None:
        return tag("td", DASH, class_="number")
    write = writer_of(by)
    shade = SHADES * sum(each < value for each in known) // len(known)
    return tag("td", write(value), class_=f"number shade{shade}")


def _sorted(values: Sequence[Any]) -> list[Any]:
    return sorted(set(values), key=lambda value: (isinstance(value, str), value))


def _told(outcome: Outcome) -> str:
    return _params(outcome.trial.params)


def _params(params: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in params.items())
