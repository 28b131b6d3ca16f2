"""The strategies an owner may choose from, read and never run: what a file says of itself (S2-11).

In: the folder `algorithm/`. Out: JSON objects {name, help, parameters, error}. Thread: any request thread. Importing
a stranger's file here would run it outside its time limit, so its syntax tree is all that is looked at.
"""

import ast
import importlib.util
import math
import sys
import threading
from pathlib import Path

from orchestra.signals.strategy_loader import LARGEST_BYTES

CLASS = "Algorithm"
LONGEST_TEXT = 300
LONGEST_LIST = 20

Listing = dict[str, object]


class StrategyCatalog:
    """List the strategies of a folder; a file is read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: dict[tuple[Path, int, int], Listing | None] = {}

    def listings(self) -> list[Listing]:
        """Return every file that declares a class Algorithm, by name; one that cannot be used comes with its error."""
        paths = [path for path in sorted(self._folder.glob("*.py")) if not path.name.startswith(("test_", "_"))]
        found = [self._listing(path) for path in paths]
        return [dict(listing) for listing in found if listing is not None]

    def _listing(self, path: Path) -> Listing | None:
        try:
            status = path.stat()
            if not path.is_file() or path.resolve().parent != self._folder.resolve():
                return None
        except OSError as error:
            return _broken(path, f"it cannot be read ({error.strerror})")
        key = (path, status.st_mtime_ns, status.st_size)
        with self._lock:
            if key not in self._known:
                self._known = {known: each for known, each in self._known.items() if known[0] != path}
                self._known[key] = read_listing(path)
            return self._known[key]


def read_listing(path: Path) -> Listing | None:
    """Return what a file says of itself, None when it is no strategy."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return _broken(path, f"it is larger than {LARGEST_BYTES} bytes")
        source = path.read_bytes()
    except OSError as error:
        return _broken(path, f"it cannot be read ({error.strerror})")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return _broken(path, f"line {error.lineno}: {error.msg}") if CLASS.encode() in source else None
    except (ValueError, RecursionError, MemoryError) as error:
        return _broken(path, str(error) or type(error).__name__)
    strategy = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == CLASS), None)
    if strategy is None:
        return None
    missing = _missing_packages(tree)
    return {
        "name": path.stem,
        "help": _first_line(ast.get_docstring(strategy) or ast.get_docstring(tree)),
        "parameters": _parameters(strategy),
        "error": f"{path.name} needs {', '.join(missing)}, which is not installed." if missing else None,
    }


def _broken(path: Path, why: str) -> Listing:
    return {"name": path.stem, "help": "", "parameters": [], "error": f"{path.name} cannot be used: {why}."}


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().partition("\n")[0][:LONGEST_TEXT]


def _missing_packages(tree: ast.Module) -> list[str]:
    """Return the packages imported at the top that do not exist here; finding one does not import it."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return sorted(name for name in names if not _exists(name))


def _exists(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _parameters(strategy: ast.ClassDef) -> list[Listing]:
    """Return the class's PARAMETERS as far as they are written out as plain values; the others keep their defaults."""
    for node in strategy.body:
        if isinstance(node, ast.Assign) and any(map(_is_parameters, node.targets)):
            return _read_parameters(node.value)
        if isinstance(node, ast.AnnAssign) and _is_parameters(node.target) and node.value is not None:
            return _read_parameters(node.value)
    return []


def _is_parameters(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "PARAMETERS"


def _read_parameters(written: ast.expr) -> list[Listing]:
    try:
        value = ast.literal_eval(written)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return []
    if not isinstance(value, list | tuple):
        return []
    return [parameter for parameter in map(_parameter, value[:LONGEST_LIST]) if parameter is not None]


def _parameter(value: object) -> Listing | None:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    given = value.get("range")
    return {
        "name": value["name"][:LONGEST_TEXT],
        "default": _plain(value.get("default")),
        "range": [_plain(each) for each in given[:LONGEST_LIST]] if isinstance(given, list | tuple) else None,
        "help": str(value.get("help", ""))[:LONGEST_TEXT],
    }


def _plain(value: object) -> object:
    """Return a value JSON can carry; anything else is as good as none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return value if isinstance(value, bool | int) else None
