"""A whole day through the engine's own sockets, real where there is one, with faults at random on every line of it."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from orchestra.verification.session_files import files_in
from orchestra.verification.verify import verify_session
from tests.faults.tally import Plan, Tally
from tests.journeys.faulty_day import Day, one_day, play
from tests.journeys.made_days import TWO_DAYS, Recorded, write_days

RECORDED_DAYS = "AUTOTRADER_TEST_DATA"
SOURCE, REAL_DAY, TICKERS = "spy_2023", "2023-08-03", ("SPY",)
MADE = (Recorded("FULL"), Recorded("HALF", traded=0.5))
CHANCE = 0.04

# On what, which kind, how often at most. A lost message costs two seconds of waiting, so few of them.
ON_STREAMS = (
    ("data", "drop", 1),
    ("data", "duplicate", 3),
    ("data", "reorder", 1),
    ("data", "disconnect", 1),
    ("data", "mute", 1),
    ("orders", "drop", 1),
    ("orders", "duplicate", 3),
    ("orders", "reorder", 1),
    ("orders", "unknown_status", 1),
    ("orders", "disconnect", 1),
    ("orders", "mute", 1),
    ("orders", "half_open", 1),
)
# Timeouts before acceptance and after it, answers that say nothing or something else.
ON_REQUESTS = tuple(
    ("rest", kind, 2)
    for kind in (
        *("drop_request", "drop_answer", "reset", "truncated", "html", "delay_answer", "delay_acceptance"),
        *("status_429", "status_500", "status_503", "status_504"),
    )
)
ON_BARS = tuple(
    ("data", kind, 3) for kind in ("drop", "duplicate", "reorder", "late", "correct", "null_bar", "bad_bar")
)
FAULTS_A_DAY = 9


@dataclass(frozen=True, slots=True)
class Bars:
    """One day's file and what is traded of it."""

    file: Path
    tickers: tuple[str, ...]


def day(plan: Plan) -> Tally:
    """Replay a day with faults on streams and requests; it ends with the fills of the clean day (F8, F9)."""
    tally = Tally("whole days, streams and requests struck", "day")
    return _days(plan, tally, (*ON_STREAMS, *ON_REQUESTS), _real_day(plan.folder))


def bars(plan: Plan) -> Tally:
    """Replay a day with late, missing, repeated, corrected and impossible bars; decisions are the clean day's (F10)."""
    return _days(plan, Tally("F10 bars", "bars"), ON_BARS, _made_day(plan.folder, plan.seed))


def _days(plan: Plan, tally: Tally, kinds: tuple[tuple[str, str, int], ...], chosen: Bars) -> Tally:
    clean = play(plan.folder / "clean", chosen.file, chosen.tickers, [])
    for seed in range(plan.seed, plan.seed + plan.runs):
        folder = plan.folder / f"day-{seed}"
        faults = _faults(kinds, Random(seed))
        struck = play(folder, chosen.file, chosen.tickers, faults)
        tally.add(seed, _differences(clean, struck, folder), injected=sum(struck.hits))
        for fault, hits in zip(faults, struck.hits, strict=True):
            tally.note(f"{fault['on']} {fault['kind']}", hits)
        shutil.rmtree(folder)
    tally.note("fills of the clean day", len(clean.fills))
    return tally


def _faults(kinds: tuple[tuple[str, str, int], ...], chance: Random) -> list[dict[str, Any]]:
    chosen = chance.sample(kinds, min(FAULTS_A_DAY, len(kinds)))
    return [_fault(on, kind, times, chance) for on, kind, times in chosen]


def _fault(on: str, kind: str, times: int, chance: Random) -> dict[str, Any]:
    fault: dict[str, Any] = {"on": on, "kind": kind, "times": times, "probability": CHANCE}
    fault["seed"] = chance.randrange(1_000_000)
    if kind in ("mute", "half_open", "delay_answer"):
        fault["seconds"] = 1
    if kind == "delay_acceptance":
        fault |= {"path": "/v2/orders", "method": "POST", "seconds": chance.randrange(60, 240)}
    if on == "rest" and kind != "delay_acceptance" and chance.random() < 0.5:
        fault |= {"path": "/v2/orders"}
    return fault


def _differences(clean: Day, struck: Day, folder: Path) -> list[str]:
    found = []
    for what in ("fills", "decisions", "bars"):
        mine, theirs = getattr(struck, what), getattr(clean, what)
        if mine != theirs:
            other = next((pair for pair in zip(mine, theirs, strict=False) if pair[0] != pair[1]), None)
            found.append(f"V3 {what} are not the clean day's: {len(mine)} against {len(theirs)}, first {other}")
    return found + verified(folder)


def verified(folder: Path, *, install: str = "faults") -> list[str]:
    """Return what the program's own checker of sessions says; the engine alone keeps no name of its installation."""
    with closing(sqlite3.connect(folder / "system.db")) as connection, connection:
        connection.execute("INSERT OR IGNORE INTO settings(key, value) VALUES ('install', ?)", (install,))
    return [f"{finding.invariant} {finding.sentence}" for finding in verify_session(files_in(folder)).findings]


def _real_day(folder: Path) -> Bars:
    """Return a recorded day where there is one, else a made-up one."""
    kept = os.environ.get(RECORDED_DAYS)
    if not kept or not Path(kept).is_dir():
        return _made_day(folder, 11)
    recorded = Path(kept) / "equity_1min" / f"{SOURCE}.csv.gz"
    return Bars(one_day(recorded, folder / f"{SOURCE}.csv", REAL_DAY), TICKERS)


def _made_day(folder: Path, seed: int) -> Bars:
    file = write_days(folder / "made.csv", TWO_DAYS[:1], MADE, seed=seed)
    return Bars(file, tuple(recorded.symbol for recorded in MADE))
