"""NOAA's answers about the planetary K-index, in every shape they are known to have; nothing in them is trusted.

In: bytes of `json/planetary_k_index_1m.json` or `products/noaa-planetary-k-index.json` (services.swpc.noaa.gov). Out:
samples, ascending. Thread: any. A list of objects, or a header with rows below; names in any case, numbers or texts, in
any order: the product has changed its shape before, without notice.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from database.bar import MINUTE
from database.errors import MarketDataError
from database.weather.k_index import HIGHEST, Sample, Source

TIME, INDEX, ESTIMATE, THREE_HOURLY = "time_tag", "kp_index", "estimated_kp", "kp"
MOST_ROWS = 1_000_000


def read_answer(answer: bytes) -> list[Sample]:
    """Return the readings that make sense, one a time, the highest where there are more.

    Raises MarketDataError when there is none: then it is no answer at all.
    """
    samples: dict[int, Sample] = {}
    for row in _rows(_decoded(answer)):
        sample = _sample(row)
        if sample is not None:
            known = samples.get(sample.ts)
            samples[sample.ts] = sample if known is None else max(known, sample, key=lambda each: each.value or 0.0)
    if not samples:
        raise MarketDataError("The answer about the K-index holds no reading.")
    return [samples[ts] for ts in sorted(samples)]


def _decoded(answer: bytes) -> list[Any]:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise MarketDataError("The answer about the K-index is no JSON.") from error
    if not isinstance(told, list):
        raise MarketDataError("The answer about the K-index is no list.")
    return told[:MOST_ROWS]


def _rows(told: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Return every row by lower-case names, whether it is an object or stands below a header."""
    names: list[str] = []
    for row in told:
        if isinstance(row, dict):
            yield _named(row.items())
        elif isinstance(row, list) and not names:
            names = [str(name) for name in row]
        elif isinstance(row, list):
            yield _named(zip(names, row, strict=False))


def _named(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name.strip().lower(): value for name, value in pairs}


def _sample(row: Mapping[str, Any]) -> Sample | None:
    """Return the reading of a row, None without a time or an index. The minutes' product has an estimate as well."""
    ts = _seconds(row.get(TIME))
    if ts is None:
        return None
    index, estimate = _index(row.get(INDEX)), _index(row.get(ESTIMATE))
    if index is not None or estimate is not None:
        return Sample(ts, Source.ONE_MINUTE, index, estimate)
    if INDEX in row or ESTIMATE in row:
        return None
    three_hourly = _index(row.get(THREE_HOURLY))
    return None if three_hourly is None else Sample(ts, Source.THREE_HOURS, three_hourly)


def _index(value: Any) -> float | None:
    """Return a number from 0 to 9; anything else is none, also -1, which stands for a missing one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0.0 <= number <= HIGHEST else None


def _seconds(value: Any) -> int | None:
    """Return the whole minute of a time in UTC, as NOAA's times without a zone are."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        ts = int(aware.timestamp()) // MINUTE * MINUTE
    except (ValueError, OverflowError):
        return None
    return ts if ts > 0 else None
