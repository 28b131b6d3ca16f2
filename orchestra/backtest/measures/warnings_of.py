"""What makes a result less trustworthy than it looks, in plain sentences.

In: what was played, on which bars, its figures. Out: sentences, the gravest first. Thread: any.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from database.bars.bar_columns import BarColumns
from orchestra.backtest.history.history import History
from orchestra.backtest.measures.luck import CONFIDENCE
from orchestra.backtest.measures.yearly_figures import cautions_on_ratios
from orchestra.backtest.played import Played
from system_databse.algorithm_record import AlgorithmStatus

FEW_TRADES = 30
FEW_DAYS = 60
LARGEST_STEP = 0.40
MISSING_SHARE = 0.02
MOST_NAMES = 10


def warnings_of(played: Played, history: History, *, figures: Mapping[str, Any]) -> list[str]:
    """Return the warnings. history: what was played of it; figures: the metrics of all algorithms together."""
    tickers = dict.fromkeys(record.ticker for record in played.records)
    of_bars = [each for ticker in tickers for each in _of_bars(history.columns[ticker], history)]
    of_days = absence_of(history)
    return [*_of_the_run(played), *of_days, *_of_its_length(played, figures), *(of_bars if played.days else ())]


def absence_of(history: History) -> list[str]:
    """Return a sentence on the days that were asked for and have no bar, none when all have."""
    if not history.absent:
        return []
    asked, first = len(history.sessions) + len(history.absent), history.absent[0].isoformat()
    have = "has" if len(history.absent) == 1 else "have"
    return [f"{len(history.absent)} of {_counted(asked, 'session')} asked for {have} no bar, the first on {first}."]


def _of_the_run(played: Played) -> Iterator[str]:
    if not played.is_whole:
        yield "The run was stopped before its end: everything below is of the part played."
    for record in played.records:
        if record.status is AlgorithmStatus.ERROR:
            yield (
                f"Algorithm {record.id} ({record.name}) failed five times in a row and was switched off: "
                f"{record.last_error}"
            )
    if played.opened:
        files = ", ".join(sorted(set(played.opened)))
        yield f"An algorithm tried to open what holds its own future, and was refused: {files}."
    if played.started:
        programs = ", ".join(played.started)
        yield f"An algorithm starts another program, and whether that looks ahead cannot be judged: {programs}."
    yield from _of_other_symbols(played)
    if played.rejections:
        yield f"{_counted(len(played.rejections), 'order')} came back rejected by the broker."
    if played.gates.get("CASH"):
        yield f"Denied, as the algorithm's cash did not suffice: {_counted(played.gates['CASH'], 'buy')}."


def _of_other_symbols(played: Played) -> Iterator[str]:
    """Tell what was asked for beside the tickers, and is not there or not whole."""
    if not played.days:
        return
    unknown = [symbol for symbol, bars in played.others.items() if not bars]
    if unknown:
        more = f" and {len(unknown) - MOST_NAMES} more" if len(unknown) > MOST_NAMES else ""
        yield (
            f"An algorithm asked for bars of {', '.join(unknown[:MOST_NAMES])}{more}, and saw none: there are none of "
            "these days where the bars of this run come from."
        )
    for symbol, bars in played.others.items():
        missing = 1.0 - bars / played.minutes
        if bars and missing > MISSING_SHARE:
            yield f"{symbol}, which an algorithm looks at too, has no bar in {missing:.0%} of the minutes."


def _of_its_length(played: Played, figures: Mapping[str, Any]) -> Iterator[str]:
    trips, by_chance = figures["total_trades"], figures["as_good_by_chance"]
    if trips < FEW_TRADES:
        yield f"Only {_counted(trips, 'closed round trip')}: too few to tell skill from luck."
    elif figures["expectancy"] > 0 and by_chance > 1.0 - CONFIDENCE:
        yield (
            f"Round trips as large, won or lost by the toss of a coin, earn as much in {by_chance:.0%} of all cases: "
            "the profit may be luck."
        )
    if len(played.days) < FEW_DAYS:
        yield f"Only {_counted(len(played.days), 'session')}: another season may look quite different."
    yield from cautions_on_ratios(figures, len(played.days))


def _of_bars(columns: BarColumns, history: History) -> Iterator[str]:
    first, last = columns.position(history.sessions[0].open), columns.position(history.sessions[-1].close)
    missing = 1.0 - (last - first) / max(1, history.minutes)
    if missing > MISSING_SHARE:
        yield f"{columns.symbol} has no bar in {missing:.0%} of the minutes: a thin symbol, or a gap in the data."
    steps = sum(abs(later / earlier - 1.0) > LARGEST_STEP for earlier, later in pairwise(columns.closes[first:last]))
    if steps:
        yield (
            f"The price of {columns.symbol} changes by more than 40 % from one bar to the next, "
            f"{_counted(steps, 'time')}: a split that was not adjusted for?"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
