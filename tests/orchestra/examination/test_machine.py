"""What a doctor says of a machine."""

from pathlib import Path

import pytest

from orchestra.examination.machine import Machine, examine_machine, installed_version
from orchestra.messages.diagnosis import Diagnosis, State
from tests.source_tree import ROOT

PINNED = {"flask": "3.1.3", "numpy": "2.4.6"}
GOOD = Machine(python=(3, 11, 2), sqlite=(3, 40, 1), version_of=PINNED.get, is_synchronised=lambda: True)


def examined(folder: Path, machine: Machine) -> dict[str, Diagnosis]:
    requirements = "# pinned\n" + "".join(f"{name}=={version}\n" for name, version in PINNED.items())
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    return {each.what: each for each in examine_machine(machine, folder)}


def test_a_machine_as_it_should_be_is_well(tmp_path: Path) -> None:
    found = examined(tmp_path, GOOD)
    assert {each.state for each in found.values()} == {State.OK}
    assert found["Python"].sentence == "version 3.11.2"


@pytest.mark.parametrize(
    ("machine", "what", "state", "words"),
    [
        (Machine((3, 9, 2), (3, 40, 1), PINNED.get, lambda: True), "Python", State.BAD, "3.9.2 is too old"),
        (Machine((3, 11, 2), (3, 34, 0), PINNED.get, lambda: True), "SQLite", State.BAD, "3.34.0 is too old"),
        (Machine((3, 11, 2), (3, 40, 1), {"flask": "3.1.3"}.get, lambda: True), "packages", State.BAD, "numpy not"),
        (
            Machine((3, 11, 2), (3, 40, 1), (PINNED | {"numpy": "1.0"}).get, lambda: True),
            "packages",
            State.WARN,
            "numpy 1.0",
        ),
        (Machine((3, 11, 2), (3, 40, 1), PINNED.get, lambda: False), "clock", State.WARN, "does not follow"),
        (Machine((3, 11, 2), (3, 40, 1), PINNED.get, lambda: None), "clock", State.WARN, "nobody here says"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    machine: Machine, what: str, state: State, words: str, tmp_path: Path
) -> None:
    found = examined(tmp_path, machine)[what]
    assert found.state is state
    assert words in found.sentence
    assert found.advice


def test_a_project_without_its_list_of_packages_is_no_reason_to_fail(tmp_path: Path) -> None:
    found = {each.what: each for each in examine_machine(GOOD, tmp_path)}
    assert found["packages"].state is State.WARN


def test_this_machine_is_asked_for_real() -> None:
    found = {each.what: each for each in examine_machine(Machine(), ROOT)}
    assert found["Python"].state is State.OK
    assert found["packages"].state is not State.BAD
    assert installed_version("no-such-package-anywhere") is None
