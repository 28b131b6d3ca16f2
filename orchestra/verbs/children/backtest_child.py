"""One job of the queue, in a process of its own: plays, tells how far it is, puts its result on the shelf.

In: the parent's process id, the job's folder. Out: files in it; in the end it is a kept result. Thread: main.
Started by orchestra/backtest/jobs; runs only while the machine is idle, and ends with its parent.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from database import db_manager
from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.jobs.decision_file import DecisionFile
from orchestra.backtest.jobs.job import FAILURE, OUTPUT, put_progress, read_request, write_whole
from orchestra.backtest.jobs.kept_output import KeptOutput
from orchestra.backtest.jobs.quiet_child import stand_back
from orchestra.backtest.jobs.shelf import DECISIONS, Shelf
from orchestra.backtest.measures.measure import measure
from orchestra.backtest.progress import Progress, Tell
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.settings import load_settings
from orchestra.verbs.person.arguments import ROOT, market_db

TELL_SECONDS = 0.5
NO_MEMORY = "There is not enough memory for it: ask for fewer days or fewer symbols."


def play_job(folder: Path, clock: Clock) -> None:
    """Play what a folder asks for and put the result on the shelf; raises AutoTraderErrors in words."""
    db_manager.enter_program()
    request, settings = read_request(folder), load_settings(is_insecure_env_allowed=True)
    db_manager.force_k_index(settings.forced_k_index)
    calendar, sink, started = MarketCalendar(), DecisionFile(folder / DECISIONS), clock.monotonic()
    history = read_history(request, calendar, market_db=request.market_db or market_db(None))
    played = Backtester(ROOT / "algorithm", calendar, limit_seconds=settings.algorithm_limit_seconds).play(
        request, history, tell=_teller(folder, clock), sink=sink
    )
    result = measure(played, request, history, seconds=round(clock.monotonic() - started, 3))
    sink.close()
    Shelf(folder.parent, most=settings.kept_backtests).keep(folder, result, now=clock.now())


def main(arguments: Sequence[str], play: Callable[[Path, Clock], None] = play_job) -> int:
    """Play the job of a folder and return the exit code."""
    stand_back(int(arguments[0]))
    folder = Path(arguments[1])
    sys.stdout = sys.stderr = KeptOutput(folder / OUTPUT)
    try:
        play(folder, SystemClock())
    except AutoTraderError as error:
        return _failed(folder, str(error))
    except MemoryError:
        return _failed(folder, NO_MEMORY)
    return 0


def _teller(folder: Path, clock: Clock) -> Tell:
    started = clock.monotonic()
    told_at = started - TELL_SECONDS

    def tell(progress: Progress) -> bool:
        nonlocal told_at
        now = clock.monotonic()
        if now - told_at >= TELL_SECONDS:
            told_at = now
            # A disk that is full ends the run where it matters, not here.
            with suppress(OSError):
                put_progress(folder, progress, seconds=now - started)
        return True

    return tell


def _failed(folder: Path, why: str) -> int:
    with suppress(OSError):
        write_whole(folder / FAILURE, why)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
