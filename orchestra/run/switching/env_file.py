"""`.env` written anew: some names set or taken out, everything else as the owner left it.

In: the file, values by name. Out: the file, readable by its owner only, whole or as before. Thread: any, one at a time.
"""

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from database.errors import ConfigError

OWNER_ONLY = 0o600
SETTING = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


def rewritten(text: str, values: Mapping[str, str | None], *, dropped: Collection[str] = ()) -> str:
    """Return the text with those values set where they stood, or at the end; None takes a name out.

    dropped: further names to take out, other spellings of the same settings. Names are told apart as the settings do,
    whatever their case.
    """
    left = {name.upper(): value for name, value in values.items()}
    gone = set(left) | {name.upper() for name in dropped}
    lines = []
    for line in text.splitlines():
        match = SETTING.match(line)
        name = match[1].upper() if match else None
        if name not in gone:
            lines.append(line)
        elif name in left and left[name] is not None:
            lines.append(f"{name}={left.pop(name)}")
    lines += [f"{name}={value}" for name, value in left.items() if value is not None]
    return "".join(f"{line}\n" for line in lines)


def read(path: Path) -> str:
    """Return what the file says, nothing for one that is missing; raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: correct its permissions, or what it says.") from error


def write(path: Path, text: str) -> None:
    """Put the text in the file's place; raises ConfigError, and has then changed nothing.

    A service may write this one file and not its folder: there it is written in place.
    """
    try:
        _replace(path, text)
    except OSError as error:
        try:
            _overwrite(path, text)
        except OSError:
            raise ConfigError(
                f"{path} cannot be written ({error.strerror}): give its owner the right, or, for a service, "
                "run 'sudo ./start_autotrader.sh service --install' again."
            ) from error


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        _fill(file, text)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _overwrite(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    os.fchmod(file, OWNER_ONLY)
    os.ftruncate(file, 0)
    _fill(file, text)


def _fill(file: int, text: str) -> None:
    with os.fdopen(file, "wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
