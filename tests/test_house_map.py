"""The maps of the house, of orchestra/ and its large rooms, are true; rooms, files and functions keep their size."""

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source_tree import ROOT, SourceFile, parse, product_files

HOUSE = ROOT / "orchestra"
# Rooms large enough to draw a map of their own; the map of the house names only their doors.
LARGE_ROOMS = (HOUSE / "api", HOUSE / "backtest", HOUSE / "paper_exchange")
MAP_LINE = re.compile(r"^(?P<indent>(?: {2})*)(?P<name>\w+(?:\.py|/)) {2,}(?P<text>\S.*)$")
FILE_LINES, FUNCTION_LINES, FOLDER_FILES = 400, 40, range(2, 13)
# A strategy a file: the owner drops in as many as he likes.
DROP_IN_FOLDERS = {"algorithm"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "misc", "common"}


def mapped_entries(docstring: str) -> dict[str, str]:
    """Return path below orchestra -> its line's text, for every line of the map that names a file or folder."""
    entries: dict[str, str] = {}
    folders: list[str] = []
    for line in docstring.splitlines():
        if match := MAP_LINE.match(line):
            depth = len(match["indent"]) // 2
            folders[depth:] = [match["name"]]
            entries["".join(folders)] = match["text"]
    return entries


def real_entries(package: Path) -> dict[str, str]:
    """Return path below the package -> what its docstring's first line says, for every module and folder.

    Of a large room below it only the door.
    """
    entries = {}
    inside = [room for room in LARGE_ROOMS if room != package]
    for path in sorted(package.rglob("*.py")):
        if any(room in path.parents and path != room / "__init__.py" for room in inside):
            continue
        name = path.relative_to(package).as_posix()
        if path.name != "__init__.py":
            entries[name] = first_line(path)
        elif path.parent != package:
            entries[name.removesuffix("__init__.py")] = first_line(path)
    return entries


def first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def map_mistakes(mapped: dict[str, str], real: dict[str, str]) -> list[str]:
    missing = [f"add {name}" for name in sorted(real.keys() - mapped.keys())]
    stale = [f"remove {name}" for name in sorted(mapped.keys() - real.keys())]
    return missing + stale


def true_map(mapped: dict[str, str], real: dict[str, str]) -> str:
    """Return the map as it should stand: lines there keep their words, new ones take the module's own first line."""
    # Modules before folders, as the tree of the house is drawn.
    ordered = sorted(real, key=lambda name: [(not part.endswith(".py"), part) for part in name.rstrip("/").split("/")])
    return "\n".join(_as_line(name, mapped.get(name, real[name])) for name in ordered)


def _as_line(name: str, text: str) -> str:
    folder, _, leaf = name.removesuffix("/").rpartition("/")
    depth = len(Path(folder).parts)
    indented = "  " * depth + leaf + ("/" if name.endswith("/") else "")
    start = f"{indented:<26}  "
    return start + textwrap.shorten(text, 120 - len(start), placeholder=" …")


def size_mistakes(source: SourceFile) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield f"{source.path} has {lines} lines: split it by noun, {FILE_LINES} is the end"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{source.path}:{node.lineno} {node.name} has {length} lines: {FUNCTION_LINES} is the end"


def name_mistakes(source: SourceFile) -> Iterator[str]:
    stem = Path(source.path).stem
    if stem in EMPTY_NAMES:
        yield f"{source.path}: name the noun it holds"
    if stem in sys.stdlib_module_names and not stem.startswith("__"):
        yield f"{source.path} is named like a standard module"


def init_mistakes(source: SourceFile) -> Iterator[str]:
    body = source.tree.body
    is_docstring_only = len(body) == 1 and ast.get_docstring(source.tree)
    if source.path.endswith("__init__.py") and not is_docstring_only:
        yield f"{source.path}: an __init__.py holds a docstring and no code"


