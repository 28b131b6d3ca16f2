"""Whatever the streams do, a day leaves the bars and fills of a clean one (reliability campaign F9 and F10)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.faulty_day import one_day, play
from tests.journeys.made_days import TWO_DAYS, Recorded, write_days

RECORDED = ("spy_2023", "2023-08-03", ("SPY",))
MADE = (Recorded("FULL"), Recorded("HALF", traded=0.5))
MADE_SEED = 11
HISTORY = 40


def now_and_then(on: str, kind: str, times: int, seed: int, **more: Any) -> dict[str, Any]:
    """Return a fault that strikes here and there over the day; each lost message costs two seconds of waiting."""
    return {"on": on, "kind": kind, "times": times, "probability": 0.04, "seed": seed} | more


ON_MESSAGES = [
    now_and_then("data", "drop", 1, 1),
    now_and_then("data", "duplicate", 3, 2),
    now_and_then("data", "reorder", 1, 3),
    now_and_then("data", "late", 1, 4),
    now_and_then("data", "correct", 3, 5),
    now_and_then("data", "null_bar", 2, 6),
    now_and_then("data", "bad_bar", 4, 7),
    now_and_then("orders", "drop", 1, 8),
    now_and_then("orders", "duplicate", 3, 9),
    now_and_then("orders", "reorder", 1, 10),
    now_and_then("orders", "unknown_status", 2, 11),
]
ON_CONNECTIONS = [
    now_and_then("data", "disconnect", 1, 12),
    {"on": "data", "kind": "refuse_406", "times": 1, "probability": 0.6, "seed": 3},
    now_and_then("data", "mute", 1, 13, seconds=1),
    now_and_then("data", "half_open", 1, 14, seconds=3),
    now_and_then("orders", "disconnect", 1, 15),
    now_and_then("orders", "mute", 1, 16, seconds=1),
    now_and_then("orders", "half_open", 1, 17, seconds=3),
]


def made_day(folder: Path) -> tuple[Path, tuple[str, ...]]:
    file = write_days(folder / "made.csv", TWO_DAYS[:1], MADE, seed=MADE_SEED)
    return file, tuple(recorded.symbol for recorded in MADE)


def recorded_day(folder: Path, request: pytest.FixtureRequest) -> tuple[Path, tuple[str, ...]]:
    """Return a real day where there is one, else a made-up one: the connections have to be struck in any case."""
    if not os.environ.get("AUTOTRADER_TEST_DATA"):
        return made_day(folder)
    recorded_days: Path = request.getfixturevalue("recorded_days")
    source, day, symbols = RECORDED
    return one_day(recorded_days / "equity_1min" / f"{source}.csv.gz", folder / f"{source}.csv", day), symbols


@pytest.mark.requirement("S2-35", "S2-36", "S2-75")
def test_struck_messages_leave_the_bars_and_fills_of_a_clean_day(tmp_path: Path) -> None:
    assert_harmless(tmp_path, *made_day(tmp_path), ON_MESSAGES)


@pytest.mark.requirement("S2-49", "S2-60")
def test_struck_connections_leave_the_bars_and_fills_of_a_clean_day(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert_harmless(tmp_path, *recorded_day(tmp_path, request), ON_CONNECTIONS)


def assert_harmless(folder: Path, file: Path, tickers: Sequence[str], faults: Sequence[dict[str, Any]]) -> None:
    """Play the day clean and struck. Source and revision of a bar may differ, as may how a fill became known."""
    clean = play(folder / "clean", file, tickers, [])
    struck = play(folder / "struck", file, tickers, faults)
    assert all(struck.hits), dict(zip([fault["kind"] for fault in faults], struck.hits, strict=True))
    assert HISTORY in struck.sources
    assert len(clean.fills) > 40 * len(tickers)
    assert struck.bars == clean.bars
    assert struck.fills == clean.fills
    assert struck.decisions == clean.decisions
    assert struck.gaps == clean.gaps == []
