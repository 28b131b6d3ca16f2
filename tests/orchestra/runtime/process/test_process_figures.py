"""What the process tells of itself: this very process is measured, and folders made up for it."""

import gc
import os
import threading
from pathlib import Path

import pytest

from orchestra.runtime.process.process_figures import (
    MEGABYTE,
    ResidentMemory,
    bytes_of,
    files_by_kind,
    memory_limit,
    objects_of_python,
    threads_by_name,
)


def test_resident_memory_grows_with_what_is_held() -> None:
    memory = ResidentMemory()
    before = memory()
    held = bytearray(os.urandom(64 * MEGABYTE))
    assert memory() - before > 48 * MEGABYTE
    assert len(held) == 64 * MEGABYTE
    memory.close()


def test_resident_memory_is_the_second_figure_in_pages(tmp_path: Path) -> None:
    (tmp_path / "statm").write_text("5000 123 7 1 0 90 0\n", encoding="ascii")
    memory = ResidentMemory(tmp_path / "statm")
    assert memory() == 123 * os.sysconf("SC_PAGE_SIZE")
    memory.close()


def test_threads_of_a_pool_count_as_one_kind() -> None:
    may_end = threading.Event()
    names = ("fetcher_0", "fetcher_1", "stream-orders", None)
    threads = [threading.Thread(target=may_end.wait, name=name) for name in names]
    for thread in threads:
        thread.start()
    found = threads_by_name()
    may_end.set()
    for thread in threads:
        thread.join()
    assert (found["fetcher"], found["stream-orders"], found["wait"]) == (2, 1, 1)
    assert "fetcher" not in threads_by_name()


def test_files_are_counted_by_kind(tmp_path: Path) -> None:
    for number, target in enumerate(["socket:[1]", "socket:[2]", "pipe:[3]", "/data/system.db-wal", "/etc/hosts"]):
        (tmp_path / str(number)).symlink_to(target)
    assert files_by_kind(tmp_path) == {"socket": 2, "pipe": 1, "database": 1, "other": 1}


def test_open_files_of_this_process_are_seen(tmp_path: Path) -> None:
    before = files_by_kind().get("database", 0)
    with (tmp_path / "a.db").open("w", encoding="ascii"):
        assert files_by_kind()["database"] == before + 1


def test_objects_that_are_kept_are_counted() -> None:
    gc.collect()
    before = objects_of_python()
    kept = [[number] for number in range(50_000)]
    assert objects_of_python() - before > 40_000
    assert len(kept) == 50_000


def test_size_of_a_file_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert (bytes_of(tmp_path / "x"), bytes_of(tmp_path / "y")) == (5, 0)


@pytest.mark.parametrize(
    ("own", "above", "limit"),
    [
        ("524288000\n", "max\n", 524_288_000),
        ("max\n", "max\n", None),
        ("max\n", "1000000\n", 1_000_000),
        ("2000000\n", "1000000\n", 1_000_000),
        (None, None, None),
    ],
)
def test_lowest_limit_of_the_control_groups_counts(
    own: str | None, above: str | None, limit: int | None, tmp_path: Path
) -> None:
    inside = tmp_path / "groups" / "system.slice" / "autotrader.service"
    inside.mkdir(parents=True)
    for folder, text in ((inside, own), (inside.parent, above)):
        if text is not None:
            (folder / "memory.max").write_text(text, encoding="ascii")
    (tmp_path / "cgroup").write_text("0::/system.slice/autotrader.service\n", encoding="ascii")
    assert memory_limit(tmp_path / "cgroup", tmp_path / "groups") == limit


@pytest.mark.parametrize("text", [None, "", "12:cpu:/x\n1:name=systemd:/y\n"])
def test_machine_without_unified_control_groups_has_no_limit(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "cgroup").write_text(text, encoding="ascii")
    assert memory_limit(tmp_path / "cgroup", tmp_path) is None
