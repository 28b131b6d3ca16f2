"""Check whether an algorithm looks ahead: `check-lookahead`.

In: arguments. Out: a verdict, what changed. Thread: main. Exit code 0: nothing found; 1: look-ahead, or a strategy that
does not decide the same twice.
"""

import json
from collections.abc import Sequence

from database import db_manager
from database.calendar_manager import MarketCalendar
from orchestra.backtest.checks.lookahead.check import check_lookahead
from orchestra.backtest.checks.lookahead.drip import Stage
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.progress import Progress
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import load_settings
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

HELP = "find out whether an algorithm uses what it cannot know yet"
FOUND = 1


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Run the check and return the exit code."""
    parser = parser_for("check-lookahead", HELP)
    add_request(parser)
    parser.add_argument("--json", metavar="OUT.json", help="write what was found there")
    given = parser.parse_args(arguments)
    request, json_file = request_of(given), writable(given.json)
    require_apart((json_file,), request)
    settings = load_settings(is_insecure_env_allowed=True)
    db_manager.enter_program()
    db_manager.force_k_index(settings.forced_k_index)
    switch, calendar = CancelSwitch(), MarketCalendar()
    switch.install()
    line = ProgressLine(terminal.errors, SystemClock())
    history = read_history(request, calendar, market_db=request.market_db or market_db(None))

    def tell(progress: Progress) -> bool:
        line.show(progress)
        return not switch.is_set

    stage = Stage(request, ROOT / "algorithm", settings.algorithm_limit_seconds, k_index=settings.forced_k_index)
    try:
        report = check_lookahead(stage, history, calendar, tell=tell)
    finally:
        line.finish()
    terminal.say(report.sentence)
    for changed in report.changed:
        terminal.say(
            f"  {changed.minute} algorithm {changed.algorithm_id}\n"
            f"    with the future:    {changed.seeing}\n    without the future: {changed.blind}"
        )
    write_text(json_file, json.dumps(report.to_values()) + "\n")
    return 0 if report.is_clean else FOUND
