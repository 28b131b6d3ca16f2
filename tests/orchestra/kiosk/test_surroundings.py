"""What the kiosk reads without any package is what the program reads with them."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orchestra.kiosk.surroundings import Preferences, folder_for, port_of, preferences_of, session_of
from orchestra.run.data_directory import in_use
from orchestra.runtime.settings import load_settings
from tests.source_tree import ROOT


@pytest.mark.parametrize(
    ("variables", "env", "toml"),
    [
        ({}, "", ""),
        ({}, "", "port = 5010\n"),
        ({}, "AUTOTRADER_PORT=5011\n", "port = 5010\n"),
        ({}, "export PORT='5012' # why\n#PORT=1\n", ""),
        ({}, 'ELPYFI_PORT="5013"\n', ""),
        ({"PORT": "5014"}, "AUTOTRADER_PORT=5011\n", "port = 5010\n"),
        ({"PORT": "5014", "AUTOTRADER_PORT": "5015"}, "", ""),
        ({"AUTOTRADER_PORT": ""}, "AUTOTRADER_PORT=5011\n", ""),
        ({"autotrader_port": "5016"}, "", ""),
        ({}, "", "AUTOTRADER_PORT = 5017\n"),
    ],
)
def test_the_port_is_the_one_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], env: str, toml: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".env").write_text(env, encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    (tmp_path / "settings.toml").write_text(toml, encoding="utf-8")
    assert port_of(tmp_path, variables, []) == load_settings(tmp_path).port


@pytest.mark.parametrize(
    ("arguments", "port"),
    [(["--port", "5020"], 5020), (["--seed", "7", "--port=5021"], 5021), (["--port"], 5001), (["--port", "x"], 5001)],
)
def test_the_port_of_an_argument_stands_above_all(tmp_path: Path, arguments: list[str], port: int) -> None:
    assert port_of(tmp_path, {}, arguments) == port


def database(path: Path, preferences: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT)")
        connection.execute("INSERT INTO settings VALUES('preferences', ?)", (preferences,))
        connection.commit()


@pytest.mark.parametrize("pointer", [None, "", "demo", "elsewhere"])
def test_preferences_are_read_where_the_program_keeps_them(tmp_path: Path, pointer: str | None) -> None:
    (tmp_path / "system_databse").mkdir()
    if pointer is not None:
        named = str(tmp_path / pointer) if pointer == "elsewhere" else pointer
        (tmp_path / "system_databse/.data_dir").write_text(named, encoding="utf-8")
    hours = {"from": "22:00", "to": "06:30"}
    database(in_use(tmp_path).system, json.dumps({"scale": 150, "screen_off": hours, "timezone": "Europe/Berlin"}))
    assert preferences_of(tmp_path) == Preferences(1.5, ("22:00", "06:30"), "Europe/Berlin")


@pytest.mark.parametrize("text", ["", "[]", "null", '{"scale": 133, "screen_off": ["22:00"], "timezone": 3}'])
def test_what_cannot_be_preferred_is_not(tmp_path: Path, text: str) -> None:
    database(tmp_path / "run/system.db", text)
    assert preferences_of(tmp_path, ["--data-dir", str(tmp_path / "run")]) == Preferences()
    assert preferences_of(tmp_path / "nowhere") == Preferences()


def test_a_session_is_known_by_its_displays() -> None:
    assert not session_of({}).is_there
    assert session_of({"DISPLAY": ":0"}).is_there
    assert session_of({"WAYLAND_DISPLAY": "wayland-0"}).wayland == "wayland-0"


def test_the_profile_survives_and_is_out_of_the_way() -> None:
    assert folder_for({"XDG_DATA_HOME": "/srv/data"}) == Path("/srv/data/autotrader-kiosk")
    assert folder_for({"XDG_DATA_HOME": "odd"}) == Path.home() / ".local/share/autotrader-kiosk"


def test_the_kiosk_runs_without_a_single_package() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import orchestra.kiosk.__main__;"
        "sys.exit(any('site-packages' in str(getattr(each, '__file__', '')) for each in list(sys.modules.values())))"
    )
    command = [sys.executable, "-I", "-S", "-c", script, str(ROOT)]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
