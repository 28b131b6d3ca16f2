"""The entrance of the campaign: what it prints of a class that keeps its promises, and of one that does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.__main__ import main
from tests.faults.tally import ROOT, Plan, Tally
from tests.faults.verb_list import FAULTS, Fault

THE_ISSUES_VERBS = (
    *("crash", "kill", "nth", "torn", "corrupt", "disk", "locked", "http", "stream", "bars", "clock", "outage"),
    *("algorithms", "files", "stop", "upgrade", "soak", "planted"),
)


def broken(plan: Plan) -> Tally:
    """Break something each time."""
    tally = Tally("F0 made to fail", "broken")
    for seed in range(plan.seed, plan.seed + plan.runs):
        tally.add(seed, [f"V1 duplicate order {seed}", "V2 order is UNKNOWN, and not at the exchange"])
    return tally


def sound(plan: Plan) -> Tally:
    """Break nothing."""
    tally = Tally("F0 made to pass", "sound")
    tally.add(plan.seed, [], injected=plan.runs)
    return tally


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logging.disable", lambda _level: None)
    monkeypatch.setitem(FAULTS, "broken", Fault(broken, few=1, many=2))
    monkeypatch.setitem(FAULTS, "sound", Fault(sound, few=1, many=2))


@pytest.mark.usefixtures("made_up")
def test_a_broken_promise_is_printed_with_seed_commit_and_how_to_see_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["broken", "--seed", "7", "--data-dir", str(tmp_path / "here")]) == 1
    printed = capsys.readouterr().out
    assert "seed=7 commit=" in printed
    assert "again: python3 -m tests.faults broken --seed 8 --runs 1" in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("F0")]
    assert line.split()[4:8] == ["2", "0", "2", "2"]
    assert (tmp_path / "here" / "broken").is_dir()


@pytest.mark.usefixtures("made_up")
def test_kept_promises_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sound", "--runs", "3"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("F0")]
    assert line.split()[4:8] == ["3", "3", "0", "0"]


def test_each_class_has_its_verb_with_help() -> None:
    assert set(THE_ISSUES_VERBS) <= set(FAULTS)
    assert [verb for verb, fault in FAULTS.items() if not fault.about.endswith(").")] == []
    told = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert all(verb in told for verb in THE_ISSUES_VERBS)
