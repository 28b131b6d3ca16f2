"""Try many parameter sets: `sweep`.

In: arguments. Out: a ranking with its doubts, files where asked. Thread: main. Ctrl-C ends it: what was played counts.
"""

import csv
import json
import os
import random
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from database import db_manager
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.jobs.quiet_child import stand_back
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.report.figures import TABLE
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.cluster import Parcel, play_on_cluster
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.pool import play_all
from orchestra.backtest.sweep.space import drawn, grid, ranges_of, values_of
from orchestra.backtest.sweep.split import Window, held_out, walk_forward
from orchestra.backtest.sweep.sweep_text import sweep_html, sweep_rows, sweep_text
from orchestra.backtest.sweep.sweeper import PlayAll, sweep
from orchestra.backtest.sweep.trial import Outcome, Params, Trial
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import load_settings
from orchestra.signals.parameters import read_parameters
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.verbs.backtest import write_text
from orchestra.verbs.person.arguments import ROOT, add_request, market_db, parser_for, request_of, writable
from orchestra.verbs.person.cancel_switch import CancelSwitch
from orchestra.verbs.person.progress_line import ProgressLine

HELP = "try many parameter sets on all cores, and judge the best on days it has not seen"
DEFAULT_BY = "sharpe_ratio"


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Run a sweep and return the exit code."""
    given = _parsed(arguments)
    request = request_of(given)
    files = writable(given.json), writable(given.csv), writable(given.html)
    db_manager.enter_program()
    limit = load_settings(is_insecure_env_allowed=True).algorithm_limit_seconds
    loader = _loader(limit)
    sets = _sets(given, request, loader)
    history = read_history(request, MarketCalendar(), market_db=request.market_db or market_db(None))
    windows = _windows(given, len(history.sessions))
    switch, line = CancelSwitch(), ProgressLine(terminal.errors, SystemClock(), what="trials")
    switch.install()

    def tell(progress: Progress) -> bool:
        line.show(progress)
        return not switch.is_set

    players = _on_cluster if given.cluster else _here
    result = sweep(
        sets,
        players(given, request, history, limit_seconds=limit),
        sessions=len(history.sessions),
        by=given.by,
        windows=windows,
        tell=tell,
    )
    line.finish()
    terminal.say(sweep_text(result))
    write_text(files[0], json.dumps(result.to_values(), allow_nan=False) + "\n")
    if files[1] is not None:
        with files[1].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(sweep_rows(result))
    write_text(files[2], sweep_html(result))
    return 0


def _parsed(arguments: Sequence[str]) -> Namespace:
    parser = parser_for("sweep", HELP)
    add_request(parser)
    parser.add_argument("--grid", action="append", metavar="NAME=VALUES", help="10,20,30 or 10:50:10; may repeat")
    parser.add_argument("--random", metavar="N", help="that many sets drawn from the ranges instead")
    parser.add_argument(
        "--range", action="append", metavar="NAME=LOW:HIGH", help="to draw from; else those of PARAMETERS"
    )
    parser.add_argument("--seed", metavar="N", default="1", help="of the drawing; the same number draws the same sets")
    parser.add_argument(
        "--by", default=DEFAULT_BY, choices=[name for name, *_ in TABLE], help="the figure that chooses"
    )
    parser.add_argument(
        "--out-of-sample", metavar="PART", help="keep the last part, such as 0.3, for judging the choice"
    )
    parser.add_argument("--walk-forward", metavar="N", help="choose and judge N times, each on the part that follows")
    parser.add_argument("--anchored", action="store_true", help="walk forward choosing on all sessions before")
    parser.add_argument(
        "--jobs", metavar="N", default=str(os.cpu_count() or 1), help="processes; all cores unless given"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler that plays the trials instead")
    parser.add_argument("--json", metavar="OUT.json", help="write everything there")
    parser.add_argument("--csv", metavar="OUT.csv", help="write a row a trial there")
    parser.add_argument("--html", metavar="OUT.html", help="write a page there; a map where two parameters vary")
    return parser.parse_args(arguments)


def _loader(limit_seconds: float) -> StrategyLoader:
    timer = TurnTimer(SystemClock(), limit_seconds=limit_seconds)
    return StrategyLoader(ROOT / "algorithm", guard=timer.guard)


def _sets(given: Namespace, request: BacktestRequest, loader: StrategyLoader) -> list[Params]:
    """Return the parameter sets; one that the strategy's PARAMETERS do not allow is refused before anything runs."""
    if bool(given.grid) == (given.random is not None):
        raise ConfigError("Give --grid NAME=VALUES (once a parameter), or --random N.")
    strategy = loader.find(request.algorithms[0].algorithm)
    parameters = read_parameters([dict(row) for row in getattr(loader.load(strategy), "PARAMETERS", ())])
    if given.grid:
        sets = grid(dict(values_of(text) for text in given.grid))
    else:
        chance = random.Random(_whole(given.seed, "--seed", lowest=0))  # noqa: S311 - no secret
        sets = drawn(ranges_of(given.range or [], parameters), _whole(given.random, "--random", lowest=1), chance)
    for each in sets:
        loader.fitted(strategy, each)
    return sets


def _windows(given: Namespace, sessions: int) -> list[Window]:
    if given.out_of_sample is not None and given.walk_forward is not None:
        raise ConfigError("Give --out-of-sample or --walk-forward, not both.")
    if given.out_of_sample is not None:
        try:
            return [held_out(sessions, float(given.out_of_sample))]
        except ValueError as error:
            raise ConfigError(f"--out-of-sample {given.out_of_sample!r} is no number: give 0.3, say.") from error
    if given.walk_forward is not None:
        windows = _whole(given.walk_forward, "--walk-forward", lowest=1)
        return walk_forward(sessions, windows, is_anchored=given.anchored)
    return []


def _here(given: Namespace, request: BacktestRequest, history: History, *, limit_seconds: float) -> PlayAll:
    backtester = Backtester(ROOT / "algorithm", MarketCalendar(), limit_seconds=limit_seconds)
    jobs, play = _whole(given.jobs, "--jobs", lowest=1), player(backtester, request, history)
    return lambda trials, tell: play_all(
        trials, play, jobs=jobs, tell=tell, stand_back=partial(stand_back, os.getpid())
    )


def _on_cluster(given: Namespace, request: BacktestRequest, history: History, *, limit_seconds: float) -> PlayAll:
    loader = _loader(limit_seconds)
    sources = {each.algorithm: Path(loader.find(each.algorithm).path).read_bytes() for each in request.algorithms}
    parcel = Parcel(request, history, sources, limit_seconds)

    def play(trials: Sequence[Trial], tell: Tell) -> list[Outcome]:
        return play_on_cluster(given.cluster, parcel, trials, tell=tell)

    return play


def _whole(text: str, name: str, *, lowest: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= lowest):
        raise ConfigError(f"{name} {text!r} is no whole number from {lowest}.")
    return int(text)
