"""A result in the terminal: eighty columns, what is read first on top.

In: a result. Out: text. Thread: any.
"""

from textwrap import fill

from orchestra.backtest.report.figures import TABLE, count, money, percent
from orchestra.backtest.result import BacktestResult

WIDTH = 80
SHOWN_REASONS = 8
SHOWN_ALGORITHMS = 12
PAST = "Past results do not predict future ones."


def text_report(result: BacktestResult) -> str:
    """Return the report."""
    parts = [_title(result), _figures(result), _algorithms(result), _reasons(result), _assumptions(result)]
    if result.warnings:
        parts.insert(1, "\n".join(f"! {warning}" for warning in result.warnings))
    return "\n\n".join([*(part for part in parts if part), PAST])


def _title(result: BacktestResult) -> str:
    names = ", ".join(f"{each['name']} on {each['ticker']}" for each in result.algorithms[:3])
    more = f" and {len(result.algorithms) - 3} more" if len(result.algorithms) > 3 else ""
    days = f"{result.days[0]} to {result.days[-1]}" if result.days else "no session"
    decided = ", ".join(f"{minutes:,} {outcome.lower()}" for outcome, minutes in result.decisions.items() if minutes)
    return (
        f"Backtest of {names}{more}\n{days}, {len(result.days)} sessions, {result.minutes:,} minutes "
        f"in {result.seconds:.1f} s\nDecisions: {decided or 'none'}; {len(result.fills)} fills"
    )


def _figures(result: BacktestResult) -> str:
    own, held = result.metrics["all"], result.buy_and_hold["metrics"]
    lines = [f"{'':<20}{'Backtest':>16}{'Buy and hold':>16}"]
    for name, label, write, _ in TABLE:
        beside = write(held[name]) if name in held else ""
        lines.append(f"{label:<20}{write(own.get(name)):>16}{beside:>16}".rstrip())
    return "\n".join(lines)


def _algorithms(result: BacktestResult) -> str:
    if len(result.algorithms) < 2:
        return ""
    lines = [f"{'Algorithm':<36}{'Profit':>14}{'Round trips':>13}{'Won':>12}"]
    for each in result.algorithms[:SHOWN_ALGORITHMS]:
        own = result.metrics[str(each["id"])]
        name = f"{each['id']} {each['name']} on {each['ticker']}"[:35]
        figures = f"{money(own['profit_loss']):>14}{count(own['total_trades']):>13}{percent(own['win_rate']):>12}"
        lines.append(f"{name:<36}{figures}")
    return "\n".join(lines)


def _reasons(result: BacktestResult) -> str:
    lines = ["What it said, by minutes:"]
    for row in result.reasons[:SHOWN_REASONS]:
        gate = f" ({row['gate']})" if row["gate"] else ""
        lines.append(f"{row['minutes']:>9,}  {row['action']} {row['outcome'].lower()}{gate}: {row['reason']}"[:WIDTH])
    return "\n".join(lines) if result.reasons else ""


def _assumptions(result: BacktestResult) -> str:
    return fill("Assumed: " + " ".join(result.assumptions.values()), WIDTH)
