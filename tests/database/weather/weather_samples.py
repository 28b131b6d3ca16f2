"""Readings of the K-index to order, and NOAA's two products as bytes."""

import csv
import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from database.timestamps import iso_minute
from database.weather.k_index import Sample, Source


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def minute(text: str, estimate: float, *, fetched: str | None = None) -> Sample:
    return Sample(at(text), Source.ONE_MINUTE, round(estimate), estimate, None if fetched is None else at(fetched))


def three_hours(text: str, kp: float) -> Sample:
    return Sample(at(text), Source.THREE_HOURS, kp)


def recorded_kp(folder: Path, first: str, last: str) -> list[tuple[str, float]]:
    """Return the planetary index of the recorded days, three-hourly: first <= time < last."""
    with gzip.open(folder / "geomagnetic" / "kp_3hourly.csv.gz", "rt", encoding="utf-8") as file:
        return [
            (row["timestamp"], float(row["kp"])) for row in csv.DictReader(file) if first <= row["timestamp"] < last
        ]


def as_objects(readings: Iterable[tuple[str, float]]) -> bytes:
    """Return the three-hour product as NOAA sends it since 2026."""
    return json.dumps(
        [{"time_tag": text.removesuffix("Z"), "Kp": kp, "a_running": 48, "station_count": 8} for text, kp in readings]
    ).encode()


def as_rows(readings: Iterable[tuple[str, float]]) -> bytes:
    """Return the three-hour product as NOAA sent it before: a header, and texts below."""
    rows: list[list[Any]] = [["time_tag", "Kp", "a_running", "station_count"]]
    rows += [[text.removesuffix("Z").replace("T", " ") + ".000", f"{kp:.2f}", "48", "8"] for text, kp in readings]
    return json.dumps(rows).encode()


def as_minutes(samples: Iterable[tuple[int, float]]) -> bytes:
    """Return the one-minute product."""
    return json.dumps(
        [
            {"time_tag": iso_minute(ts).removesuffix("Z"), "kp_index": int(k), "estimated_kp": k, "kp": "5P"}
            for ts, k in samples
        ]
    ).encode()
