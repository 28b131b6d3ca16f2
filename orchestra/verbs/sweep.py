"""Try many parameter sets: `sweep`.

In: arguments. Out: a ranking with its doubts, files where asked. Thread: main. Ctrl-C ends it: what was played counts.
"""

import csv
import io
import json
import os
import random
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from database import db_manager
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.jobs.quiet_child import stand_back
from orchestra.backtest.measures.assumptions import assumptions
from orchestra.backtest.measures.warnings_of import absence_of
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.cluster import Parcel, cluster
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.pool import play_all
from orchestra.backtest.sweep.space import MOST_TRIALS, USUAL_TRIALS, axes_of, drawn, grid, ranges_of
from orchestra.backtest.sweep.split import Window, held_out, walk_forward
from orchestra.backtest.sweep.sweep_page import sweep_html
from orchestra.backtest.sweep.sweep_text import sweep_rows, sweep_text
from orchestra.backtest.sweep.sweeper import PlayAll, sweep
from orchestra.backtest.sweep.trial import Params
from orchestra.run.command_line import HIGHEST_SEED
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import load_settings
from orchestra.signals.parameters import read_parameters
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.verbs.backtest import write_text
from orchestra.verbs.person.arguments import (
    ROOT,
    add_request,
    market_db,
    parser_for,
    request_of,
    require_apart,
    writable,
)
from orchestra.verbs.person.cancel_switch import CancelSwitch
from orchestra.verbs.person.progress_line import ProgressLine

HELP = "try many parameter sets on all cores, and judge the best on days it has not seen"
# What may choose: figures of which more is better.
FIGURES = (
    *("sharpe_ratio", "total_return", "profit_loss", "cagr", "max_drawdown", "sortino_ratio", "calmar_ratio"),
    *("total_trades", "win_rate", "profit_factor", "expectancy", "payoff", "system_quality", "kelly"),
)
MOST_JOBS = 256


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Run a sweep and return the exit code."""
    given = _parsed(arguments)
    request = request_of(given)
    files = writable(given.json), writable(given.csv), writable(given.html)
    require_apart(files, request)
    db_manager.enter_program()
    settings = load_settings(is_insecure_env_allowed=True)
    db_manager.force_k_index(settings.forced_k_index)
    limit = settings.algorithm_limit_seconds
    sets = _sets(given, request, _loader(limit))
    history = read_history(request, MarketCalendar(), market_db=request.market_db or market_db(None))
    windows = _windows(given, len(history.sessions))
    switch, line = CancelSwitch(), ProgressLine(terminal.errors, SystemClock(), what="trials")
    switch.install()

    def tell(progress: Progress) -> bool:
        line.show(progress)
        return not switch.is_set

    place = _on_cluster if given.cluster is not None else _here
    with place(given, request, history, limit_seconds=limit) as play:
        result = sweep(
            sets,
            play,
            days=[session.day.isoformat() for session in history.sessions],
            by=given.by,
            windows=windows,
            tell=tell,
            about=_about(given, request, history),
        )
    line.finish()
    terminal.say(sweep_text(result))
    write_text(files[0], json.dumps(result.to_values(), allow_nan=False) + "\n")
    if files[1] is not None:
        rows = io.StringIO()
        csv.writer(rows).writerows(sweep_rows(result))
        write_text(files[1], rows.getvalue())
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
        "--limit",
        metavar="N",
        default=str(USUAL_TRIALS),
        help=f"most parameter sets to try; {USUAL_TRIALS} unless given",
    )
    parser.add_argument(
        "--by", default=FIGURES[0], choices=FIGURES, metavar="FIGURE", help=f"what chooses: {', '.join(FIGURES)}"
    )
    parser.add_argument(
        "--out-of-sample", metavar="PART", help="keep the last part, such as 0.3, for judging the choice"
    )
    parser.add_argument("--walk-forward", metavar="N", help="choose and judge N times, each on the part that follows")
    parser.add_argument("--anchored", action="store_true", help="walk forward choosing on all sessions before")
    parser.add_argument("--jobs", metavar="N", help="processes; one a core unless given")
    parser.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler that plays the trials instead")
    parser.add_argument("--json", metavar="OUT.json", help="write everything there")
    parser.add_argument("--csv", metavar="OUT.csv", help="write a row a trial there")
    parser.add_argument("--html", metavar="OUT.html", help="write a page there; a map where two parameters vary")
    return parser.parse_args(arguments)


def _loader(limit_seconds: float) -> StrategyLoader:
    timer = TurnTimer(SystemClock(), limit_seconds=limit_seconds)
    return StrategyLoader(ROOT / "algorithm", guard=timer.guard)


def _sets(given: Namespace, request: BacktestRequest, loader: StrategyLoader) -> list[Params]:
    """Return the parameter sets; one that a strategy's PARAMETERS do not allow is refused before anything runs."""
    if bool(given.grid) == (given.random is not None):
        raise ConfigError("Give --grid NAME=VALUES (once a parameter), or --random N.")
    if given.range and given.grid:
        raise ConfigError("--range belongs to --random N: leave it out of a grid.")
    most = _whole(given.limit, "--limit", highest=MOST_TRIALS)
    strategies = list({each.algorithm: loader.find(each.algorithm) for each in request.algorithms}.values())
    if given.grid:
        sets = grid(axes_of(given.grid), most=most)
    else:
        chance = random.Random(_whole(given.seed, "--seed", lowest=0, highest=HIGHEST_SEED))  # noqa: S311 - no secret
        parameters = read_parameters([dict(row) for row in getattr(loader.load(strategies[0]), "PARAMETERS", ())])
        ranges = ranges_of(given.range or [], parameters)
        sets = drawn(ranges, _whole(given.random, "--random", highest=MOST_TRIALS), chance, most=most)
    for strategy in strategies:
        # As the strategy gets them: 10.0 is 10 where only whole numbers fit.
        sets = [loader.fitted(strategy, each) for each in sets]
    return sets


