"""Try algorithms on the past: `backtest`.

In: arguments. Out: a report in the terminal, a kept result, files where asked. Thread: main. Ctrl-C ends it after the
session under way: what was played so far is reported and kept, marked as not whole, and the exit code is 0. A result
that cannot be kept is shown and written all the same.
"""

import json
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from database import db_manager
from database.calendar_manager import MarketCalendar
from database.errors import StorageError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.jobs.decision_file import DecisionFile
from orchestra.backtest.jobs.shelf import DECISIONS, Shelf
from orchestra.backtest.measures.measure import measure
from orchestra.backtest.progress import Progress
from orchestra.backtest.report.csv_files import write_csv
from orchestra.backtest.report.html_report import html_report
from orchestra.backtest.report.text import text_report
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.result import BacktestResult
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.settings import load_settings
from orchestra.verbs.person.arguments import (
    RESULTS,
    ROOT,
    add_request,
    folder,
    market_db,
    parser_for,
    request_of,
    require_apart,
    writable,
    writable_folder,
)
from orchestra.verbs.person.cancel_switch import CancelSwitch
from orchestra.verbs.person.progress_line import ProgressLine

HELP = "try algorithms on recorded or stored minutes"


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Play a backtest and return the exit code, 0 also when it was ended early."""
    parser = parser_for("backtest", HELP)
    add_request(parser)
    parser.add_argument("--json", metavar="OUT.json", help="write the whole result there")
    parser.add_argument("--html", metavar="OUT.html", help="write a report there: one file, works offline")
    parser.add_argument("--csv", metavar="FOLDER", help="write fills, round trips, equity and metrics there")
    parser.add_argument("--results", metavar="DIR", default=str(RESULTS), help="where results are kept")
    parser.add_argument("--no-keep", action="store_true", help="do not keep the result")
    given = parser.parse_args(arguments)
    request = request_of(given)
    json_file, html_file, csv_folder = writable(given.json), writable(given.html), writable_folder(given.csv, "--csv")
    require_apart((json_file, html_file, csv_folder), request)
    settings = load_settings(is_insecure_env_allowed=True)
    db_manager.force_k_index(settings.forced_k_index)
    results = folder(given.results, "--results")
    shelf = None if given.no_keep else Shelf(results, most=settings.kept_backtests)
    switch = CancelSwitch()
    switch.install()
    limit_seconds = settings.algorithm_limit_seconds
    result, id_ = play_and_keep(request, terminal, shelf=shelf, switch=switch, limit_seconds=limit_seconds)
    terminal.say(text_report(result))
    write_text(json_file, json.dumps(result.to_values(), allow_nan=False) + "\n")
    write_text(html_file, html_report(result))
    if csv_folder is not None:
        write_csv(result, csv_folder)
    if id_ is not None:
        terminal.say(f"Kept as {id_}: orchestrator.py report {id_} shows it again.")
    return 0


def play_and_keep(
    request: BacktestRequest, terminal: Terminal, *, shelf: Shelf | None, switch: CancelSwitch, limit_seconds: float
) -> tuple[BacktestResult, str | None]:
    """Return the result and, where there is a shelf, its id on it; None when it could not be kept."""
    clock = SystemClock()
    with ExitStack() as stack:
        begun = None if shelf is None else shelf.begin(clock.now())
        if shelf is not None and begun is not None:
            stack.callback(shelf.drop, begun)
        sink = None if begun is None else stack.enter_context(closing(DecisionFile(begun / DECISIONS)))
        result = _play(
            request, ProgressLine(terminal.errors, clock), switch, clock=clock, sink=sink, limit=limit_seconds
        )
        if shelf is None or begun is None:
            return result, None
        try:
            id_ = shelf.keep(begun, result, now=clock.now())
        except StorageError as error:
            terminal.complain(str(error))
            return result, None
        stack.pop_all()
    return result, id_


def _play(
    request: BacktestRequest,
    line: ProgressLine,
    switch: CancelSwitch,
    *,
    clock: Clock,
    sink: DecisionFile | None,
    limit: float,
) -> BacktestResult:
    # What a strategy reads while it is imported must not be another run's files.
    db_manager.enter_program()
    calendar, started = MarketCalendar(), clock.monotonic()
    history = read_history(request, calendar, market_db=request.market_db or market_db(None))

    def tell(progress: Progress) -> bool:
        line.show(progress)
        return not switch.is_set

    try:
        played = Backtester(ROOT / "algorithm", calendar, limit_seconds=limit).play(
            request, history, tell=tell, sink=sink
        )
    finally:
        # A refusal gets a line of its own.
        line.finish()
    if sink is not None:
        sink.close()
    return measure(played, request, history, seconds=round(clock.monotonic() - started, 3))


def write_text(path: Path | None, text: str) -> None:
    """Write a file, if one is wanted; raises StorageError when it cannot be."""
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} could not be written ({error.strerror}): repeat the command.") from error
