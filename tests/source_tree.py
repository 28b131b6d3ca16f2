"""The product's source files, read once as syntax trees for the tests about the house itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("database", "system_databse", "algorithm", "orchestra")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file: its path below the root with forward slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module


def parse(path: str, text: str) -> SourceFile:
    return SourceFile(path, text, ast.parse(text, path))


@cache
def product_files() -> tuple[SourceFile, ...]:
    """Return every Python file of the product; the owner's example tests in algorithm/ are not product."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    product = [path for path in paths if not path.name.startswith("test_")]
    return tuple(parse(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in product)


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import, wherever it stands; `from a import b` yields a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def used_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every name used, import aliases resolved: `dt.now` -> datetime.datetime.now."""
    origins = _origins(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            parts = _dotted(node)
            if parts and parts[0] in origins:
                yield node.lineno, ".".join([origins[parts[0]], *parts[1:]])


def _origins(tree: ast.AST) -> dict[str, str]:
    origins = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                origins[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            origins.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return origins


def _dotted(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (inner := _dotted(node.value)):
        return [*inner, node.attr]
    return []
