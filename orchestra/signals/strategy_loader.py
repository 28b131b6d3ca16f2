"""Strategy files: found in a registry, checked, imported, pinned by their SHA-256.

In: names or paths. Out: strategy classes. Thread: engine. An algorithm is code: it can do all that the
service user can, so files are never taken from the network.
"""

import ast
import hashlib
import importlib.util
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from system_databse.errors import StrategyError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class StrategyFile:
    """One strategy on disk. file: the path as the owner names it; path: where it is."""

    name: str
    file: str
    path: Path
    sha256: str


class StrategyLoader:
    """Find and import strategy files. folder: the `algorithm/` package.

    guard: runs a function under the time limit of a turn; an import may loop as well as a run.
    """

    def __init__(self, folder: Path, *, guard: Callable[[Callable[[], Any]], Any]) -> None:
        self._folder = folder
        self._guard = guard
        self._modules: dict[tuple[Path, str], ModuleType] = {}

    def available(self) -> dict[str, Path]:
        """Return the strategies of the folder by name: files with a class Algorithm, no tests."""
        paths = sorted(self._folder.glob("*.py"))
        return {path.stem: path for path in paths if not path.name.startswith(("test_", "_")) and _declares(path)}

    def find(self, name_or_file: str) -> StrategyFile:
        """Return the strategy of that name in the folder, or the file of that path.

        Raises StrategyError when there is none or it cannot be read.
        """
        path = self._path(name_or_file)
        try:
            source = path.read_bytes()
        except OSError as error:
            raise StrategyError(f"{path} cannot be read ({error.strerror}).") from error
        name = path.stem if NAME.fullmatch(path.stem) else re.sub(r"\W", "_", path.stem)
        return StrategyFile(name, name_or_file, path, hashlib.sha256(source).hexdigest())

    def load(self, strategy: StrategyFile) -> type[Any]:
        """Import the file and return its class Algorithm; raises StrategyError with the reason."""
        key = (strategy.path, strategy.sha256)
        if key not in self._modules:
            self._modules[key] = self._import(strategy)
        found = getattr(self._modules[key], "Algorithm", None)
        if not isinstance(found, type) or not callable(getattr(found, "run", None)):
            raise StrategyError(f"{strategy.path} has no class Algorithm with a method run.")
        return found

    def _path(self, name_or_file: str) -> Path:
        if NAME.fullmatch(name_or_file):
            known = self.available()
            if name_or_file in known:
                return known[name_or_file]
            raise StrategyError(f"There is no algorithm {name_or_file}; there are: {', '.join(known) or 'none'}.")
        path = Path(name_or_file)
        if path.suffix != ".py" or not path.is_file():
            raise StrategyError(f"{name_or_file} is no Python file: give the name of a file in algorithm/ or a path.")
        return path.resolve()

    def _import(self, strategy: StrategyFile) -> ModuleType:
        is_packaged = strategy.path.parent == self._folder.resolve()
        name = f"algorithm.{strategy.name}" if is_packaged else f"strategy_{strategy.sha256[:12]}"
        spec = importlib.util.spec_from_file_location(name, strategy.path)
        if spec is None or spec.loader is None:
            raise StrategyError(f"{strategy.path} cannot be imported.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loader = spec.loader
        try:
            self._guard(lambda: loader.exec_module(module))
        except StrategyError as error:
            sys.modules.pop(name, None)
            raise StrategyError(f"{strategy.path} cannot be imported: {error}") from error
        return module


def _declares(path: Path) -> bool:
    """Say whether the file declares a class Algorithm, without running it."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.ClassDef) and node.name == "Algorithm" for node in tree.body)
