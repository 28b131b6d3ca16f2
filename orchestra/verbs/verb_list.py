"""The verbs of the command line by name; each is imported only when it is asked for.

In: a verb and its arguments. Out: an exit code. Thread: main.
"""

from collections.abc import Sequence
from importlib import import_module

from orchestra.run.terminal import Terminal

# Verb, its module in this room, what it does in one line.
VERBS: dict[str, tuple[str, str]] = {
    "backtest": ("backtest", "try algorithms on recorded or stored minutes"),
    "check-lookahead": ("check_lookahead", "find out whether an algorithm uses what it cannot know yet"),
    "parity": ("parity", "decide a day of live or demo trading again and explain what differs"),
    "sweep": ("sweep", "try many parameter sets on all cores, and judge the best on unseen days"),
    "report": ("report", "look at kept results, compare two, or forget one"),
}


def run_verb(verb: str, arguments: Sequence[str], terminal: Terminal) -> int:
    """Run a verb and return its exit code; raises ConfigError for arguments that cannot be."""
    module = import_module(f"orchestra.verbs.{VERBS[verb][0]}")
    code: int = module.run(arguments, terminal)
    return code
