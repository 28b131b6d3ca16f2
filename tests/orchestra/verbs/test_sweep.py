"""The verb `sweep`, as a person calls it."""

import csv
import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from database.files.bar_export import export_bars
from tests.orchestra.backtest.made_run import SWINGS, weekdays
from tests.orchestra.backtest.played_house import made_columns, strategy
from tests.source_tree import ROOT

DAYS = weekdays(date(2024, 3, 1), 30)
REFUSING = """
import json, sys
from database.errors import AutoTraderError
from orchestra.verbs import sweep
from tests.orchestra.verbs.screen import Screen

for arguments in json.load(sys.stdin):
    try:
        sweep.run(arguments, Screen())
        print("it ran")
    except AutoTraderError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a strategy and its bars."""
    folder = tmp_path_factory.mktemp("sweep")
    columns = made_columns("ACME", DAYS)
    export_bars(folder / "acme.csv.gz", [columns.bar(at) for at in range(len(columns))])
    strategy(folder, SWINGS, name="swings")
    return folder


def asking(folder: Path, *arguments: str) -> list[str]:
    wanted = ["--algorithm", str(folder / "swings.py"), "--ticker", "ACME", "--capital", "20000"]
    return [*wanted, "--data", str(folder / "acme.csv.gz"), *arguments]


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "orchestrator.py"), "sweep", *asking(folder, *arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(folder: Path, *arguments: str) -> str:
    """Return what the verb says; fails when it ends with an error."""
    asked = start(folder, *arguments)
    said, complained = asked.communicate(timeout=120)
    assert asked.returncode == 0, complained
    return said


def values(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_grid_is_played_told_and_written(folder: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("out.json", "out.csv", "out.html")]
    outputs = [part for path in files for part in (f"--{path.suffix[1:]}", str(path))]
    said = ask(folder, "--grid", "bars=3,4,5", "--grid", "shares=10,20", "--out-of-sample", "0.3", *outputs)
    assert said.startswith(f"6 parameter sets on {DAYS[0]} to {DAYS[20]}; the best by sharpe ratio:")
    assert "Unseen return" in said
    told = values(files[0])
    assert [each["params"] for each in told["trials"]] == [
        {"bars": bars, "shares": shares} for bars in (3, 4, 5) for shares in (10, 20)
    ]
    assert told["is_whole"]
    assert told["judged"][0]["days"] == [DAYS[21].isoformat(), DAYS[29].isoformat()]
    assert told["about"]["request"]["algorithms"][0]["capital"] == "20000"
    with files[1].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["total_return"]) for row in rows] == [each["metrics"]["total_return"] for each in told["trials"]]
    assert "bars (down) and shares (across)" in files[2].read_text(encoding="utf-8")


