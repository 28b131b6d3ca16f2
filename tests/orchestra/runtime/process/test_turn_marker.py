"""The marker of whose turn it is survives the process, and nothing in its file can harm a start."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra.runtime.process.turn_marker import TurnMarker
from tests.source_tree import ROOT

KILLED_IN_A_TURN = """
import os, sys
from pathlib import Path
from orchestra.runtime.process.turn_marker import TurnMarker
marker = TurnMarker(Path(sys.argv[1]))
marker.begin(7)
marker.end()
marker.begin(12)
os.kill(os.getpid(), 9)
"""


def left_behind(path: Path) -> int | None:
    marker = TurnMarker(path)
    marker.close()
    return marker.left_behind


def test_process_killed_in_a_turn_leaves_whose_turn_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED_IN_A_TURN, str(tmp_path / "turn")]
    ended = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert left_behind(tmp_path / "turn") == 12
    assert left_behind(tmp_path / "turn") is None, "it blames once only"


@pytest.mark.parametrize("last", [1, 123_456_789])
def test_only_the_turn_under_way_is_left_behind(last: int, tmp_path: Path) -> None:
    marker = TurnMarker(tmp_path / "turn")
    marker.begin(10**15)
    marker.end()
    marker.begin(last)
    marker.close()
    assert left_behind(tmp_path / "turn") == last


def test_turn_that_ended_leaves_nothing(tmp_path: Path) -> None:
    marker = TurnMarker(tmp_path / "turn")
    marker.begin(3)
    marker.end()
    marker.close()
    assert left_behind(tmp_path / "turn") is None


@pytest.mark.parametrize("content", [b"", b"rubbish", b"-5", b"\xff" * 30, "٣".encode(), b"\0" * 20])
def test_rubbish_in_the_file_blames_nobody(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "turn").write_bytes(content)
    assert left_behind(tmp_path / "turn") is None


def test_marker_that_cannot_be_written_is_told_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "elsewhere").write_text("12", encoding="ascii")
    (tmp_path / "turn").symlink_to(tmp_path / "elsewhere")
    marker = TurnMarker(tmp_path / "turn")
    marker.begin(5)
    marker.end()
    marker.close()
    assert (tmp_path / "elsewhere").read_text(encoding="ascii") == "12"
    assert "will not be known" in caplog.text