def folder_mistakes(paths: list[str]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        counts[folder] = counts.get(folder, 0) + (name != "__init__.py")
    for folder, count in counts.items():
        has_subfolders = any(other.startswith(f"{folder}/") for other in counts)
        if folder not in DROP_IN_FOLDERS and not has_subfolders and count not in FOLDER_FILES:
            yield f"{folder}/ holds {count} modules: a folder holds {FOLDER_FILES[0]} to {FOLDER_FILES[-1]}"
        if has_subfolders and count > FOLDER_FILES[-1]:
            yield f"{folder}/ holds {count} modules beside its folders: at most {FOLDER_FILES[-1]}"


@pytest.mark.parametrize("room", [HOUSE, *LARGE_ROOMS], ids=lambda room: room.name)
def test_the_map_of_a_room_lists_what_is_there_and_nothing_else(room: Path) -> None:
    map_file = room / "__init__.py"
    docstring = ast.get_docstring(ast.parse(map_file.read_text(encoding="utf-8"))) or ""
    mapped, real = mapped_entries(docstring), real_entries(room)
    mistakes = "\n".join(map_mistakes(mapped, real))
    assert not mistakes, f"The map in {map_file}:\n{mistakes}\nIt should read:\n{true_map(mapped, real)}"


def test_every_file_and_function_of_the_product_keeps_its_size() -> None:
    mistakes = [mistake for source in product_files() for mistake in size_mistakes(source)]
    assert not mistakes, "\n".join(mistakes)


def test_every_module_is_named_for_what_it_holds() -> None:
    assert [mistake for source in product_files() for mistake in name_mistakes(source)] == []


def test_every_package_file_holds_a_docstring_and_no_code() -> None:
    assert [mistake for source in product_files() for mistake in init_mistakes(source)] == []


def test_every_folder_of_the_product_holds_a_handful_of_modules() -> None:
    assert list(folder_mistakes([source.path for source in product_files()])) == []


def test_the_map_reader_nests_folders_and_skips_prose() -> None:
    lines = [
        "The map.",
        "",
        "a.py  builds",
        "box/  holds",
        "  b.py  one",
        "  in/  deep",
        "    c.py  two",
        "d.py  last",
        "End.",
    ]
    entries = mapped_entries("\n".join(lines))
    assert list(entries) == ["a.py", "box/", "box/b.py", "box/in/", "box/in/c.py", "d.py"]


def test_a_missing_and_a_stale_line_are_named() -> None:
    mistakes = map_mistakes({"gone.py": "was here"}, {"box/new.py": "Do it."})
    assert mistakes == ["add box/new.py", "remove gone.py"]


def test_the_map_to_paste_reads_back_as_what_is_there() -> None:
    mapped = {"a.py": "my own words", "gone.py": "was here"}
    real = {
        "a.py": "Do a.",
        "box/": "Hold.",
        "box/b.py": "Do b.",
        "box/in/": "Deep.",
        "box/in/c.py": "Do c.",
        "z.py": "Do z.",
    }
    assert mapped_entries(true_map(mapped, real)) == real | {"a.py": "my own words"}


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * FUNCTION_LINES


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        (size_mistakes, "database/a.py", "x = 1\n" * (FILE_LINES + 1)),
        (size_mistakes, "database/a.py", LONG_FUNCTION),
        (size_mistakes, "database/a.py", "class A:\n    async " + LONG_FUNCTION.replace("\n", "\n    ").strip()),
        (name_mistakes, "orchestra/risk/utils.py", ""),
        (name_mistakes, "orchestra/runtime/logging.py", ""),
        (init_mistakes, "orchestra/risk/__init__.py", '"""Doc."""\nfrom orchestra.risk.risk_gate import RiskGate\n'),
        (init_mistakes, "orchestra/risk/__init__.py", ""),
    ],
)
def test_a_planted_mistake_is_found(check, path: str, text: str) -> None:
    assert list(check(parse(path, text)))


@pytest.mark.parametrize("modules", [1, 13])
def test_a_folder_with_too_few_or_too_many_modules_is_found(modules: int) -> None:
    assert list(folder_mistakes(["box/__init__.py", *(f"box/m{number}.py" for number in range(modules))]))
