"""The verb `backup`: copies of the databases, made now, also beside a running AutoTrader.

In: arguments, the databases of a directory. Out: one more backup. Thread: main.
"""

from collections.abc import Sequence
from pathlib import Path

from orchestra.run.keeping.backup_name import BackupName
from orchestra.run.keeping.backup_shelf import BackupShelf, second_shelf
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import load_settings
from orchestra.verbs.keeping.which_directory import add_directory, directory_of
from orchestra.verbs.person.arguments import parser_for

HELP = (
    "Copy the databases as they are at this moment, checked, into the folder backups beside them. AutoTrader may be"
    " running. Bars are left out, for they can be fetched again, and so is the secret of the PIN."
)


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Make a backup and return 0; raises ConfigError or StorageError in one sentence."""
    parser = parser_for("backup", HELP)
    add_directory(parser)
    parser.add_argument(
        "--to", metavar="DIR", help="a second place for the copy; default: AUTOTRADER_BACKUP_DIR, if that is set"
    )
    given = parser.parse_args(arguments)
    second = Path(given.to).absolute() if given.to else load_settings(is_insecure_env_allowed=True).backup_dir
    directory = directory_of(given)
    shelf = BackupShelf(directory.backups)
    name = shelf.make(directory, SystemClock().now())
    screen.say(f"Backup {name} is in {shelf.path(name)} ({contents(shelf, name)}).")
    if second is not None:
        there = second_shelf(second, shelf, name)
        shelf.mirror(name, there)
        screen.say(f"A copy of it is in {there.path(name)}.")
    return 0


def contents(shelf: BackupShelf, name: BackupName) -> str:
    """Return what a backup holds: its files and their size together."""
    files = sorted(shelf.path(name).iterdir())
    size = sum(file.stat().st_size for file in files)
    return f"{', '.join(file.name for file in files)}; {size / 1e6:.1f} MB"
