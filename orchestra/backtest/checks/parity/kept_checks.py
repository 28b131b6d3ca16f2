"""The checks of past evenings: one JSON file a day, below the logs, kept for a little more than a year.

In: a check as JSON values. Out: a file that is there whole or not at all. Thread: any.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from database.errors import StorageError

FOLDER = "parity"
KEPT_DAYS = 400


def file_of(logs: Path, day: date) -> Path:
    """Return where the check of a day is kept."""
    return logs / FOLDER / f"{day.isoformat()}.json"


def write_check(path: Path, values: Mapping[str, Any]) -> None:
    """Write a check, replacing an older one as a whole; raises StorageError when it cannot be written."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} could not be written ({error.strerror}): make room or choose another file."
        ) from error


def forget_old(logs: Path, today: date) -> None:
    """Remove checks of days longer ago than KEPT_DAYS; what is no check of ours is left alone."""
    oldest = today - timedelta(days=KEPT_DAYS)
    for path in (logs / FOLDER).glob("*.json"):
        with suppress(ValueError, OSError):
            if date.fromisoformat(path.stem) < oldest:
                path.unlink()
