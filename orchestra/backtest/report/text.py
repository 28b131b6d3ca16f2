"""A result in the terminal: eighty columns, what is read first on top.

In: a result. Out: text. Thread: any. Strangers' texts cannot act on the terminal.
"""

from collections import Counter
from textwrap import fill

from orchestra.backtest.measures.yearly_figures import metrics_to_show, notes_on_growth
from orchestra.backtest.report.figures import TABLE, count, file_name, money, params_of, percent, plain
from orchestra.backtest.result import BacktestResult

WIDTH = 80
SHOWN_REASONS = 8
SHOWN_ALGORITHMS = 12
MODE = "Backtest, simulated money"
PAST = "Past results do not predict future ones."


def text_report(result: BacktestResult) -> str:
    """Return the report."""
    warnings = "\n".join(folded(f"! {warning}") for warning in result.warnings)
    parts = [_head(result), warnings, _figures(result), _algorithms(result), _reasons(result), _assumptions(result)]
    return "\n\n".join([*(part for part in parts if part), PAST])


def title_of(result: BacktestResult) -> str:
    """Return what was tried: a few algorithms by name, more as a number."""
    names = ", ".join(f"{each['name']} on {each['ticker']}" for each in result.algorithms[:3])
    more = f" and {len(result.algorithms) - 3} more" if len(result.algorithms) > 3 else ""
    return plain(f"Backtest of {names}{more}")


def period(result: BacktestResult) -> str:
    """Return which days were played, and whether that is all that was asked."""
    if not result.days:
        return "No session was played."
    days = f"{result.days[0]} to {result.days[-1]}" if len(result.days) > 1 else result.days[0]
    sessions = "1 session" if len(result.days) == 1 else f"{count(len(result.days))} sessions"
    part = "" if result.is_whole else " Stopped before its end."
    return f"{days}: {sessions}, {count(result.minutes)} minutes.{part}"


def folded(line: str, *, indent: str = "") -> str:
    """Return a line, made harmless, folded where it is too long."""
    return fill(plain(line), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False)


def _head(result: BacktestResult) -> str:
    source = ", ".join(file_name(name) for name in result.data["files"]) or "the market database"
    decided = ", ".join(f"{count(number)} {outcome.lower()}" for outcome, number in result.decisions.items() if number)
    lines = [
        title_of(result),
        f"{MODE}. {period(result)}",
        f"Bars from {source}; played in {result.seconds:.1f} s.",
        *_params(result),
        f"Decisions: {decided or 'none'}; fills: {count(len(result.fills))}.",
    ]
    return "\n".join(folded(line) for line in lines)


def _params(result: BacktestResult) -> list[str]:
    """Return the parameters: once when all have the same."""
    told = [params_of(each) for each in result.algorithms]
    if len(set(told)) <= 1:
        return [f"Parameters: {each}" for each in told[:1]]
    lines = [f"Parameters of {each['id']}: {params_of(each)}" for each in result.algorithms[:SHOWN_ALGORITHMS]]
    return lines if len(lines) == len(told) else [*lines, "and so on."]


def _figures(result: BacktestResult) -> str:
    own, held = (metrics_to_show(each, result.days) for each in (result.metrics["all"], result.buy_and_hold["metrics"]))
    lines = [f"{'':<20}{'This run':>16}{'Buy and hold':>16}"]
    for name, label, write, _ in TABLE:
        beside = write(held[name]) if name in held else ""
        lines.append(f"{label:<20}{write(own.get(name)):>16}{beside:>16}".rstrip())
    return "\n".join([*lines, *map(folded, notes_on_growth(result.days))])


def _algorithms(result: BacktestResult) -> str:
    if len(result.algorithms) < 2:
        return ""
    lines = [f"{'Algorithm':<38}{'Profit':>16}{'Round trips':>14}{'Won':>12}"]
    for each in result.algorithms[:SHOWN_ALGORITHMS]:
        own = result.metrics[str(each["id"])]
        name = plain(f"{each['id']} {each['name']} on {each['ticker']}", longest=37)
        figures = f"{money(own['profit_loss']):>16}{count(own['total_trades']):>14}{percent(own['win_rate']):>12}"
        lines.append(f"{name:<38}{figures}")
    if len(result.algorithms) > SHOWN_ALGORITHMS:
        lines.append(f"and {len(result.algorithms) - SHOWN_ALGORITHMS} more")
    return "\n".join(lines)


def _reasons(result: BacktestResult) -> str:
    if not result.reasons:
        return ""
    told: Counter[str] = Counter()
    for row in result.reasons:
        gate = f" ({row['gate']})" if row["gate"] else ""
        told[f"{row['action']} {row['outcome'].lower()}{gate}: {row['reason']}"] += row["minutes"]
    lines = ["Minutes  What it wanted, what came of it, and why"]
    for reason, minutes in told.most_common(SHOWN_REASONS):
        lines.append(f"{count(minutes):>7}  {plain(reason, longest=WIDTH - 9)}")
    if len(told) > SHOWN_REASONS:
        lines.append(f"{'':>7}  and {count(len(told) - SHOWN_REASONS)} other reasons")
    return "\n".join(lines)


def _assumptions(result: BacktestResult) -> str:
    return folded("Assumed: " + " ".join(result.assumptions.values()))
