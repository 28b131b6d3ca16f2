"""The machine: Python, SQLite, packages, the clock.

In: what the machine says of itself. Out: diagnoses. Thread: main.
"""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well

OLDEST_PYTHON = (3, 11)
# Upserts and RETURNING: what the databases are written with.
OLDEST_SQLITE = (3, 35, 0)
WAIT_SECONDS = 5.0
SET_UP = "run ./start_autotrader.sh, which installs what is missing"


def installed_version(package: str) -> str | None:
    """Return the version of an installed package, None when it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def is_clock_synchronised() -> bool | None:
    """Return whether systemd says that the clock follows a time server; None where nobody can say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked of the machine; a test asks another one."""

    python: tuple[int, ...] = tuple(sys.version_info[:3])
    sqlite: tuple[int, ...] = sqlite3.sqlite_version_info
    version_of: Callable[[str], str | None] = installed_version
    is_synchronised: Callable[[], bool | None] = is_clock_synchronised


def examine_machine(machine: Machine, root: Path) -> Diagnoses:
    """Yield how the machine is; root: the project."""
    yield _version("Python", machine.python, OLDEST_PYTHON)
    yield _version("SQLite", machine.sqlite, OLDEST_SQLITE)
    yield _packages(machine, root / "requirements.txt")
    yield _clock(machine.is_synchronised())


def _version(what: str, found: tuple[int, ...], oldest: tuple[int, ...]) -> Diagnosis:
    told = ".".join(map(str, found))
    if found < oldest:
        wanted = ".".join(map(str, oldest))
        return bad(what, f"version {told} is too old", f"install {wanted} or newer, then {SET_UP}")
    return well(what, f"version {told}")


def _packages(machine: Machine, requirements: Path) -> Diagnosis:
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return doubtful("packages", f"{requirements} cannot be read", "fetch the program again")
    pinned = [line.partition("==") for line in lines if "==" in line and not line.startswith("#")]
    missing = [name for name, _, _ in pinned if machine.version_of(name) is None]
    if missing:
        return bad("packages", f"{', '.join(missing)} not installed", SET_UP)
    other = [f"{name} {machine.version_of(name)}" for name, _, pin in pinned if machine.version_of(name) != pin.strip()]
    if other:
        return doubtful("packages", f"another version than was tested of {', '.join(other)}", SET_UP)
    return well("packages", f"all {len(pinned)} as tested")


def _clock(is_synchronised: bool | None) -> Diagnosis:
    if is_synchronised is None:
        return doubtful(
            "clock", "nobody here says whether it follows a time server", "see that one is set, such as chrony"
        )
    if is_synchronised:
        return well("clock", "follows a time server")
    advice = "run 'sudo timedatectl set-ntp true'; nothing is bought while it is more than 2 seconds off"
    return doubtful("clock", "does not follow a time server", advice)
