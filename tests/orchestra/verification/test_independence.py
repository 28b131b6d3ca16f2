"""The checker shares no code with what it checks: a mistake of the engine cannot hide itself here."""

from collections.abc import Iterator

import pytest

from tests.source_tree import PACKAGES, SourceFile, imported_names, parse, product_files

ROOM = "orchestra.verification."
# How an error is told is no judgement.
SHARED = ("database.errors.", "system_databse.errors.")


def foreign_imports(source: SourceFile) -> Iterator[str]:
    for line, name in imported_names(source.tree):
        if name.partition(".")[0] in PACKAGES and not name.startswith((ROOM, *SHARED)):
            yield f"{source.path}:{line} imports {name}: the checker has to find out for itself"


def test_the_checker_imports_nothing_of_the_program_but_its_errors() -> None:
    files = [source for source in product_files() if source.path.startswith("orchestra/verification/")]
    assert len(files) > 10
    assert [violation for source in files for violation in foreign_imports(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "from orchestra.execution.books import Books",
        "from system_databse.rows import fills",
        "import database.timestamps",
        "def f():\n    from system_databse.order import ZERO",
        "from orchestra import verbs",
    ],
)
def test_a_planted_import_is_found(text: str) -> None:
    assert list(foreign_imports(parse("orchestra/verification/verify.py", text)))
