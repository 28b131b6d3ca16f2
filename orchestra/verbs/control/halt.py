"""The verb `halt`: stop all. Nothing is bought, working entries are canceled, nothing is sold.

In: arguments. Out: the halt in door.db. Thread: main.
"""

from collections.abc import Sequence

from orchestra.messages.halt import HaltKind
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.control.place import control_parser, place_of
from orchestra.verbs.control.stopping import stop

HELP = "stop all: buy nothing more and cancel working buys; nothing is sold, exits go on"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Halt, whether the program is running or not, and return 0; raises ConfigError or StorageError."""
    parser = control_parser("halt", f"Halt: {HELP}. It lasts through restarts, until 'resume'.")
    parser.add_argument("--reason", default="", help="shown beside the halt")
    given = parser.parse_args(arguments)
    stop(place_of(given.data_dir), HaltKind.STOP_ALL, given.reason, screen=screen, clock=SystemClock())
    return 0
