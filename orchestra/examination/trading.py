"""What was traded last: is there a halt, do books and account agree, does the program grow.

In: system.db, door.db and the log of a directory that may be in use. Out: diagnoses. Thread: main.
"""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from database.timestamps import parse_iso
from orchestra.examination.gauges import gauges_of, memory_slope
from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well
from orchestra.run.data_directory import DataDirectory

DAY_SECONDS = 86_400.0
# A machine with 1 GB lives with this for a month.
STEEPEST_MB_A_DAY = 20.0
FEWEST_GAUGES = 6
LAST_RUN = "SELECT at, result FROM recon_runs ORDER BY id DESC LIMIT 1"
LAST_CLEAN = "SELECT at FROM recon_runs WHERE result = 'clean' ORDER BY id DESC LIMIT 1"


def examine_trading(where: DataDirectory, *, now: datetime, is_market_real: bool) -> Diagnoses:
    """Yield how trading stands; is_market_real: the market's time is the machine's."""
    yield _halt(where.door)
    yield _reconciliation(where.system, now if is_market_real else None)
    yield _growth(where)


def _halt(door: Path) -> Diagnosis:
    rows = _rows(door, "SELECT value FROM control WHERE key = 'halt'")
    if rows is None:
        return well("halt", "no halt is stored")
    if not rows:
        return well("halt", "trading is not halted")
    try:
        kept = json.loads(rows[0][0])
        told = f"halted since {kept['at']} by {kept['by']}"
    except (ValueError, KeyError, TypeError):
        told = "halted by an earlier run"
    return doubtful("halt", f"nothing is bought, {told}", "resume with the PIN once it is safe")


def _reconciliation(system: Path, now: datetime | None) -> Diagnosis:
    last, clean = _rows(system, LAST_RUN), _rows(system, LAST_CLEAN)
    if not last:
        return well("reconciliation", "the books were never compared with an account yet")
    if last[0][1] != "clean":
        advice = "look at the log, and at the account itself: nothing is bought in these symbols meanwhile"
        return bad("reconciliation", f"books and account disagree: {last[0][1]}", advice)
    at = str(clean[0][0]) if clean else str(last[0][0])
    if now is None:
        return well("reconciliation", f"books and account agreed at {at} of market time")
    try:
        hours = (now - parse_iso(at)).total_seconds() / 3600
    except ValueError:
        return doubtful("reconciliation", f"its time cannot be read ({at[:40]})", "run the verb verify")
    return well("reconciliation", f"books and account agreed {hours:.1f} hours ago")


def _growth(where: DataDirectory) -> Diagnosis:
    gauges = gauges_of(where.logs, where.system)
    if not gauges:
        return well("memory", "no gauges yet")
    last = gauges[-1].megabytes
    if len(gauges) < FEWEST_GAUGES:
        return well("memory", f"{last:.0f} MB; {len(gauges)} gauges are too few to say whether it grows")
    slope = memory_slope(gauges) * DAY_SECONDS
    told = f"{last:.0f} MB, {slope:+.1f} MB a day over {len(gauges)} gauges"
    if slope > STEEPEST_MB_A_DAY:
        return doubtful("memory", told, "it grows: restart it at night, and report this with the log")
    return well("memory", told)


def _rows(path: Path, statement: str) -> list[tuple[Any, ...]] | None:
    """Return rows, None where the file or the table is not there; damage is told by those who look for it."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.Error:
        return None
