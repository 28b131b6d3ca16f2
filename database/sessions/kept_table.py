"""The table of sessions in a small file, so that only the first start loads the library that makes it, and pandas.

In: a folder, the version of the rules, how to make the table. Out: the table. Thread: any; processes may race, the
last one to finish a whole file wins, and all write the same.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from database.sessions.exchange_table import SessionRow


def kept_table(path: Path, make: Callable[[], Sequence[SessionRow]]) -> Sequence[SessionRow]:
    """Return the table in the file; one that is missing or damaged is made and, where that is allowed, kept."""
    kept = _read(path)
    if kept is not None:
        return kept
    rows = make()
    # In a folder that cannot be written every start makes the table anew: slower, nothing else.
    with suppress(OSError):
        _write(path, rows)
    return rows


def _read(path: Path) -> list[SessionRow] | None:
    try:
        digest, _, body = path.read_text(encoding="ascii").partition("\n")
        if digest != _digest(body):
            return None
        rows = [line.split(",") for line in body.splitlines()]
        return [(date.fromisoformat(day), int(opens), int(closes)) for day, opens, closes in rows] or None
    except (OSError, ValueError):
        return None


def _write(path: Path, rows: Sequence[SessionRow]) -> None:
    body = "".join(f"{day.isoformat()},{opens},{closes}\n" for day, opens, closes in rows)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.write_text(f"{_digest(body)}\n{body}", encoding="ascii")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("ascii")).hexdigest()
