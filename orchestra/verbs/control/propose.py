"""The verb `propose`: somebody at this machine, or a program of his, suggests a trade; only the owner can order it.

In: arguments. Out: a wish in door.db, taken up once by the running program. Thread: main.
There is no such thing over HTTP: whoever reads AutoTrader there can write nothing, and this trades nothing either.
"""

import argparse
import json
import math
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from database.errors import ConfigError
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.verbs.control.place import BY, Place, control_parser, now_of, place_of
from system_databse.control.taken_wishes import DONE
from system_databse.door.wish_rows import PROPOSE, Wish
from system_databse.rows import algorithms
from system_databse.signals.proposal import LONGEST_METADATA, LONGEST_REASON, MOST_SHARES
from system_databse.trading_signal import Action, Source

HELP = "suggest a trade to the owner; it waits on the dashboard for one hour, and trades only if it is approved"
REFUSED = 1


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Leave the proposal and return 0, 1 when the program refused; raises ConfigError for what makes no sense."""
    given = _parser().parse_args(arguments)
    body = _body(given)
    return propose(place_of(given.data_dir), body, screen=screen, symbol=given.symbol)


def propose(
    place: Place, body: dict[str, Any], *, screen: Terminal, symbol: str | None = None, clock: Clock | None = None
) -> int:
    """Store the proposal as a wish and wait for the program to take it up; it is on disk before anything is said."""
    clock = clock or SystemClock()
    if not place.is_running:
        raise ConfigError("AutoTrader is not running, and only the running program takes proposals: start it first.")
    _require_known(place, body["algorithm_id"], symbol)
    wish = Wish(uuid4().hex, now_of(clock), BY, PROPOSE, json.dumps(body))
    answer = place.wish(wish, clock)
    place.note(f"{PROPOSE} {body['action']} {body['shares']}", answer or "not taken up yet", clock)
    if answer is None:
        screen.say("Stored. The program is busy; it takes the proposal up as soon as it comes to it.")
        return 0
    if answer != DONE:
        screen.say(answer)
        return REFUSED
    what = f"{body['action']} {body['shares']} shares for algorithm {body['algorithm_id']}"
    screen.say(f"Proposed: {what}. It waits on the dashboard, under Signals, one hour at most.")
    screen.say("Nothing is ordered unless the owner approves it there.")
    return 0


def _require_known(place: Place, algorithm_id: int, symbol: str | None) -> None:
    with place.system() as system, system.reader() as connection:
        known = {record.id: record for record in algorithms.load(connection)}
    record = known.get(algorithm_id)
    if record is None:
        raise ConfigError(f"There is no algorithm {algorithm_id}.")
    if symbol is not None and symbol.upper() != record.ticker:
        raise ConfigError(f"Algorithm {algorithm_id} trades {record.ticker}, not {symbol[:20]}.")


def _body(given: argparse.Namespace) -> dict[str, Any]:
    """Return the wish's details; raises ConfigError for the first that cannot be."""
    if not 1 <= given.shares <= MOST_SHARES:
        raise ConfigError(f"--shares {given.shares} cannot be: propose 1 to {MOST_SHARES} whole shares.")
    if given.confidence is not None and not (math.isfinite(given.confidence) and 0 <= given.confidence <= 1):
        raise ConfigError("--confidence is a number from 0 to 1.")
    if len(given.reason) > LONGEST_REASON or not (given.reason.isprintable() or not given.reason):
        raise ConfigError(f"--reason must be plain text of at most {LONGEST_REASON} characters.")
    return {
        "algorithm_id": given.algorithm,
        "action": given.action,
        "shares": given.shares,
        "confidence": given.confidence,
        "reason": given.reason,
        "source": given.source,
        "metadata": _metadata(given.metadata),
    }


def _metadata(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_constant) if len(text) <= LONGEST_METADATA else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ConfigError(f"--metadata must be a JSON object of at most {LONGEST_METADATA} characters.")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _parser() -> argparse.ArgumentParser:
    parser = control_parser("propose", f"Propose: {HELP}. The program must be running.")
    parser.add_argument("--algorithm", type=int, metavar="ID", required=True, help="of this running algorithm")
    parser.add_argument("--action", choices=(str(Action.BUY), str(Action.SELL)), required=True)
    parser.add_argument("--shares", type=int, required=True, help="a whole number")
    parser.add_argument("--symbol", help="refuse unless the algorithm trades this")
    parser.add_argument("--confidence", type=float, help="0 to 1")
    parser.add_argument("--reason", default="", help="shown to the owner")
    parser.add_argument(
        "--source",
        choices=(str(Source.AI), str(Source.MANUAL)),
        default=str(Source.AI),
        help="who proposes; default: ai",
    )
    parser.add_argument("--metadata", default="{}", metavar="JSON", help='kept beside it, such as {"ai_model": "x"}')
    return parser