def _windows(given: Namespace, sessions: int) -> list[Window]:
    if given.out_of_sample is not None and given.walk_forward is not None:
        raise ConfigError("Give --out-of-sample or --walk-forward, not both.")
    if given.out_of_sample is not None:
        try:
            return [held_out(sessions, float(given.out_of_sample))]
        except ValueError as error:
            raise ConfigError(f"--out-of-sample {given.out_of_sample!r} is no number: give 0.3, say.") from error
    if given.walk_forward is None and given.anchored:
        raise ConfigError("--anchored belongs to --walk-forward N: give both.")
    if given.walk_forward is not None:
        windows = _whole(given.walk_forward, "--walk-forward", highest=sessions)
        return walk_forward(sessions, windows, is_anchored=given.anchored)
    return []


def _here(
    given: Namespace, request: BacktestRequest, history: History, *, limit_seconds: float
) -> AbstractContextManager[PlayAll]:
    jobs = os.cpu_count() or 1 if given.jobs is None else _whole(given.jobs, "--jobs", highest=MOST_JOBS)
    backtester = Backtester(ROOT / "algorithm", MarketCalendar(), limit_seconds=limit_seconds)
    play = player(backtester, request, history)
    quietly = partial(stand_back, os.getpid())
    return nullcontext(lambda trials, watch: play_all(trials, play, jobs=jobs, watch=watch, stand_back=quietly))


def _on_cluster(
    given: Namespace, request: BacktestRequest, history: History, *, limit_seconds: float
) -> AbstractContextManager[PlayAll]:
    if given.jobs is not None:
        raise ConfigError("--jobs is for this machine: leave it out with --cluster.")
    loader = _loader(limit_seconds)
    sources = {each.algorithm: loader.find(each.algorithm).path.read_bytes() for each in request.algorithms}
    return cluster(given.cluster, Parcel(request, history, sources, limit_seconds))


def _about(given: Namespace, request: BacktestRequest, history: History) -> dict[str, Any]:
    """Return what the result stands for."""
    return {
        "request": request.to_values(),
        "files": dict(history.sha256),
        "sets": {"grid": given.grid, "random": given.random, "range": given.range, "seed": given.seed},
        "split": {
            "out_of_sample": given.out_of_sample,
            "walk_forward": given.walk_forward,
            "is_anchored": given.anchored,
        },
        "assumptions": assumptions(request.costs, history),
        "warnings": absence_of(history),
    }


def _whole(text: str, name: str, *, highest: int, lowest: int = 1) -> int:
    # As long as it is short: Python refuses to read thousands of digits.
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_SEED))
    if not (is_number and lowest <= int(text) <= highest):
        raise ConfigError(f"{name} {text[:40]!r} cannot be: give a whole number from {lowest} to {highest}.")
    return int(text)
