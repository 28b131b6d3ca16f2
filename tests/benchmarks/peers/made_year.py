"""The data that every engine plays: a seeded walk in whole cents, a bar in each of 390 minutes a day.

Whole cents, so that averages are exact however an engine adds them up: otherwise engines differ by float residue.
"""

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

MINUTES = 390
SHORT, LONG = 20, 50
SHARES = 10
CASH = 1_500_000
FIRST = datetime(2023, 1, 3, tzinfo=UTC)


def write_year(path: Path, sessions: list[tuple[int, int]], *, seed: int = 3) -> None:
    """Write a file of the form that replays and backtests read. sessions: open and close, epoch seconds."""
    chance, cents = random.Random(seed), 1_000_000
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["symbol", "timestamp", "open", "high", "low", "close", "volume"])
        for start, end in sessions:
            for ts in range(start, end, 60):
                opened = cents + chance.randint(-3, 3)
                cents = max(1_000, opened + chance.randint(-8, 8))
                high, low = max(opened, cents) + chance.randint(0, 4), min(opened, cents) - chance.randint(0, 4)
                time = datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                writer.writerow(
                    ["SPY", time, *(value / 100 for value in (opened, high, low, cents)), chance.randint(100, 9_999)]
                )


def read_year(path: Path) -> list[tuple[datetime, float, float, float, float, float]]:
    """Return the bars."""
    with path.open() as file:
        rows = list(csv.reader(file))[1:]
    return [(datetime.fromisoformat(row[1]), *map(float, row[2:])) for row in rows]


def minute_of(moment: datetime) -> str:
    """Return the minute in which something traded, as every engine's round trips tell it."""
    return (moment + timedelta(0)).strftime("%Y-%m-%dT%H:%M")
