"""Malformed replay files and broken algorithm files, told to the real program: refused, and nothing half-imported."""

import gzip

import pytest

from tests.program import DAY, HEADER, Program, assert_refused, assert_refused_with_list, bar_line

# The reader's own tests know every kind of fault; these are the kinds as the owner meets them.
MALFORMED = {
    "a bad number": (HEADER + bar_line(0) + bar_line(1, prices="50,abc,49,50"), "line 3"),
    "not a number": (HEADER + bar_line(0, prices="50,nan,49,50"), "line 2"),
    "a price of zero": (HEADER + bar_line(0, prices="50,51,0,50"), "line 2"),
    "high below low": (HEADER + bar_line(0) + bar_line(1, prices="50,49,51,50"), "line 3"),
    "a missing field": (HEADER + bar_line(0).replace(",100", ""), "line 2"),
    "a bad time": (HEADER + bar_line(0).replace("2026-11-18", "2026-13-18"), "line 2"),
    "lines out of order": (HEADER + bar_line(0) + bar_line(5) + bar_line(4), "line 4"),
    "a minute twice": (HEADER + bar_line(0) + bar_line(1) + bar_line(1), "line 4"),
    "a column missing": (HEADER.replace(",volume", "") + bar_line(0), "line 1"),
    "no header": (bar_line(0) * 2, "line 1"),
    "no line": (HEADER, "day.csv"),
    "nothing": ("", "day.csv"),
    "only night": (HEADER + bar_line(-300), "day.csv"),
}

BROKEN_ALGORITHMS = {
    "a syntax error": "class Algorithm(:\n",
    "no class": "def run(current_time, algo_id): return ('hold', 0)\n",
    "no run": "class Algorithm:\n    def __init__(self, ticker, initial_capital): ...\n",
    "another constructor": "class Algorithm:\n    def __init__(self): ...\n    def run(self, now, algo_id): ...\n",
    "a missing import": "import a_package_nobody_has\n\nclass Algorithm: ...\n",
    "an exception at import": "raise RuntimeError('no')\n",
    "an exit at import": "import sys\nsys.exit(0)\n",
    "an exception when built": (
        "class Algorithm:\n"
        "    def __init__(self, ticker, initial_capital): raise ValueError('no')\n"
        "    def run(self, current_time, algo_id): return ('hold', 0)\n"
    ),
    "nothing": "",
    "no text": "\x00\x01",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_replay_file_is_refused_with_its_line(program: Program, case: str) -> None:
    content, place = MALFORMED[case]
    (program.folder / "day.csv").write_text(content, encoding="utf-8")
    assert_refused_with_list(program.replay(), "day.csv", place)


def test_every_bad_line_is_counted_and_the_first_ones_are_shown(program: Program) -> None:
    lines = [bar_line(minute, prices="50,49,51,50") for minute in range(30)]
    (program.folder / "day.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    finished = program.replay()
    assert_refused_with_list(finished, "line 2", "line 11", "30")
    assert "line 31" not in finished.errors


def test_a_minute_in_two_files_is_refused(program: Program) -> None:
    (program.folder / "again.csv").write_text(HEADER + bar_line(5), encoding="utf-8")
    assert_refused_with_list(program.replay(files=("day.csv", "again.csv")), "again.csv", "line 2")


def test_a_good_file_beside_a_bad_one_is_not_used(program: Program) -> None:
    (program.folder / "bad.csv").write_text(HEADER + bar_line(0, symbol="BAD", volume="x"), encoding="utf-8")
    assert_refused_with_list(program.replay(files=("day.csv", "bad.csv")), "bad.csv", "line 2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gone.csv", b""),
        ("house", b""),
        ("bytes.csv", b"\xff\xfe\x00\x01" * 50),
        ("day.csv.gz", DAY.encode()),
        ("cut.csv.gz", gzip.compress(DAY.encode(), mtime=0)[:-20]),
    ],
    ids=["missing", "a folder", "not text", "not gzip", "gzip cut short"],
)
def test_an_unreadable_replay_file_is_refused(program: Program, name: str, content: bytes) -> None:
    if content:
        (program.folder / name).write_bytes(content)
    assert_refused_with_list(program.replay(files=(name,)), name)


@pytest.mark.requirement("S0-24")
@pytest.mark.parametrize("case", BROKEN_ALGORITHMS)
def test_a_broken_algorithm_file_is_refused(program: Program, case: str) -> None:
    (program.folder / "broken.py").write_text(BROKEN_ALGORITHMS[case], encoding="utf-8")
    assert_refused(program.replay(algorithm="broken.py"), "broken.py")


@pytest.mark.parametrize("name", ["no_such_algorithm", "gone.py", "day.csv", "house", "", "../orchestrator", "os"])
def test_an_algorithm_that_is_not_there_is_refused(program: Program, name: str) -> None:
    assert_refused(program.replay(algorithm=name), "algorithm")
