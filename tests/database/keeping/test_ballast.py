"""Ballast takes its room when there is some, and gives it back at once."""

from pathlib import Path

import pytest

from database.keeping.ballast import Ballast


def test_ballast_takes_real_room_and_gives_it_back(tmp_path: Path) -> None:
    path = tmp_path / "backups" / "ballast"
    ballast = Ballast(path, size=1 << 20)
    assert not ballast.is_there
    assert not ballast.drop()
    assert ballast.take_in()
    assert path.stat().st_blocks * 512 >= 1 << 20
    assert ballast.take_in()
    assert ballast.drop()
    assert not path.exists()


def test_half_a_ballast_is_filled_up(tmp_path: Path) -> None:
    (tmp_path / "ballast").write_bytes(b"x" * 1000)
    ballast = Ballast(tmp_path / "ballast", size=200_000)
    assert not ballast.is_there
    assert ballast.take_in()


def test_a_disk_without_room_keeps_no_half_ballast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", refuse)
    monkeypatch.setattr("os.write", refuse)
    ballast = Ballast(tmp_path / "ballast", size=200_000)
    assert not ballast.take_in()
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_reserves_nothing_is_written_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.posix_fallocate", refuse)
    assert Ballast(tmp_path / "ballast", size=200_000).take_in()
