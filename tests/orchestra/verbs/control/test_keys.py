"""keys: made, listed and revoked from the command line, beside a running program whose page takes them at once."""

from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.api.auth.readers.api_key import SHAPE
from orchestra.api.auth.readers.reader_keys import ReaderKeys
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.verbs.control import keys
from tests.orchestra.api.api_house import MovedClock
from tests.orchestra.verbs.control.directory import door_of, idle_place, running
from tests.orchestra.verbs.screen import Screen


def test_a_key_made_beside_a_running_program_opens_until_it_is_revoked(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    clock, where = MovedClock(), ("--data-dir", str(tmp_path))
    with running(tmp_path), door_of(tmp_path) as door:
        page = ReaderKeys(door, clock, ReaderWishes())
        assert keys.run(["add", "my script", "--days", "3", *where], screen, clock=clock) == 0
        key = screen.said()[0]
        assert SHAPE.fullmatch(key)
        assert page.find(key) is not None
        assert keys.run([*where], screen, clock=clock) == 0
        assert screen.said()[2] == f"{key[3:11]}  valid until 2026-11-23, last used 2026-11-20 17:00  my script"
        assert keys.run(["revoke", key[3:11], *where], screen, clock=clock) == 0
        assert page.find(key) is None
        assert keys.run(["list", *where], screen, clock=clock) == 0
    assert screen.said()[4] == "No program has a key. Make one with: keys add NAME"


@pytest.mark.parametrize(
    "wrong", [["add"], ["add", "x" * 41], ["add", "a\nb"], ["add", "x", "--days", "0"], ["revoke"], ["revoke", "x"]]
)
def test_what_cannot_be_is_one_plain_sentence(tmp_path: Path, screen: Screen, wrong: list[str]) -> None:
    idle_place(tmp_path)
    with pytest.raises(ConfigError):
        keys.run([*wrong, "--data-dir", str(tmp_path)], screen, clock=MovedClock())
    assert screen.said() == []


def test_a_name_is_given_once(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    keys.run(["add", "x", "--data-dir", str(tmp_path)], screen, clock=MovedClock())
    with pytest.raises(ConfigError, match="already"):
        keys.run(["add", "x", "--data-dir", str(tmp_path)], screen, clock=MovedClock())
