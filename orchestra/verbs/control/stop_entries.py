"""The verb `stop-entries`: nothing is bought; orders that work already stay.

In: arguments. Out: the halt in door.db. Thread: main.
"""

from collections.abc import Sequence

from orchestra.messages.halt import HaltKind
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.control.place import control_parser, place_of
from orchestra.verbs.control.stopping import stop

HELP = "buy nothing more; orders that work already stay, exits go on"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Stop entries, whether the program is running or not, and return 0; raises ConfigError or StorageError."""
    parser = control_parser("stop-entries", f"Stop entries: {HELP}. It lasts through restarts, until 'resume'.")
    parser.add_argument("--reason", default="", help="shown beside the halt")
    given = parser.parse_args(arguments)
    stop(place_of(given.data_dir), HaltKind.STOP_ENTRIES, given.reason, screen=screen, clock=SystemClock())
    return 0
