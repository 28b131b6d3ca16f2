"""`.env` written anew: what is ours changes, everything else stays, and nobody else can read it."""

import stat
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.run.settings_sources import env_file_values
from orchestra.run.switching import env_file
from orchestra.run.switching.env_file import rewritten

OWN = "# Mine.\nAUTOTRADER_PORT=5005\n\nALPACA_API_KEY=old\nOTHER='a b'\n"


def test_a_value_is_set_where_it_stood_and_the_rest_stays() -> None:
    assert rewritten(OWN, {"ALPACA_API_KEY": "new"}) == OWN.replace("=old", "=new")


def test_what_was_not_there_comes_last_and_none_takes_a_name_out() -> None:
    text = rewritten(OWN, {"APP_MODE": "PAPER", "ALPACA_API_KEY": None, "LIVE_CONFIRM": None})
    assert text == "# Mine.\nAUTOTRADER_PORT=5005\n\nOTHER='a b'\nAPP_MODE=PAPER\n"


@pytest.mark.parametrize("line", ["apca_api_key_id=older", "export APCA_API_KEY_ID = older", "  APCA_API_KEY_ID=older"])
def test_other_spellings_of_the_same_setting_go(line: str) -> None:
    text = rewritten(f"{line}\n{OWN}", {"ALPACA_API_KEY": "new"}, dropped=["APCA_API_KEY_ID"])
    assert "older" not in text
    assert text.count("ALPACA_API_KEY=new") == 1


def test_a_name_that_stands_twice_stands_once_afterwards() -> None:
    assert rewritten("A=1\nB=2\nA=3\n", {"A": "4"}) == "A=4\nB=2\n"


def test_a_comment_that_names_a_setting_is_a_comment() -> None:
    assert rewritten("# A=1\n", {"A": "2"}) == "# A=1\nA=2\n"


def test_the_file_is_its_owners_alone_and_read_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(0o644)
    env_file.write(path, rewritten(OWN, {"ALPACA_SECRET_KEY": "a+b/c=="}))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert env_file_values(path)["ALPACA_SECRET_KEY"] == "a+b/c=="
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_where_only_the_file_may_be_written_it_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".env"
    path.write_text(OWN, encoding="utf-8")
    number = path.stat().st_ino

    def no_new_file(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(env_file, "_replace", no_new_file)
    env_file.write(path, "A=1\n")
    assert path.read_text(encoding="utf-8") == "A=1\n"
    assert path.stat().st_ino == number
    with pytest.raises(ConfigError, match="cannot be written"):
        env_file.write(tmp_path / "missing" / ".env", "A=1\n")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        env_file.read(tmp_path / ".env")
    assert env_file.read(tmp_path / "none") == ""
