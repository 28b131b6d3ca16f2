"""What a job prints is kept up to a limit, and never disturbs it."""

from pathlib import Path

from orchestra.backtest.jobs.kept_output import CUT, KeptOutput


def test_what_is_printed_is_kept_until_there_is_no_room(tmp_path: Path) -> None:
    output = KeptOutput(tmp_path / "output.txt", most=10)
    print("hello", file=output, flush=True)
    output.close()
    print("world, and so on", file=output)
    print("more", file=output)
    assert (tmp_path / "output.txt").read_text() == "hello\nworl" + CUT


def test_a_file_that_cannot_be_written_disturbs_nobody(tmp_path: Path) -> None:
    output = KeptOutput(tmp_path / "none" / "output.txt")
    print("half a character: \ud800", file=output)
    KeptOutput(tmp_path / "output.txt").write("half a character: \ud800")
    assert (tmp_path / "output.txt").read_text() == "half a character: ?"
