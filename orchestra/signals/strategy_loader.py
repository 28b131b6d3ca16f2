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
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from orchestra.signals.parameters import Params, checked_params, read_parameters
from system_databse.errors import StrategyError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LARGEST_BYTES = 1_000_000
NO_PARAMS: Params = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class StrategyFile:
    """One strategy on disk. file: how it is found again from anywhere, its name or its whole path."""

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
        """Return the strategies of the folder by name: files with a class Algorithm, no tests, no links elsewhere."""
        return {path.stem: path.resolve() for path in sorted(self._folder.glob("*.py")) if self._is_offered(path)}

    def find(self, name_or_file: str) -> StrategyFile:
        """Return the strategy of that name in the folder, or the file of that path.

        Raises StrategyError when there is none or it cannot be read.
        """
        path = self._named(name_or_file) if NAME.fullmatch(name_or_file) else _at(name_or_file)
        digest = _sha256(_read(path))
        if NAME.fullmatch(path.stem) and self._is_offered(path):
            return StrategyFile(path.stem, path.stem, path, digest)
        return StrategyFile(re.sub(r"\W", "_", path.stem), str(path), path, digest)

    def load(self, strategy: StrategyFile) -> type[Any]:
        """Import the file and return its class Algorithm; raises StrategyError with the reason."""
        key = (strategy.path, strategy.sha256)
        if key not in self._modules:
            self._modules[key] = self._import(strategy)
        found = getattr(self._modules[key], "Algorithm", None)
        if not isinstance(found, type) or not callable(getattr(found, "run", None)):
            raise StrategyError(f"{strategy.path} has no class Algorithm with a method run.")
        return found

    def make(self, strategy: StrategyFile, ticker: str, capital: Decimal, *, params: Params = NO_PARAMS) -> Any:
        """Return an instance of the file's Algorithm with the owner's values set on it.

        Raises StrategyError when it cannot be made, or when a value does not fit the class's PARAMETERS.
        """
        strategy_class = self.load(strategy)
        values = self.fitted(strategy, params)
        money = int(capital) if capital == int(capital) else float(capital)
        try:
            return self._guard(lambda: _with(strategy_class(ticker, money), values))
        except StrategyError as error:
            raise StrategyError(f"{strategy.path} cannot be started: {error}") from error

    def fitted(self, strategy: StrategyFile, params: Params) -> dict[str, Any]:
        """Return the values as the strategy gets them; raises StrategyError for one that does not fit."""
        if not params:
            return {}
        strategy_class = self.load(strategy)
        try:
            rows = self._guard(lambda: [dict(row) for row in getattr(strategy_class, "PARAMETERS", ())])
        except StrategyError as error:
            raise StrategyError(f"PARAMETERS of {strategy.path} cannot be read: {error}") from error
        return checked_params(params, read_parameters(rows))

    def _named(self, name: str) -> Path:
        known = self.available()
        if name not in known:
            raise StrategyError(f"There is no algorithm {name}; there are: {', '.join(known) or 'none'}.")
        return known[name]

    def _is_offered(self, path: Path) -> bool:
        is_own = path.is_file() and path.resolve().parent == self._folder.resolve()
        return is_own and not path.name.startswith(("test_", "_")) and _declares(path)

    def _import(self, strategy: StrategyFile) -> ModuleType:
        """Run the very bytes that were hashed: no file that changed since, no stale byte code."""
        source = _read(strategy.path)
        if _sha256(source) != strategy.sha256:
            raise StrategyError(f"{strategy.path} has changed since it was found.")
        is_packaged = strategy.path.parent == self._folder.resolve()
        name = f"algorithm.{strategy.name}" if is_packaged else f"strategy_{strategy.sha256[:12]}"
        spec = importlib.util.spec_from_file_location(name, strategy.path)
        if spec is None:
            raise StrategyError(f"{strategy.path} cannot be imported.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            self._guard(lambda: exec(compile(source, strategy.path, "exec"), module.__dict__))  # noqa: S102 - its job
        except StrategyError as error:
            sys.modules.pop(name, None)
            raise StrategyError(f"{strategy.path} cannot be imported: {error}") from error
        return module


def _with(instance: Any, values: Params) -> Any:
    for name, value in values.items():
        setattr(instance, name, value)
    return instance


def _at(file: str) -> Path:
    path = Path(file)
    try:
        is_python = path.suffix == ".py" and path.is_file()
    except OSError as error:
        raise StrategyError(f"{file} cannot be read ({error.strerror}).") from error
    if not is_python:
        raise StrategyError(f"{file} is no Python file: give the name of a file in algorithm/ or a path.")
    return path.resolve()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise StrategyError(f"{path} is larger than {LARGEST_BYTES} bytes: that is no algorithm.")
        return path.read_bytes()
    except OSError as error:
        raise StrategyError(f"{path} cannot be read ({error.strerror}).") from error


def _sha256(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()


def _declares(path: Path) -> bool:
    """Say whether the file declares a class Algorithm, without running it."""
    try:
        tree = ast.parse(_read(path))
    except (StrategyError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.ClassDef) and node.name == "Algorithm" for node in tree.body)
