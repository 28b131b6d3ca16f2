"""The verb `halt`: stop all. Nothing is bought, working entries are canceled, nothing is sold.

In: arguments. Out: the halt in door.db. Thread: main.
"""

from collections.abc import Sequence

from orchestra.messages.halt import HaltKind
from orchestra.run.terminal import Terminal
from orchestra.verbs.control.stopping import run_stop

HELP = "stop all: buy nothing more and cancel working buys; nothing is sold, exits go on"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Halt, whether the program is running or not, and return 0; raises ConfigError or StorageError."""
    words = f"Halt: {HELP}. It lasts through restarts, until 'resume'."
    return run_stop("halt", words, HaltKind.STOP_ALL, arguments=arguments, screen=screen)
