"""One program, wherever it is started: both commands, any folder, relative and absolute names, the same result."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import HONEST, WAIT_SECONDS
from tests.journeys.made_days import TWO_DAYS, Recorded, write_days


@pytest.mark.requirement("S2-30", "S2-15", "S2-52")
def test_both_commands_do_the_same_from_any_folder(house: Path, tmp_path: Path) -> None:
    file = write_days(tmp_path / "day.csv", TWO_DAYS[:1], (Recorded("ACME"),), seed=12)
    (tmp_path / "mine.py").write_text(HONEST.read_text(encoding="utf-8"), encoding="utf-8")
    absolute = [tmp_path / name for name in ("day.csv", "mine.py", "first", "first.json")]
    starts = (
        (house / "orchestra", ["orchestrator.py"], absolute),
        (tmp_path, [house / "orchestrator.py"], ["day.csv", "mine.py", "second", "second.json"]),
        (house, ["orchestrator.py"], [*absolute[:2], tmp_path / "third", tmp_path / "third.json"]),
    )
    before = {path for path in house.rglob("*") if "__pycache__" not in path.parts}
    for folder, start, (bars, algorithm, data_dir, summary) in starts:
        chosen = ["--algorithm", algorithm, "--ticker", "ACME", "--capital", "100000"]
        places = ["--data-dir", data_dir, "--summary", summary]
        play([sys.executable, *start, "--replay", bars, *chosen, *places], folder)
    texts = [(tmp_path / f"{name}.json").read_text(encoding="utf-8") for name in ("first", "second", "third")]
    assert len({without_install(text) for text in texts}) == 1
    assert file.exists()
    assert {path for path in house.rglob("*") if "__pycache__" not in path.parts} == before


def play(command: list[object], folder: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    arguments = [str(part) for part in command]
    finished = subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=WAIT_SECONDS, check=False
    )
    assert finished.returncode == 0, finished.stderr


def without_install(text: str) -> str:
    """Return a summary with the install part of every order id blanked."""
    parts = text.split('"at-')
    return '"at-'.join([parts[0], *(part.partition("-")[2] for part in parts[1:])])
