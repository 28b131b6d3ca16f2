"""Made-up trading days: a seeded walk of minute bars, sparse where asked, with rows outside the session too."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

HEADER = "symbol,timestamp,open,high,low,close,volume\n"
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = 60
# Two ordinary days; around each clock change of 2024 a Friday and a Monday; the half day after Thanksgiving.
TWO_DAYS = (date(2024, 6, 11), date(2024, 6, 12))
SPRING = (date(2024, 3, 8), date(2024, 3, 11))
AUTUMN = (date(2024, 11, 1), date(2024, 11, 4))
HALF_DAY = (date(2024, 11, 27), date(2024, 11, 29))
SHORT_DAYS = {date(2024, 11, 29)}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One symbol's recording. traded: share of minutes that have a bar; extended: rows from 08:00 to 18:00 too."""

    symbol: str
    traded: float = 1.0
    start_units: int = 500_000
    is_extended: bool = False


def session(day: date) -> tuple[int, int]:
    """Return open and close of a New York session, epoch seconds."""
    closes = time(13) if day in SHORT_DAYS else time(16)
    return _epoch(day, time(9, 30)), _epoch(day, closes)


def write_days(path: Path, days: tuple[date, ...], symbols: tuple[Recorded, ...], *, seed: int) -> Path:
    """Write one replay file; equal arguments write an equal file."""
    lines = [line for recorded in symbols for line in _lines(recorded, days, random.Random(f"{seed} {recorded}"))]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def iso(ts: int) -> str:
    """Return the minute as the files write it."""
    return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(recorded: Recorded, days: tuple[date, ...], chance: random.Random) -> list[str]:
    units, lines = recorded.start_units, []
    for day in days:
        first, last = session(day)
        if recorded.is_extended:
            first, last = _epoch(day, time(8)), _epoch(day, time(18))
        for ts in range(first, last, MINUTE):
            opened = units + chance.randint(-150, 150)
            units = opened + chance.randint(-900, 900)
            if chance.random() < recorded.traded:
                lines.append(_line(recorded.symbol, ts, opened, units))
    return lines


def _line(symbol: str, ts: int, opened: int, closed: int) -> str:
    prices = (opened, max(opened, closed) + 50, min(opened, closed) - 50, closed)
    return f"{symbol},{iso(ts)},{','.join(f'{price / 10_000:.4f}' for price in prices)},100\n"


def _epoch(day: date, at: time) -> int:
    return int(datetime.combine(day, at, NEW_YORK).timestamp())
