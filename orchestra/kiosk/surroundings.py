"""What the kiosk finds around it: a display, a browser, the port of the page, what the owner prefers.

In: the environment, `.env`, settings.toml, system.db. Out: plain values. Thread: main.
It runs before any package is installed, so it reads for itself what settings.py reads for the program; a test compares.
"""

import json
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 5001
PORT_NAMES = ("AUTOTRADER_PORT", "ELPYFI_PORT", "PORT")
BROWSERS = ("chromium", "chromium-browser")
# What the pointer file says of the folders of the house, as in database/bars/current_directory.py.
HOUSE_FOLDERS = ("", "demo", "paper", "live")
SCALES = (100, 125, 150, 175, 200)
READ_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Session:
    """A graphical session. wayland, x11: the names of its displays, empty for none."""

    wayland: str = ""
    x11: str = ""

    @property
    def is_there(self) -> bool:
        """Say whether there is a display to draw on."""
        return bool(self.wayland or self.x11)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the owner prefers of this display. scale: of the page, None for what fits; screen_off: from and to."""

    scale: float | None = None
    screen_off: tuple[str, str] | None = None
    timezone: str | None = None


def environment() -> dict[str, str]:
    """Return the environment of this process; settings.py, its only reader elsewhere, needs packages."""
    return dict(os.environ)


def session_of(variables: Mapping[str, str]) -> Session:
    """Return the graphical session that the environment names."""
    return Session(variables.get("WAYLAND_DISPLAY", ""), variables.get("DISPLAY", ""))


def browser_on(path: str | None) -> str | None:
    """Return the browser on a search path, None when there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name, path=path))), None)


def port_of(root: Path, variables: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Return the port of the page: an argument, the environment, `.env`, settings.toml, or the usual one."""
    for text in (_argument(arguments), *(_named(source) for source in _sources(root, variables))):
        if text:
            return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else DEFAULT_PORT
    return DEFAULT_PORT


def folder_for(variables: Mapping[str, str]) -> Path:
    """Return where the browser keeps its profile: it survives, and is not in the way."""
    kept = variables.get("XDG_DATA_HOME", "")
    return (Path(kept) if Path(kept).is_absolute() else Path.home() / ".local/share") / "autotrader-kiosk"


def preferences_of(root: Path, arguments: Sequence[str] = ()) -> Preferences:
    """Return what the owner has chosen on the screen; nothing while there is no database, or it cannot be read."""
    path = _system_database(root, arguments)
    if not path.is_file():
        return Preferences()
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=READ_SECONDS)) as connection:
            row = connection.execute("SELECT value FROM settings WHERE key = 'preferences'").fetchone()
        values = json.loads(row[0]) if row else {}
    except (sqlite3.Error, ValueError, TypeError):
        return Preferences()
    return _read(values) if isinstance(values, dict) else Preferences()


def _read(values: Mapping[str, object]) -> Preferences:
    scale, hours, zone = values.get("scale"), values.get("screen_off"), values.get("timezone")
    times = (hours.get("from"), hours.get("to")) if isinstance(hours, dict) else (None, None)
    are_times = isinstance(times[0], str) and isinstance(times[1], str)
    return Preferences(
        scale=scale / 100 if isinstance(scale, int) and scale in SCALES else None,
        screen_off=(str(times[0]), str(times[1])) if are_times else None,
        timezone=zone if isinstance(zone, str) else None,
    )


def _system_database(root: Path, arguments: Sequence[str]) -> Path:
    """Return the database of the run: the one named, else the one in use."""
    named = _argument(arguments, "--data-dir")
    if not named:
        try:
            named = (root / "system_databse/.data_dir").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            named = ""
        if named in HOUSE_FOLDERS:
            return root / "system_databse" / named / "system.db"
    return Path(named) / "system.db"


def _argument(arguments: Sequence[str], name: str = "--port") -> str:
    """Return the value of an option of the program, empty for none."""
    for index, word in enumerate(arguments):
        if word == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _sources(root: Path, variables: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    return variables, _env_file(root / ".env"), _toml_file(root / "settings.toml")


def _named(source: Mapping[str, str]) -> str:
    known = {name.upper(): value for name, value in source.items()}
    return next((known[name] for name in PORT_NAMES if known.get(name)), "")


def _env_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    for line in lines:
        name, mark, value = line.strip().removeprefix("export ").partition("=")
        if mark and not name.startswith("#"):
            found[name.strip()] = value.partition(" #")[0].strip().strip("'\"")
    return found


def _toml_file(path: Path) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError):
        return {}
