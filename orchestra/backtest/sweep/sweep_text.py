"""A sweep for a person at a terminal, and as rows for a spreadsheet.

In: a sweep's result. Out: text, rows. Thread: any.
"""

from collections import Counter
from collections.abc import Callable
from textwrap import fill
from typing import Any

from orchestra.backtest.report.figures import DASH, TABLE, number, percent, signed_percent
from orchestra.backtest.report.text import PAST, WIDTH
from orchestra.backtest.sweep.standing import told
from orchestra.backtest.sweep.sweep_result import BY_SESSION, Judged, SweepResult, neighbours
from orchestra.backtest.sweep.trial import Outcome

SHOWN = 20
SHOWN_REASONS = 3
COLUMNS = ("total_return", "max_drawdown", "total_trades", "profit_factor")
UNSEEN = "total_return"
STOPPED = "Stopped before its end: what follows is of the trials that were played."
SPENT = "Choose by the columns of the seen sessions: whoever chooses by the unseen ones has seen them."
_Column = tuple[str, Callable[[Outcome], str]]


def sweep_text(result: SweepResult) -> str:
    """Return the report for a terminal."""
    parts = [
        "" if result.is_whole else STOPPED,
        *result.about.get("warnings", ()),
        _title(result),
        _ranking(result),
        SPENT if result.unseen else "",
        failures(result),
        "\n".join(judged_lines(result)),
        stability(result),
        result.verdict.sentence if result.ranked else "",
        " ".join(["Assumed:", *result.about.get("assumptions", {}).values()]) if result.about else "",
        PAST,
    ]
    return "\n\n".join("\n".join(_folded(line) for line in part.split("\n")) for part in parts if part)


def sweep_rows(result: SweepResult) -> list[list[Any]]:
    """Return a table of every trial for a spreadsheet, those on unseen sessions marked by their names."""
    names = list(result.outcomes[0].trial.params) if result.outcomes else []
    metrics = [name for name, *_ in TABLE]
    later = [f"unseen_{name}" for name in metrics] if result.unseen else []
    rows = []
    for each in result.outcomes:
        row = [*(each.trial.params[name] for name in names), *(each.metrics.get(name) for name in metrics)]
        unseen = result.unseen.get(each.trial.number)
        row += [unseen.metrics.get(name) if unseen else None for name in metrics] if later else []
        rows.append([*row, each.error or ""])
    return [[*names, *metrics, *later, "error"], *rows]


def columns_of(result: SweepResult) -> list[_Column]:
    """Return name and writer of the columns that compare trials: the figure that chose first, unseen sessions last."""
    names = list(dict.fromkeys((result.by, *COLUMNS)))
    columns: list[_Column] = [(label_of(name), _seen(name)) for name in names]
    if result.unseen:
        later = dict.fromkeys((result.by, UNSEEN))
        columns += [(f"Unseen {label_of(name).lower()}", _later(result, name)) for name in later]
    return columns


def failures(result: SweepResult) -> str:
    """Return how many trials failed and why."""
    reasons = Counter(each.error for each in result.failed)
    if not reasons:
        return ""
    lines = [f"{len(result.failed)} of {len(result.outcomes)} trials failed:"]
    lines += [f"  {count}: {reason}" for reason, count in reasons.most_common(SHOWN_REASONS)]
    return "\n".join([*lines, *(["  …"] if len(reasons) > SHOWN_REASONS else [])])


def judged_lines(result: SweepResult) -> list[str]:
    """Return what became of the best of each window on unseen sessions."""
    if not result.judged:
        return []
    write = writer_of(result.by)
    lines = [f"{label_of(result.by)} of the best of each stretch, and on the unseen sessions after it:"]
    lines += [_judged(each, write) for each in result.judged]
    if result.stitched is not None:
        lines.append(f"Return over all unseen sessions, one after the other: {signed_percent(result.stitched)}.")
    lines.append(_efficiency(result))
    return lines


def stability(result: SweepResult) -> str:
    """Tell how the sets beside the best one fare: a lonely peak is more likely chance."""
    ranked = result.ranked
    near = neighbours(result, ranked[0]) if ranked else []
    known = sorted(value for each in near if (value := each.metrics.get(result.by)) is not None)
    if not known:
        return ""
    write = writer_of(result.by)
    mean = write(sum(known) / len(known))
    beside = (
        f"Its one neighbour has {mean}"
        if len(known) == 1
        else f"Its {len(known)} neighbours average {mean} and range from {write(known[0])} to {write(known[-1])}"
    )
    best = write(ranked[0].metrics[result.by])
    return f"{beside}, where the best has {best}: much less beside it means a lucky spot."


def label_of(metric: str) -> str:
    """Return what a metric is called."""
    return next((label for name, label, *_ in TABLE if name == metric), metric)


def writer_of(metric: str) -> Callable[[Any], str]:
    """Return how a metric is written."""
    return next((write for name, _, write, _ in TABLE if name == metric), number)


def _title(result: SweepResult) -> str:
    best = f"; the best by {label_of(result.by).lower()}:" if result.ranked else "; none of them has this figure."
    return f"{len(result.outcomes)} parameter sets on {result.days[0]} to {result.days[1]}{best}"


def _ranking(result: SweepResult) -> str:
    shown = result.ranked[:SHOWN]
    if not shown:
        return ""
    columns = columns_of(result)
    names = [told(each.trial.params) for each in shown]
    lines = [["", *(label for label, _ in columns)]]
    lines += [[name, *(write(each) for _, write in columns)] for name, each in zip(names, shown, strict=True)]
    widths = [max(len(line[at]) for line in lines) + 2 for at in range(len(columns) + 1)]
    return "\n".join(
        line[0].ljust(widths[0]) + "".join(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in lines
    )


def _seen(name: str) -> Callable[[Outcome], str]:
    return lambda outcome: writer_of(name)(outcome.metrics.get(name))


def _later(result: SweepResult, name: str) -> Callable[[Outcome], str]:
    def write(outcome: Outcome) -> str:
        unseen = result.unseen.get(outcome.trial.number)
        return DASH if unseen is None else writer_of(name)(unseen.metrics.get(name))

    return write


def _judged(judged: Judged, write: Callable[[Any], str]) -> str:
    days = f"  {judged.days[0]} to {judged.days[1]}"
    if judged.params is None:
        return f"{days}: nothing to choose from"
    change = f"{write(judged.chosen)} became {write(judged.judged)}, return {signed_percent(judged.judged_return)}"
    return f"{days}: {told(judged.params)}: {change}"


def _efficiency(result: SweepResult) -> str:
    """Tell what was left of the choices, and of how many: a loss that was chosen has no part to keep."""
    windows = "1 window" if len(result.judged) == 1 else f"{len(result.judged)} windows"
    if result.efficiency is None:
        return f"Efficiency is not known: no figure above 0 was chosen and judged in {windows}."
    measure = ", both per session" if result.by in BY_SESSION else ""
    known = f"over {len(result.kept)} of {windows}"
    return (
        f"Efficiency, what unseen sessions left of the chosen figure{measure}, {known}: {percent(result.efficiency)}."
    )


def _folded(line: str) -> str:
    """Return a sentence in lines of the terminal's width; a row of a table stays as it is."""
    is_sentence = line[:1].strip() and "  " not in line
    return fill(line, WIDTH) if is_sentence else line
