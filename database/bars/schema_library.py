"""The library that keeps schemas, without what it would bring along.

Out: Database and Migrations of sqlite_utils. Thread: main, before others may be importing.
Where numpy and pandas are installed sqlite_utils loads them for types that no table of ours has: half a second and
70 MB of every process that opens a database. They stay to be had for whoever needs them later.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Make packages look as if they were not installed, unless they are in use already."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how the language spells "not to be had"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _hidden("numpy", "pandas"):
    from sqlite_utils import Database, Migrations

__all__ = ("Database", "Migrations")
