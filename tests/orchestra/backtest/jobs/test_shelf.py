"""The shelf: results are kept whole, listed whatever has happened to their files, and forgotten."""

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.errors import ConfigError, StorageError
from orchestra.backtest.jobs.shelf import HEAD, OWNER, RESULT, Shelf
from tests.orchestra.backtest.made_run import made_result

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAYS = 5


def keep(shelf: Shelf) -> str:
    return shelf.keep(shelf.begin(NOW), made_result(DAYS), now=NOW)


def test_results_are_listed_newest_first_with_their_figures(tmp_path: Path) -> None:
    shelf, result = Shelf(tmp_path), made_result(DAYS)
    ids = [keep(shelf) for _ in range(11)]
    assert ids == [f"20261126-{number}" for number in range(1, 12)]
    assert [listing.id for listing in shelf.listings()] == ids[::-1]
    assert shelf.result(ids[-1]) == result
    head = shelf.listings()[0].head
    assert head["total_trades"] == result.metrics["all"]["total_trades"]
    assert (head["algorithms"], head["from"], head["to"]) == (["swings on ACME"], result.days[0], result.days[-1])
    assert head["created_at"].startswith("2026-11-26T12:00")
    assert sorted(path.name for path in (tmp_path / ids[0]).iterdir()) == sorted([HEAD, RESULT])


def test_the_oldest_go_first_and_never_one_under_way(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, most=2)
    under_way = shelf.begin(NOW)
    ids = [keep(shelf) for _ in range(4)]
    assert [listing.id for listing in shelf.listings()] == ids[:1:-1]
    assert under_way.is_dir()
    assert shelf.keep(under_way, made_result(DAYS), now=NOW) == "20261126-1"


@pytest.mark.parametrize(
    "head", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b"{}", b'{"algorithms": 5}', b'{"algorithms": [5]}']
)
def test_a_damaged_result_is_listed_as_damaged(tmp_path: Path, head: bytes) -> None:
    shelf = Shelf(tmp_path)
    whole, damaged = keep(shelf), keep(shelf)
    (tmp_path / damaged / HEAD).write_bytes(head)
    assert [(listing.id, listing.damaged is not None) for listing in shelf.listings()] == [
        (damaged, True),
        (whole, False),
    ]


def test_a_result_with_any_byte_changed_or_missing_never_crashes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    id_ = keep(shelf)
    whole = (tmp_path / id_ / RESULT).read_bytes()
    packed = [whole[: len(whole) // 2], b"no gzip", b"", gzip.compress(b"[]"), gzip.compress(b"[" * 100_000)]
    # In the middle the packed stream itself is broken, at the end its checksum.
    packed += [whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :] for place in (0, 40, -100, -5)]
    for content in packed:
        (tmp_path / id_ / RESULT).write_bytes(content)
        with pytest.raises(ConfigError, match="run the backtest again"):
            shelf.result(id_)


@pytest.mark.parametrize("id_", ["", ".", "..", "../x", "20261126-2", ".20261126-1", "20261126-1/..", "٢٠٢٦١١٢٦-1"])
def test_hostile_ids_are_refused(tmp_path: Path, id_: str) -> None:
    shelf = Shelf(tmp_path / "kept")
    keep(shelf)
    shelf.begin(NOW)
    for ask in (shelf.result, shelf.decisions, shelf.forget):
        with pytest.raises(ConfigError, match="There is no kept result"):
            ask(id_)
    assert len(shelf.listings()) == 1


def test_a_forgotten_result_is_gone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    id_ = keep(shelf)
    shelf.forget(id_)
    assert shelf.listings() == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_command_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    own, job, left = (shelf.begin(NOW) for _ in range(3))
    (job / OWNER).unlink()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    (left / OWNER).write_text(str(ended.pid))
    for begun in (own, job, left):
        (begun / "half").touch()
    shelf.begin(NOW)
    assert [(begun / "half").exists() for begun in (own, job, left)] == [True, True, False]


def test_a_shelf_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file" / "kept")
    with pytest.raises(StorageError, match="name another --results"):
        shelf.begin(NOW)
    assert shelf.listings() == []


def test_a_result_that_cannot_be_kept_leaves_its_run_where_it_was(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    begun = shelf.begin(NOW)
    (begun / RESULT).mkdir()
    with pytest.raises(StorageError, match="could not be kept"):
        shelf.keep(begun, made_result(DAYS), now=NOW)
    assert begun.is_dir()
    assert shelf.listings() == []


def test_the_owner_of_a_run_is_the_process_that_began_it(tmp_path: Path) -> None:
    begun = Shelf(tmp_path).begin(NOW)
    assert json.loads((begun / OWNER).read_text()) == os.getpid()
