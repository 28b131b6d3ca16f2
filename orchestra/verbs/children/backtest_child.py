"""One job of the queue, in a process of its own: plays, tells how far it is, puts its result on the shelf.

In: the parent's process id, the job's folder. Out: files in it; in the end it is a kept result. Thread: main.
Started by orchestra/backtest/jobs; runs only while the machine is idle, and ends with its parent.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from database import db_manager
from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.jobs.decision_file import DecisionFile
from orchestra.backtest.jobs.jobs import FAILURE, PROGRESS, REQUEST, write_whole
from orchestra.backtest.jobs.quiet_child import stand_back
from orchestra.backtest.jobs.shelf import DECISIONS, Shelf
from orchestra.backtest.measures.measure import measure
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.settings import load_settings
from orchestra.verbs.person.arguments import ROOT, market_db

TELL_SECONDS = 0.5


def main(arguments: Sequence[str]) -> int:
    """Play the job of a folder and return the exit code."""
    stand_back(int(arguments[0]))
    folder, clock = Path(arguments[1]), SystemClock()
    try:
        _play(folder, clock)
    except AutoTraderError as error:
        (folder / FAILURE).write_text(str(error), encoding="utf-8")
        return 1
    return 0


def _play(folder: Path, clock: Clock) -> None:
    db_manager.enter_program()
    request = BacktestRequest.from_values(json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    calendar, sink, started = MarketCalendar(), DecisionFile(folder / DECISIONS), clock.monotonic()
    history = read_history(request, calendar, market_db=request.market_db or market_db(None))
    limit = load_settings(is_insecure_env_allowed=True).algorithm_limit_seconds
    played = Backtester(ROOT / "algorithm", calendar, limit_seconds=limit).play(
        request, history, tell=_teller(folder, clock), sink=sink
    )
    result = measure(played, request, history, seconds=round(clock.monotonic() - started, 3))
    sink.close()
    Shelf(folder.parent).keep(folder, result, now=clock.now())


def _teller(folder: Path, clock: Clock) -> Tell:
    told_at = clock.monotonic() - TELL_SECONDS

    def tell(progress: Progress) -> bool:
        nonlocal told_at
        if clock.monotonic() - told_at >= TELL_SECONDS:
            told_at = clock.monotonic()
            write_whole(folder / PROGRESS, json.dumps(asdict(progress)))
        return True

    return tell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
