"""The gauges that a running program notes down every hour, read back: how much memory it needed when.

In: the log, the events of system.db. Out: gauges, oldest first. Thread: main.
A gauge is a log line `... - INFO - Gauges: rss_mb=88.1 threads=12`, or an event of type `gauges` with such figures.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import median

LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ - [A-Z]+ - [Gg]auges:? (.*)")
FIGURE = re.compile(r"\b(rss_mb|rss_kb|rss_bytes|rss)\W{1,4}([0-9]+(?:\.[0-9]+)?)")
A_MEGABYTE = {"rss_mb": 1.0, "rss_kb": 1024.0, "rss_bytes": 1024.0**2, "rss": 1024.0**2}
MOST_GAUGES = 500


@dataclass(frozen=True, slots=True, order=True)
class Gauge:
    """How much memory was used. at: epoch seconds."""

    at: float
    megabytes: float


def gauges_of(logs: Path, system: Path) -> list[Gauge]:
    """Return the newest gauges, oldest first; none where nothing was noted down."""
    return sorted({*_logged(logs), *_stored(system)})[-MOST_GAUGES:]


def memory_slope(gauges: Sequence[Gauge]) -> float:
    """Return megabytes a second: the median of all slopes between two gauges, which a single step does not bend.

    Source: the Theil-Sen estimator.
    """
    slopes = [
        (later.megabytes - earlier.megabytes) / (later.at - earlier.at)
        for earlier, later in combinations(gauges, 2)
        if later.at > earlier.at
    ]
    return median(slopes) if slopes else 0.0


def _logged(logs: Path) -> Iterator[Gauge]:
    for path in sorted(logs.glob("*.log*")) if logs.is_dir() else []:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for when, figures in LINE.findall(text):
            # The log tells the machine's own time; only distances matter here.
            at = datetime.strptime(when, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            yield from _gauge(at, figures)


def _stored(system: Path) -> Iterator[Gauge]:
    if not system.exists():
        return
    try:
        with closing(sqlite3.connect(f"{system.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT ts, data FROM events WHERE type = 'gauges'").fetchall()
    except sqlite3.Error:
        return
    for when, data in rows:
        try:
            yield from _gauge(datetime.fromisoformat(when), json.dumps(json.loads(data)))
        except ValueError:
            continue


def _gauge(at: datetime, figures: str) -> Iterator[Gauge]:
    found = FIGURE.search(figures)
    if found:
        yield Gauge(at.timestamp(), float(found[2]) / A_MEGABYTE[found[1]])
