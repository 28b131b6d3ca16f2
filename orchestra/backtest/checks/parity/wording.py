"""A parity check in plain words: one headline, and a page for the terminal.

In: what was found. Out: text. Thread: any.
"""

from collections.abc import Iterator

from database.timestamps import iso_minute
from orchestra.backtest.checks.parity.findings import AlgorithmParity, Difference, FillParity, Parity, Said, Slippage

# What a person reads through; the JSON lists more.
LISTED = 20


def headline(parity: Parity) -> str:
    """Return the check in one sentence, such as "390 of 390 decisions equal; 2 fills, average slippage 1.3 bps"."""
    if not parity.minutes:
        return "nothing was decided"
    parts = [f"{parity.equal:,} of {parity.minutes:,} decisions equal"]
    differing = parity.minutes - parity.equal
    if differing > parity.unexplained:
        parts.append(f"{differing - parity.unexplained:,} explained")
    if parity.unexplained:
        parts.append(f"{parity.unexplained:,} UNEXPLAINED")
    text = f"{', '.join(parts)}; {_dealt(parity.slippage)}"
    return text if parity.is_whole else f"{text}; the check ran out of time before it was done"


def text_report(parity: Parity) -> str:
    """Return the check for the terminal."""
    return "\n".join(_lines(parity))


def _lines(parity: Parity) -> Iterator[str]:
    yield f"Parity of {parity.day.isoformat()} ({parity.mode}): {headline(parity)}."
    for algorithm in parity.algorithms:
        yield from _algorithm(algorithm)
    if parity.fills:
        yield ""
        yield "Orders against the rule of backtests (the open of the first bar from the decision's minute on):"
        yield from (f"  {_fill(fill)}" for fill in parity.fills[:LISTED])
        yield from _more(len(parity.fills))


def _algorithm(algorithm: AlgorithmParity) -> Iterator[str]:
    causes = ", ".join(f"{cause} {minutes}" for cause, minutes in sorted(algorithm.causes.items()))
    counted = f"{algorithm.equal:,} of {algorithm.minutes:,} equal"
    yield f"Algorithm {algorithm.algorithm_id} ({algorithm.name} on {algorithm.ticker}): {counted}" + (
        f"; {causes}." if causes else "."
    )
    for difference in algorithm.differences[:LISTED]:
        yield from _difference(difference)
    yield from _more(len(algorithm.differences))


def _difference(difference: Difference) -> Iterator[str]:
    when = iso_minute(difference.minute)
    if difference.minutes > 1:
        when += f" and {difference.minutes - 1} more"
    yield f"  {when}  {difference.cause}: {difference.words}"
    yield f"      live:  {_said(difference.live)}"
    if difference.again:
        yield f"      again: {_said(difference.again)}"


def _said(said: Said) -> str:
    wish = said.action if said.action in ("hold", "none") else f"{said.action} {said.shares}"
    gate = f" by {said.gate}" if said.gate else ""
    return f"{wish}, {said.outcome.lower()}{gate}" + (f": {said.reason}" if said.reason else "")


def _fill(fill: FillParity) -> str:
    order = f"{iso_minute(fill.minute)}  {fill.side} {fill.qty:g} {fill.symbol}"
    if not fill.filled_qty:
        return f"{order}: not filled ({fill.status})"
    part = f"{fill.filled_qty:g} of {fill.qty:g} filled " if fill.is_partial else ""
    if fill.slippage_bps is None:
        return f"{order}: {part}at {fill.price:.4f}; no stored bar tells what the rule pays"
    paid = f"at {fill.price:.4f}, the rule pays {fill.due_price:.4f}"
    cost = f"{fill.slippage_bps:+.1f} bps, {fill.slippage_dollars:+.2f} dollars"
    return f"{order}: {part}{paid} ({cost}), after {fill.delay_seconds:.0f} s"


def _dealt(slippage: Slippage) -> str:
    if not slippage.orders:
        return "no orders"
    parts = [f"{slippage.filled} {'fill' if slippage.filled == 1 else 'fills'}"]
    if slippage.partial:
        parts.append(f"{slippage.partial} of them partial")
    if slippage.bps is not None:
        # Adding zero makes nothing of a minus zero.
        parts.append(f"average slippage {round(slippage.bps, 1) + 0.0:.1f} bps")
    if slippage.unfilled:
        parts.append(f"{slippage.unfilled} not filled")
    return ", ".join(parts)


def _more(count: int) -> Iterator[str]:
    if count > LISTED:
        yield f"  and {count - LISTED} more; --json OUT.json lists them."
