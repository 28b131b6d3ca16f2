"""The verb `limits`: show what is limited, set a limit, lift one.

In: arguments. Out: risk_limits, by way of the running program where there is one. Thread: main.
"""

import argparse
import json
from collections.abc import Sequence
from decimal import Decimal
from uuid import uuid4

from database.errors import ConfigError
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.verbs.control.place import BY, Place, control_parser, now_of, place_of
from system_databse.control import limit_rows
from system_databse.control.limit import MEANINGS, Limit, LimitName, limit_named, number_of, why_not
from system_databse.control.taken_wishes import DONE
from system_databse.door.wish_rows import LIMIT, Wish
from system_databse.rows import algorithms

HELP = "show what the algorithms may not go beyond, set a limit, or lift it"
ACTS = ("show", "set", "lift")
REFUSED = 1


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Show or change the limits and return 0, 1 when the program refused; raises ConfigError or StorageError."""
    given = _parser().parse_args(arguments)
    place = place_of(given.data_dir)
    if given.act == "show":
        show(place, screen)
        return 0
    name, value = _name(given.name), _value(given)
    return change(place, Limit(name, value or Decimal(0), given.algorithm), screen=screen, is_lifted=value is None)


def show(place: Place, screen: Terminal) -> None:
    """Say every limit in force, one a line."""
    with place.system() as system, system.reader() as connection:
        limits = limit_rows.load(connection)
    for limit in limits:
        whose = "all together" if limit.algorithm_id is None else f"algorithm {limit.algorithm_id}"
        screen.say(f"{limit.name:<20} {limit.value.normalize():>16,f}  {whose}: {MEANINGS[limit.name]}")
    if not limits:
        screen.say("Nothing is limited. Set a limit with: limits set NAME VALUE; names are told by limits --help.")


def change(place: Place, limit: Limit, *, screen: Terminal, is_lifted: bool = False, clock: Clock | None = None) -> int:
    """Let the running program change the limit, or change it while no program can start."""
    with place.alone() as is_alone:
        if is_alone:
            _write(place, limit, is_lifted=is_lifted)
    clock = clock or SystemClock()
    answer = DONE if is_alone else _ask_program(place, limit, is_lifted=is_lifted, clock=clock)
    place.note(f"{LIMIT} {limit.name}", answer or "not taken up yet", clock)
    if answer is None:
        screen.say("The program is busy; it takes the limit over as soon as it comes to it.")
        return 0
    if answer != DONE:
        screen.say(answer)
        return REFUSED
    show(place, screen)
    return 0


def _write(place: Place, limit: Limit, *, is_lifted: bool) -> None:
    with place.system(is_read_only=False) as system, system.transaction() as connection:
        known = {record.id for record in algorithms.load(connection)}
        if limit.algorithm_id is not None and limit.algorithm_id not in known:
            raise ConfigError(f"There is no algorithm {limit.algorithm_id}.")
        if is_lifted:
            limit_rows.remove(connection, limit.name, limit.algorithm_id)
        else:
            limit_rows.put(connection, limit)


def _ask_program(place: Place, limit: Limit, *, is_lifted: bool, clock: Clock) -> str | None:
    body = {**limit.to_values(), **({"value": None} if is_lifted else {})}
    return place.wish(Wish(uuid4().hex, now_of(clock), BY, LIMIT, json.dumps(body)), clock)


def _name(text: str | None) -> LimitName:
    name = limit_named(text or "")
    if name is None:
        raise ConfigError(f"'{text or ''}' is no limit: name one of {', '.join(MEANINGS)}.")
    return name


def _value(given: argparse.Namespace) -> Decimal | None:
    if given.act == "lift":
        if given.value is not None:
            raise ConfigError("A limit is lifted without a value: leave it out, or use 'limits set'.")
        return None
    value = number_of(given.value or "")
    if value is None:
        raise ConfigError(f"'{given.value or ''}' is no number: limits set {given.name} VALUE.")
    reason = why_not(_name(given.name), value)
    if reason:
        raise ConfigError(reason)
    return value


def _parser() -> argparse.ArgumentParser:
    names = "; ".join(f"{name}: {words}" for name, words in MEANINGS.items())
    parser = control_parser("limits", f"Limits: {HELP}. Exits are never limited. {names}.")
    parser.add_argument("act", nargs="?", choices=ACTS, default="show", help="default: show")
    parser.add_argument("name", nargs="?", help="what is limited")
    parser.add_argument("value", nargs="?", help="a number, such as 10000")
    parser.add_argument("--algorithm", type=int, metavar="ID", help="of this algorithm; default: of all together")
    return parser
