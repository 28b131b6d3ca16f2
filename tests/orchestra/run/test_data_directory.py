"""Where a run keeps its files, and that it is alone with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.run.data_directory import in_folder, in_house, in_use
from orchestra.runtime.directory_lock import DirectoryLock
from tests.source_tree import ROOT


def test_folder_holds_exactly_the_named_files(tmp_path: Path) -> None:
    directory = in_folder(tmp_path / "run")
    directory.create()
    directory.create()
    files = {directory.market, directory.system, directory.exchange, directory.logs, directory.lock}
    assert {path.name for path in files} == {"market.db", "system.db", "exchange.db", "logs", "lock"}
    assert {path.parent for path in files} == {tmp_path / "run"}
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["logs"]


def test_house_keeps_demo_apart(tmp_path: Path) -> None:
    real, demo = in_house(tmp_path, is_demo=False), in_house(tmp_path, is_demo=True)
    assert real.system == tmp_path / "system_databse" / "system.db"
    assert real.market == tmp_path / "database" / "market.db"
    assert demo.system == tmp_path / "system_databse" / "demo" / "system.db"
    assert not {real.market, real.system, real.exchange, real.logs, real.lock} & {
        demo.market,
        demo.system,
        demo.exchange,
        demo.logs,
        demo.lock,
    }


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be made"):
        in_folder(tmp_path / "file" / "run").create()


def test_second_user_of_a_folder_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    first, second = DirectoryLock(tmp_path / "lock"), DirectoryLock(tmp_path / "lock")
    first.take()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with pytest.raises(ConfigError, match="Another AutoTrader or exchange is using"):
            second.take()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    first.release()
    first.release()
    second.take()
    second.release()


def test_lock_goes_with_its_process_and_not_to_its_children(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; from pathlib import Path; from orchestra.runtime.directory_lock import DirectoryLock\n"
        f"DirectoryLock(Path({str(tmp_path / 'lock')!r})).take()\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True); input(); import os; os._exit(9)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        grandchild = int(process.stdout.readline())
        lock = DirectoryLock(tmp_path / "lock")
        with pytest.raises(ConfigError):
            lock.take()
        process.communicate("\n", timeout=20)
        lock.take()
        lock.release()
        os.kill(grandchild, 9)


def test_lock_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        DirectoryLock(tmp_path / "lock").take()


@pytest.mark.parametrize(("pointer", "system"), [(None, "."), ("", "."), ("demo\n", "demo")])
def test_the_directory_in_use_is_the_one_pointed_at(tmp_path: Path, pointer: str | None, system: str) -> None:
    folder = tmp_path / "system_databse"
    folder.mkdir()
    if pointer is not None:
        (folder / ".data_dir").write_text(pointer, encoding="utf-8")
    assert in_use(tmp_path).system == folder / system / "system.db"


def test_a_folder_of_its_own_may_be_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "system_databse").mkdir()
    (tmp_path / "system_databse" / ".data_dir").write_text(str(tmp_path / "run"), encoding="utf-8")
    assert in_use(tmp_path) == in_folder(tmp_path / "run")
