"""door.db: private, durable, refused when it is something else."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.errors import StorageError
from system_databse.door.door_store import AuditRow, DoorStore
from system_databse.door.pin_digest import is_match, is_peppered_with, make_digest

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def test_the_file_and_its_side_files_are_readable_by_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "door.db"
    path.touch(mode=0o644)
    door = DoorStore.open(path)
    door.put_control("a", "b")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("door.db*")}
    assert set(modes) == {"door.db", "door.db-wal", "door.db-shm"}
    assert set(modes.values()) == {0o600}
    door.close()


def test_a_kept_value_is_there_after_a_restart_and_gone_when_forgotten(tmp_path: Path) -> None:
    door = DoorStore.open(tmp_path / "door.db")
    door.put_control("halt", "x")
    door.put_control("halt", "y")
    door.close()
    door = DoorStore.open(tmp_path / "door.db")
    assert door.control("halt") == "y"
    door.put_control("halt", None)
    assert door.control("halt") is None
    door.close()


def test_the_database_of_another_part_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "door.db"
    path.write_text("no database at all, but long enough to be looked at")
    with pytest.raises(StorageError, match="no SQLite database"):
        DoorStore.open(path)


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="correct its owner or permissions"):
        DoorStore.open(tmp_path / "nowhere" / "door.db")


def test_old_acts_are_forgotten_and_new_ones_are_kept(tmp_path: Path) -> None:
    door = DoorStore.open(tmp_path / "door.db")
    for days in (500, 1):
        at = (NOW - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        door.record(AuditRow(at, "nobody", "127.0.0.1", "POST safety.halt", "/halt", "200"))
    door.prune(NOW)
    with door.reader() as connection:
        assert connection.execute("SELECT COUNT(*) FROM audit").fetchone()[0] == 1
    door.close()


def test_a_digest_fits_its_pin_and_its_pepper_and_nothing_else() -> None:
    pepper, other = bytes(32), b"1" * 32
    digest = make_digest("482915", pepper)
    assert digest != make_digest("482915", pepper)
    assert is_match("482915", pepper, digest)
    assert not is_match("482916", pepper, digest)
    assert not is_match("482915", other, digest)
    assert is_peppered_with(pepper, digest)
    assert not is_peppered_with(other, digest)
    assert not is_peppered_with(pepper, "garbage")


@pytest.mark.parametrize("digest", ["", "a$b$c", "scrypt$15,8,1$x$!!$??", "scrypt$15,8,1$x$AAAA$"])
def test_a_digest_that_is_none_fits_nothing(digest: str) -> None:
    assert not is_match("482915", bytes(32), digest)
