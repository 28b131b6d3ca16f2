"""Print the requirements that no test proves yet.

A test proves a requirement by the marker `@pytest.mark.requirement("S2-35")`. Run: python tests/requirements.py
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
IDS_FILE = TESTS / "requirement_ids.txt"


def known_ids(path: Path = IDS_FILE) -> list[str]:
    """Return the bundled list of requirement ids, in order."""
    return path.read_text(encoding="utf-8").split()


def marked_ids(text: str) -> set[str]:
    """Return the ids that the requirement markers of one test file name."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.requirement"):
            found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return found


def files_with_tests(root: Path = ROOT) -> list[Path]:
    """Return every test file: tests/ and the tests beside the algorithms."""
    return sorted([*(root / "tests").rglob("test_*.py"), *(root / "algorithm").glob("test_*.py")])


def proved_ids(files: Iterable[Path]) -> set[str]:
    """Return the ids that the test files prove."""
    return {found for path in files for found in marked_ids(path.read_text(encoding="utf-8"))}


def report(known: list[str], proved: set[str]) -> str:
    """Return the report: counts for each source document, then the ids without a test, a line a document."""
    documents = Counter(identifier.partition("-")[0] for identifier in known)
    lines = [f"{len(proved & set(known))} of {len(known)} requirements have a test."]
    for document, count in documents.items():
        open_ids = [known_id for known_id in known if known_id.startswith(document) and known_id not in proved]
        lines.append(f"{document}: {count - len(open_ids)} of {count}. Without a test: {' '.join(open_ids) or 'none'}")
    return "\n".join(lines)


def main() -> int:
    """Print the report; fail only for a marker that names no requirement, a slip of the pen."""
    known, proved = known_ids(), proved_ids(files_with_tests())
    print(report(known, proved))
    unknown = sorted(proved - set(known))
    if unknown:
        print(f"These markers name no requirement: {' '.join(unknown)}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
