"""pandas for alpaca-py, loaded by whoever is the first to need it.

alpaca-py imports pandas for the tables it can make of its answers. We take its raw JSON, and loading pandas takes a
third of a start and 40 MB. It stays to be had: for alpaca-py through the stand-in, for everybody else as always.
Thread: main, before others may be importing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

PANDAS = "pandas"


class _DataFrame:
    """The one name that alpaca-py takes out of pandas at once: making one makes a real one."""

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        return import_module(PANDAS).DataFrame(*arguments, **named)


class _StandIn(ModuleType):
    """What is asked of it is asked of pandas, at that moment."""

    DataFrame = _DataFrame

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import machinery asks of every module
            raise AttributeError(name)
        return getattr(import_module(PANDAS), name)


@contextmanager
def late_pandas() -> Iterator[None]:
    """Give a stand-in for pandas to what is imported meanwhile, unless pandas is in use already."""
    if PANDAS in sys.modules:
        yield
        return
    sys.modules[PANDAS] = _StandIn(PANDAS)
    try:
        yield
    finally:
        del sys.modules[PANDAS]
