"""The verb `stop-entries`: nothing is bought; orders that work already stay.

In: arguments. Out: the halt in door.db. Thread: main.
"""

from collections.abc import Sequence

from orchestra.messages.halt import HaltKind
from orchestra.run.terminal import Terminal
from orchestra.verbs.control.stopping import run_stop

HELP = "buy nothing more; orders that work already stay, exits go on"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Stop entries, whether the program is running or not, and return 0; raises ConfigError or StorageError."""
    words = f"Stop entries: {HELP}. It lasts through restarts, until 'resume'."
    return run_stop("stop-entries", words, HaltKind.STOP_ENTRIES, arguments=arguments, screen=screen)
