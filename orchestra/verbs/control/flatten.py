"""The verb `flatten`: everything our algorithms hold is sold, by the running program.

In: arguments. Out: a halt and a wish in door.db, taken up once. Thread: main.
"""

import json
from collections.abc import Sequence
from uuid import uuid4

from database.errors import ConfigError
from orchestra.api.stored_halt import store_halt_in
from orchestra.messages.halt import SELLING_EVERYTHING, Halt
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.verbs.control.place import BY, Place, control_parser, now_of, place_of
from system_databse.control.taken_wishes import DONE
from system_databse.door import wish_rows
from system_databse.door.wish_rows import FLATTEN, Wish

HELP = "sell everything our algorithms hold; nothing is bought until 'resume'"
REFUSED = 1


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Have everything sold and return 0, 1 when it was refused; raises ConfigError when nobody is there to sell."""
    parser = control_parser("flatten", f"Flatten: {HELP}. The program must be running.")
    parser.add_argument("--yes", action="store_true", help="confirm: it cannot be taken back")
    given = parser.parse_args(arguments)
    if not given.yes:
        raise ConfigError(
            "Flatten sells everything our algorithms hold: repeat it with --yes if that is what you want."
        )
    return flatten(place_of(given.data_dir), screen, SystemClock())


def flatten(place: Place, screen: Terminal, clock: Clock) -> int:
    """Halt and leave the wish in one transaction, then wait for the program to take it up."""
    if not place.is_running:
        raise ConfigError("AutoTrader is not running, and only the running program can sell: start it, then flatten.")
    wish = Wish(uuid4().hex, now_of(clock), BY, FLATTEN, json.dumps({}))
    with place.door() as door, door.transaction() as connection:
        store_halt_in(connection, Halt(wish.at, BY, SELLING_EVERYTHING))
        wish_rows.add(connection, wish)
    answer = place.answer_to(wish, clock)
    place.note(FLATTEN, answer or "not taken up yet", clock)
    if answer is None:
        screen.say("Halted. The program is busy; it begins to sell as soon as it comes to it.")
        return 0
    if answer != DONE:
        screen.say(f"Halted, but nothing is sold: {answer}")
        return REFUSED
    screen.say("Everything is being sold: now while the market is open, else at the next open.")
    screen.say("Nothing is bought until 'resume'.")
    return 0
