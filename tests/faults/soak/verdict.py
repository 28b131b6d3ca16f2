"""Whether gauges grow: Theil and Sen's slope, which steps do not fool, and the interval a bootstrap gives it."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from statistics import median
from typing import Any

from tests.faults.soak.gauges import LOG_LIMIT_BYTES, Sample

SLOPE_LIMIT = 1_000.0  # bytes a simulated minute: less than 1.5 MB a day
UPPER_LIMIT = 3_000.0
RESAMPLED = 200
CONFIDENCE = 0.95
GROWN_BYTES, GROWN_BLOCKS = 100_000, 50
LONG_MINUTES = 7_800
# A table may have as many rows more as the market brought minutes, decisions and orders; these may have none.
FIXED_TABLES = ("algorithms", "settings", "baseline", "workers", "outbox", "pdt_tracking")

Point = tuple[float, float]


def slope(points: Sequence[Point]) -> float:
    """Return the median of the slopes of all pairs (Theil 1950, Sen 1968)."""
    return median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x1 != x2)


def upper_end(points: Sequence[Point], chance: Random) -> float:
    """Return the upper end of the slope's bootstrap interval."""
    slopes = []
    for _ in range(RESAMPLED):
        drawn = [chance.choice(points) for _ in points]
        if len({x for x, _ in drawn}) > 1:
            slopes.append(slope(drawn))
    return sorted(slopes)[int(len(slopes) * (1 + CONFIDENCE) / 2) - 1]


def memory_grows(samples: Sequence[Sample], chance: Random) -> Iterator[str]:
    """Judge resident memory; a few hundred minutes are too few to tell a slope from noise."""
    points = [(float(one.minute), float(one.resident_bytes)) for one in samples]
    measured, upper = slope(points), upper_end(points, chance)
    if measured > SLOPE_LIMIT or upper > UPPER_LIMIT:
        yield f"memory grows by {measured:.0f} bytes a minute (at most {upper:.0f}), {SLOPE_LIMIT:.0f} are allowed"


def counts_grow(samples: Sequence[Sample]) -> Iterator[str]:
    """Judge threads, files, the log and the tables that have nothing to do with how long the run is."""
    first, last = samples[0], samples[-1]
    if last.threads > first.threads:
        yield f"threads: {first.threads} after the warm-up, {last.threads} at the end"
    for kind in sorted(first.files.keys() | last.files.keys()):
        before, after = first.files.get(kind, 0), last.files.get(kind, 0)
        if after > before:
            yield f"open files ({kind}): {before} after the warm-up, {after} at the end"
    if (log := max(one.log_bytes for one in samples)) > LOG_LIMIT_BYTES:
        yield f"a write-ahead log of {log} bytes"
    for table in FIXED_TABLES:
        if last.rows.get(table, 0) > first.rows.get(table, 0):
            yield f"table {table}: {first.rows.get(table, 0)} rows after the warm-up, {last.rows[table]} at the end"


def lines_grow(grown: Sequence[dict[str, Any]], minutes: int, *, declared: Sequence[str]) -> Iterator[str]:
    """Judge what single lines of code hold on to; declared: parts of lines that may.

    A run too short for the limit of thirty days gets the part of it that it can reach.
    """
    limit = min(GROWN_BYTES, max(GROWN_BYTES // 2, GROWN_BYTES * minutes // LONG_MINUTES))
    for one in grown:
        is_declared = any(part in one["line"] for part in declared)
        if one["bytes"] > limit and one["blocks"] > GROWN_BLOCKS and not is_declared:
            yield f"{one['line']} holds {one['bytes']} bytes more in {one['blocks']} blocks"
