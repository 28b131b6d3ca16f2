"""The verb `restore`: see the backups, or put one in the place of the databases.

In: arguments, backups, a directory that nobody uses. Out: the backup in place, the former files set aside, a halt.
Thread: main.
"""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from database.errors import ConfigError
from database.timestamps import iso_milliseconds
from orchestra.api.stored_halt import halt_after_restore
from orchestra.messages.halt import Halt
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_name import BackupName
from orchestra.run.keeping.backup_shelf import BackupShelf, shelf_in
from orchestra.run.keeping.restorer import Restorer
from orchestra.run.keeping.start_check import CHECK, files_to_restore, losses
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.verbs.keeping.backup import contents
from orchestra.verbs.keeping.which_directory import add_directory, directory_of
from orchestra.verbs.person.arguments import parser_for
from system_databse.door.door_store import DoorStore

HELP = (
    "Without a name: list the backups. With one: put it in the place of the databases while AutoTrader is stopped. The"
    " former files are moved aside, never deleted, and AutoTrader halts until you resume: its next start asks the"
    " broker what has become of every order since the backup."
)


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """List or restore and return 0; raises ConfigError or StorageError in one sentence."""
    parser = parser_for("restore", HELP)
    add_directory(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("name", nargs="?", metavar="NAME", help="a backup's name or its number")
    which.add_argument("--newest", action="store_true", help="the newest backup")
    parser.add_argument("--from", dest="source", metavar="DIR", help="a second place that holds backups")
    given = parser.parse_args(arguments)
    directory = directory_of(given)
    shelf = shelf_in(Path(given.source).absolute()) if given.source else BackupShelf(directory.backups)
    if given.name is None and not given.newest:
        screen.say(_list_of(shelf))
        return 0
    name = shelf.find(given.name) if given.name is not None else _newest(shelf)
    screen.say(restore(directory, shelf, name, clock=SystemClock()))
    return 0


def restore(directory: DataDirectory, shelf: BackupShelf, name: BackupName, *, clock: Clock) -> str:
    """Put a backup in place and return what was done; raises ConfigError while AutoTrader uses the directory."""
    directory.create()
    lock = DirectoryLock(directory.lock)
    lock.take()
    try:
        restorer = Restorer(directory, halt=lambda by: _halt(directory, Halt(iso_milliseconds(clock.now()), by, CHECK)))
        restorer.finish()
        lost = {directory.system, *losses(directory, shelf, is_thorough=True)}
        wanted = files_to_restore(directory, shelf.path(name), lost)
        # A door.db whose only copy is elsewhere, or none at all, is made anew, halted.
        files = [path for path in wanted if path == directory.system or (shelf.path(name) / path.name).exists()]
        aside = restorer.restore(shelf, name, files, now=clock.now())
    finally:
        lock.release()
    return (
        f"{', '.join(path.name for path in files)} restored from backup {name}.{Restorer.told(aside)}\n"
        "Start AutoTrader: it asks the broker for every order since then and buys nothing until you resume."
    )


def _newest(shelf: BackupShelf) -> BackupName:
    names = shelf.names()
    if not names:
        raise ConfigError(f"{shelf.folder} holds no backup: name a place that does with --from DIR.")
    return names[-1]


def _list_of(shelf: BackupShelf) -> str:
    lines = [f"{name}  {name.at:%Y-%m-%d %H:%M} UTC  {contents(shelf, name)}" for name in reversed(shelf.names())]
    if not lines:
        return f"{shelf.folder} holds no backup yet: the verb backup makes one."
    return "\n".join([f"Backups in {shelf.folder}, newest first:", *lines, "Put one back with: restore NAME"])


def _halt(directory: DataDirectory, halt: Halt) -> None:
    with closing(DoorStore.open(directory.door)) as door:
        halt_after_restore(door, halt)
