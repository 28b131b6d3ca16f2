"""Which data directory a verb is about: the one named, the demo's, or the one in use.

In: arguments. Out: a DataDirectory, or ConfigError in one plain sentence. Thread: main.
"""

import argparse
from pathlib import Path

from database.errors import ConfigError
from orchestra.run.data_directory import DataDirectory, in_house, in_use
from orchestra.run.data_directory import in_folder as files_of_folder
from orchestra.verbs.person.arguments import ROOT


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Add the question."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data-dir", metavar="DIR", help="folder of the databases; default: the one in use")
    where.add_argument("--demo", action="store_true", help="the demo's databases")


def directory_of(given: argparse.Namespace, root: Path = ROOT) -> DataDirectory:
    """Return the files that are meant; raises ConfigError for an empty name, or a pointer that cannot be read."""
    if given.data_dir == "":
        raise ConfigError("--data-dir is empty: name the folder of the databases.")
    if given.data_dir is not None:
        return files_of_folder(Path(given.data_dir).absolute())
    try:
        return in_house(root, is_demo=True) if given.demo else in_use(root)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("The directory in use is not known: name it with --data-dir.") from error