def test_days_without_a_bar_are_told_by_a_sweep_too(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    days = ("--from", (DAYS[0] - timedelta(days=1)).isoformat(), "--to", DAYS[1].isoformat())
    told = "1 of 3 sessions asked for has no bar, the first on 2024-02-29."
    assert ask(folder, "--grid", "bars=3,4", *days, "--html", str(page)).startswith(f"{told}\n")
    assert told in page.read_text(encoding="utf-8")


def test_the_same_sweep_is_the_same_whatever_the_processes(folder: Path, tmp_path: Path) -> None:
    for jobs in ("1", "3"):
        ask(
            folder, "--random", "6", "--seed", "4", "--walk-forward", "2", "--jobs", jobs,
            "--json", str(tmp_path / f"{jobs}.json"),
        )  # fmt: skip
    assert values(tmp_path / "1.json") == values(tmp_path / "3.json")
    assert len(values(tmp_path / "1.json")["judged"]) == 2


def test_ctrl_c_ends_it_and_what_was_played_is_told(folder: Path, tmp_path: Path) -> None:
    lasting = SWINGS.replace(
        "closes = get_closes", "__import__('time').sleep(self.bars > 2)\n            closes = get_closes"
    )
    strategy(folder, lasting, name="lasting")
    asked = subprocess.Popen(
        [
            *(sys.executable, str(ROOT / "orchestrator.py"), "sweep", "--algorithm", str(folder / "lasting.py")),
            *("--ticker", "ACME", "--capital", "20000", "--data", str(folder / "acme.csv.gz"), "--jobs", "1"),
            *("--grid", "bars=2,3", "--to", DAYS[1].isoformat(), "--json", str(tmp_path / "out.json")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    worker = _child_of(asked)
    # The first trial is short, the second takes minutes; the signal goes to all, as a terminal's does.
    os.killpg(asked.pid, signal.SIGINT)
    said, _ = asked.communicate(timeout=60)
    assert asked.returncode == 0
    assert said.startswith("Stopped before its end")
    assert not values(tmp_path / "out.json")["is_whole"]
    assert not Path(f"/proc/{worker}").exists()


def _child_of(process: "subprocess.Popen[str]") -> int:
    """Return its first child, once there is one: then the signals are taken over."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (known := children.read_text(encoding="ascii").split()):
        assert process.poll() is None
    return int(known[0])


REFUSED = [
    ([], "Give --grid"),
    (["--grid", "bars=3", "--random", "3"], "Give --grid"),
    (["--grid", "bars=1"], "bars must be a whole number from 2 to 50"),
    (["--grid", "bars=2.5"], "bars must be a whole number"),
    (["--grid", "bars=word"], "bars must be a whole number"),
    (["--grid", "lots=1"], "There is no parameter lots; there are: bars, shares."),
    (["--grid", "bars=2:50:1", "--grid", "shares=1:1000:1"], "49,000 trials, more than 1,000"),
    (["--grid", "bars=3", "--range", "bars=2:5"], "--range belongs to --random"),
    (["--grid", "bars=3", "--limit", "0"], "--limit '0' cannot be"),
    (["--grid", "bars=3", "--limit", "9" * 5_000], "--limit"),
    (["--random", "-1"], "--random '-1' cannot be"),
    (["--random", "3", "--seed", "x"], "--seed 'x' cannot be"),
    (["--random", "3", "--range", "bars=2:900"], "bars must be a whole number"),
    (["--grid", "bars=3", "--by", "fees"], "invalid choice: 'fees'"),
    (["--grid", "bars=3", "--jobs", "0"], "--jobs '0' cannot be"),
    (["--grid", "bars=3", "--out-of-sample", "x"], "is no number"),
    (["--grid", "bars=3", "--out-of-sample", "nan"], "between 0 and 1"),
    (["--grid", "bars=3", "--out-of-sample", "0.3", "--walk-forward", "2"], "not both"),
    (["--grid", "bars=3", "--walk-forward", "29"], "30 sessions are too few for 29 windows"),
    (["--grid", "bars=3", "--anchored"], "--anchored belongs to --walk-forward"),
    (["--grid", "bars=3", "--cluster", "", "--jobs", "2"], "--jobs is for this machine"),
    (["--grid", "bars=3", "--json", "/proc/none/x"], "cannot be written"),
]


def test_what_cannot_be_is_refused_in_one_sentence(folder: Path) -> None:
    wishes = [asking(folder, *arguments) for arguments, _ in REFUSED]
    refused = subprocess.run(
        [sys.executable, "-c", REFUSING],
        check=False,
        input=json.dumps(wishes),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    sentences = refused.stdout.splitlines()
    assert len(sentences) == len(REFUSED), refused.stderr
    for sentence, (arguments, expected) in zip(sentences, REFUSED, strict=True):
        assert expected in sentence, arguments


def test_a_sweep_never_writes_over_its_bars_nor_twice_over_one_file(folder: Path, tmp_path: Path) -> None:
    bars, both = folder / "acme.csv.gz", str(tmp_path / "both")
    before = bars.read_bytes()
    for arguments in (["--csv", str(bars)], ["--json", both, "--csv", both]):
        sweep = start(folder, "--grid", "bars=3", *arguments)
        complaint = sweep.communicate(timeout=120)[1]
        assert sweep.returncode != 0
        assert "is named twice, and would be overwritten: name another file." in complaint
    assert bars.read_bytes() == before
    assert not Path(both).exists()


def test_a_strategy_without_ranges_is_told_what_to_give(folder: Path, tmp_path: Path) -> None:
    bare = strategy(
        tmp_path, "class Algorithm:\n    def __init__(self, t, c): ...\n    def run(self, t, i): return ('hold', 0)\n"
    )
    asked = subprocess.run(
        [
            *(sys.executable, str(ROOT / "orchestrator.py"), "sweep", "--algorithm", str(bare), "--ticker", "ACME"),
            *("--capital", "1", "--data", str(folder / "acme.csv.gz"), "--random", "3"),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert asked.returncode != 0
    assert "tells no ranges in PARAMETERS" in asked.stderr
