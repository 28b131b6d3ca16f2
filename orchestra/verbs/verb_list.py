"""The verbs of the command line by name; each is imported only when it is asked for.

In: a verb and its arguments. Out: an exit code. Thread: main.
"""

from collections.abc import Sequence
from importlib import import_module

from orchestra.run.terminal import Terminal

# Verb, its module in this room, what it does in one line.
VERBS: dict[str, tuple[str, str]] = {
    "backtest": ("backtest", "try algorithms on recorded or stored minutes"),
    "backup": ("keeping.backup", "copy the databases now, also beside a running AutoTrader"),
    "check-lookahead": ("check_lookahead", "find out whether an algorithm uses what it cannot know yet"),
    "doctor": ("keeping.doctor", "look at everything that has to be right on a machine that trades"),
    "download": ("bars.download", "fetch minute bars from Alpaca into the store; goes on where it stopped"),
    "export": ("bars.export_bars", "write stored bars to a CSV, CSV.gz or parquet file"),
    "flatten": ("control.flatten", "sell everything our algorithms hold, and buy nothing until resumed"),
    "halt": ("control.halt", "stop all: buy nothing more, cancel working buys, sell nothing"),
    "import": ("bars.import_bars", "put minute bars of CSV, CSV.gz or parquet files into the store"),
    "keys": ("control.keys", "show, add or revoke the keys with which other programs read"),
    "limits": ("control.limits", "show, set or lift what the algorithms may not go beyond"),
    "parity": ("parity", "decide a day of live or demo trading again and explain what differs"),
    "propose": ("control.propose", "suggest a trade to the owner, who approves or rejects it on the dashboard"),
    "report": ("report", "look at kept results, compare two, or forget one"),
    "restore": ("keeping.restore", "see the backups, or put one in the place of the databases"),
    "resume": ("control.resume", "allow buying again after a halt"),
    "service": ("service", "print or install the systemd unit that runs AutoTrader as a service"),
    "show-config": ("keeping.show_config", "show every setting, where it comes from, and what would run"),
    "stop-entries": ("control.stop_entries", "buy nothing more; orders that work already stay"),
    "sweep": ("sweep", "try many parameter sets on all cores, and judge the best on unseen days"),
    "unlock": ("control.unlock", "forget failed logins, so that the PIN can be tried again"),
    "verify": ("keeping.verify", "check a session, finished or running: nothing lost, nothing doubled"),
}


def told_verbs() -> str:
    """Return the verbs, a line each, for --help."""
    return "\n".join(f"  {verb:<16} {words}" for verb, (_, words) in VERBS.items())


def run_verb(verb: str, arguments: Sequence[str], terminal: Terminal) -> int:
    """Run a verb and return its exit code; raises ConfigError for arguments that cannot be."""
    module = import_module(f"orchestra.verbs.{VERBS[verb][0]}")
    code: int = module.run(arguments, terminal)
    return code
