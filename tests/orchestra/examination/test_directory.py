"""What a doctor says of a data directory, which another process may be using."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.schema_check import open_database
from orchestra.examination.directory import (
    MEGABYTE,
    Surroundings,
    examine_directory,
    examine_env,
    lock_holder,
)
from orchestra.messages.diagnosis import Diagnosis, State
from orchestra.run.data_directory import in_folder
from system_databse import system_schema

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)


def around(folder: Path, free_megabytes: int = 10_000) -> Surroundings:
    return Surroundings(free=lambda _path: free_megabytes * MEGABYTE, processes=folder / "proc")


def examined(folder: Path, free_megabytes: int = 10_000) -> dict[str, Diagnosis]:
    found = examine_directory(in_folder(folder), around(folder, free_megabytes), now=NOW)
    return {each.what: each for each in found}


def make_system(folder: Path) -> Path:
    path = folder / "system.db"
    open_database(path, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL").close()
    return path


def test_an_empty_directory_is_well_and_stays_empty(tmp_path: Path) -> None:
    assert {each.state for each in examined(tmp_path).values()} == {State.OK}
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_there_yet_is_judged_by_the_one_it_would_be_made_in(tmp_path: Path) -> None:
    assert {each.state for each in examined(tmp_path / "a" / "b").values()} == {State.OK}
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_directory_is_bad(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert examined(tmp_path / "data")["folder"].state is State.BAD


@pytest.mark.parametrize(("free", "state"), [(99, State.BAD), (100, State.WARN), (499, State.WARN), (500, State.OK)])
def test_room_on_the_disk(free: int, state: State, tmp_path: Path) -> None:
    found = examined(tmp_path, free)["disk"]
    assert (found.state, found.sentence) == (state, f"{free} MB free")


def test_a_whole_database_is_well_and_a_damaged_one_bad(tmp_path: Path) -> None:
    path = make_system(tmp_path)
    assert examined(tmp_path)["trades"].state is State.OK
    path.write_bytes(path.read_bytes()[:8192])
    found = examined(tmp_path)["trades"]
    assert found.state is State.BAD
    assert "damaged" in found.sentence
    assert found.advice


@pytest.mark.parametrize(
    ("names", "state", "words"),
    [
        ((), State.WARN, "there is none"),
        (("000001-20261126T120000Z",), State.OK, "2.0 hours old"),
        (("000001-20261120T120000Z", "000002-20261126T133000Z"), State.OK, "0.5 hours old"),
        (("000001-20261116T140000Z",), State.WARN, "10 days old"),
        (("aside", ".new-000003-20261126T120000Z"), State.WARN, "there is none"),
    ],
)
def test_the_newest_backup(names: tuple[str, ...], state: State, words: str, tmp_path: Path) -> None:
    make_system(tmp_path)
    for name in names:
        (tmp_path / "backups" / name).mkdir(parents=True)
    found = examined(tmp_path)["backup"]
    assert found.state is state
    assert words in found.sentence


def test_whoever_holds_the_lock_is_named(tmp_path: Path) -> None:
    lock, processes = tmp_path / "lock", tmp_path / "proc"
    lock.touch()
    (processes / "77").mkdir(parents=True)
    (processes / "77" / "cmdline").write_bytes(b"python3\0orchestrator.py\0")
    inode = lock.stat().st_ino
    lines = f"1: POSIX  ADVISORY  WRITE 5 fd:01:{inode} 0 EOF\n2: FLOCK  ADVISORY  WRITE 77 fd:01:{inode} 0 EOF\n"
    (processes / "locks").write_text(lines, encoding="ascii")
    assert lock_holder(lock, around(tmp_path)).sentence == "used by process 77 (python3 orchestrator.py)"
    (processes / "77" / "cmdline").unlink()
    assert lock_holder(lock, around(tmp_path)).sentence == "used by process 77"


def test_a_lock_that_nobody_holds_is_free(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "locks").write_text("1: FLOCK  ADVISORY  WRITE 77 fd:01:1 0 EOF\nrubbish\n", encoding="ascii")
    assert lock_holder(tmp_path / "lock", around(tmp_path)).sentence == "nobody uses the directory"


def test_a_real_lock_is_seen_and_not_disturbed(tmp_path: Path) -> None:
    if not Path("/proc/locks").exists():
        pytest.skip("this kernel lists no locks")
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert f"process {os.getpid()} " in lock_holder(tmp_path / "lock", Surroundings()).sentence


@pytest.mark.parametrize(("rights", "state"), [(0o600, State.OK), (0o640, State.BAD), (0o604, State.BAD)])
def test_who_can_read_the_keys(rights: int, state: State, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("ALPACA_API_KEY=x\n", encoding="utf-8")
    env.chmod(rights)
    assert examine_env(env).state is state


def test_no_env_file_is_no_fault(tmp_path: Path) -> None:
    assert examine_env(tmp_path / ".env").state is State.OK
