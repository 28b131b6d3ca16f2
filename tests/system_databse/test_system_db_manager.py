"""Where the system database is, and that its odd name stays."""

import pytest

from system_databse import system_db_manager
from tests.source_tree import ROOT


@pytest.mark.requirement("S2-16", "S2-87")
def test_the_default_file_is_system_db_in_the_folder_the_owner_named() -> None:
    assert system_db_manager.DEFAULT_FILE == ROOT / "system_databse" / "system.db"
    assert (ROOT / "algorithm").is_dir()
