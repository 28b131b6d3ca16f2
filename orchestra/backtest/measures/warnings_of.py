"""What makes a result less trustworthy than it looks, in plain sentences.

In: what was played, on which bars. Out: sentences, the gravest first. Thread: any.
"""

from itertools import pairwise

from database.bars.bar_columns import BarColumns
from orchestra.backtest.history.history import History
from orchestra.backtest.played import Played
from orchestra.backtest.request import BacktestRequest
from system_databse.algorithm_record import AlgorithmStatus

FEW_TRADES = 30
FEW_DAYS = 60
LARGEST_STEP = 0.40
MISSING_SHARE = 0.02


def warnings_of(played: Played, request: BacktestRequest, history: History) -> list[str]:
    """Return the warnings."""
    found = [] if played.is_whole else ["The run was stopped before its end: everything below is of the part played."]
    found += [
        f"Algorithm {record.id} ({record.name}) failed five times in a row and was switched off: {record.last_error}"
        for record in played.records
        if record.status is AlgorithmStatus.ERROR
    ]
    found += [f"{len(played.rejections)} orders were rejected by the broker."] if played.rejections else []
    if played.gates.get("CASH"):
        found.append(f"{played.gates['CASH']} buys were denied because the algorithm's cash did not suffice.")
    sells = sum(str(fill.side) == "sell" for fill in played.fills)
    if sells < FEW_TRADES:
        found.append(f"Only {sells} sales: too few to tell skill from luck.")
    if len(played.days) < FEW_DAYS:
        found.append(f"Only {len(played.days)} sessions: another season may look quite different.")
    for ticker in dict.fromkeys(algorithm.ticker for algorithm in request.algorithms):
        found += _of_bars(history.columns[ticker], history)
    return found


def _of_bars(columns: BarColumns, history: History) -> list[str]:
    first, last = columns.position(history.sessions[0].open), columns.position(history.sessions[-1].close)
    found = []
    missing = 1.0 - (last - first) / max(1, history.minutes)
    if missing > MISSING_SHARE:
        found.append(
            f"{columns.symbol} has no bar in {missing:.0%} of the minutes: a thin symbol, or a gap in the data."
        )
    steps = sum(abs(later / earlier - 1.0) > LARGEST_STEP for earlier, later in pairwise(columns.closes[first:last]))
    if steps:
        found.append(
            f"The price of {columns.symbol} steps by more than 40 % from one bar to the next {steps} times: "
            "splits that were not adjusted for?"
        )
    return found
