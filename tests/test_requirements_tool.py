"""The list of requirements without a test is right."""

from pathlib import Path

from tests import requirements

TEST_FILE = """
import pytest
from pytest import mark

@pytest.mark.requirement("S2-01", "S2-02")
def test_one(): ...

@mark.requirement("S0-05")
def test_two(): ...

@pytest.mark.parametrize("name", ["S2-09"])
def test_three(name): ...

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.requirement("S2-03"))])
def test_four(n): ...
"""


def test_markers_of_every_form_are_read_and_other_strings_are_not() -> None:
    assert requirements.marked_ids(TEST_FILE) == {"S2-01", "S2-02", "S2-03", "S0-05"}


def test_the_bundled_list_holds_the_five_documents_without_gaps() -> None:
    sizes = {"S0": 32, "S1": 40, "S2": 90, "S3": 43, "S4": 48}
    expected = [f"{document}-{number:02}" for document, size in sizes.items() for number in range(1, size + 1)]
    assert requirements.known_ids() == expected


def test_a_requirement_without_a_test_is_reported_with_counts() -> None:
    text = requirements.report(["S0-01", "S0-02", "S1-01"], {"S0-02"})
    assert text.splitlines() == [
        "1 of 3 requirements have a test.",
        "S0: 1 of 2. Without a test: S0-01",
        "S1: 0 of 1. Without a test: S1-01",
    ]


def test_every_marker_in_the_tests_names_a_requirement() -> None:
    assert requirements.proved_ids(requirements.files_with_tests()) <= set(requirements.known_ids())


def test_the_files_searched_are_those_of_tests_and_algorithm(tmp_path: Path) -> None:
    names = [
        "tests/a/test_deep.py",
        "tests/test_top.py",
        "algorithm/test_sma.py",
        "tests/conftest.py",
        "other/test_x.py",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {path.relative_to(tmp_path).as_posix() for path in requirements.files_with_tests(tmp_path)}
    assert found == set(names[:3])
