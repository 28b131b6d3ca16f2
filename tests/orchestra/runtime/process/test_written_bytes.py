"""How much is written a day."""

from pathlib import Path

import pytest

from orchestra.runtime.process.written_bytes import megabytes_a_day, written_bytes


def test_the_kernels_account_is_read(tmp_path: Path) -> None:
    (tmp_path / "io").write_text("rchar: 5\nwrite_bytes: 4096\ncancelled_write_bytes: 1\n")
    assert written_bytes(tmp_path / "io") == 4096


@pytest.mark.parametrize("text", ["", "write_bytes 1", "write_bytes: many\n"])
def test_an_account_that_says_nothing_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "io").write_text(text)
    assert written_bytes(tmp_path / "io") is None
    assert written_bytes(tmp_path / "missing") is None


def test_a_pace_is_a_days() -> None:
    assert megabytes_a_day(1_000_000, 864.0) == 100.0
    assert megabytes_a_day(1_000_000, 0.0) == 0.0
