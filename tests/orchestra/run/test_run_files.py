"""The files of a run: every database is looked at before anything is written (S0-08)."""

import io
import logging
import stat
from pathlib import Path

import pytest

from database.errors import StorageError
from orchestra.run.data_directory import in_folder
from orchestra.run.run_files import RunFiles


@pytest.mark.requirement("S0-08")
@pytest.mark.parametrize("name", ["market.db", "system.db", "door.db", "exchange.db"])
def test_a_file_that_is_no_database_is_left_as_it_was_and_nothing_is_made_beside_it(tmp_path: Path, name: str) -> None:
    diary = tmp_path / name
    diary.write_text("dear diary\n" * 100)
    diary.chmod(0o644)
    files = RunFiles(in_folder(tmp_path), screen=io.StringIO(), screen_level=logging.WARNING)
    with pytest.raises(StorageError, match=f"{name} is no SQLite database"), files:
        pass
    assert list(tmp_path.iterdir()) == [diary]
    assert diary.read_text() == "dear diary\n" * 100
    assert stat.S_IMODE(diary.stat().st_mode) == 0o644
