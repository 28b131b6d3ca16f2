"""S2-79: simulated days with twenty algorithms, the streams cut every hour, half days and a clock change."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.soak.gauges import Sample
from tests.faults.soak.verdict import counts_grow, lines_grow, memory_grows
from tests.faults.tally import ROOT, Plan, Tally
from tests.journeys.made_days import Recorded, write_days

ALGORITHMS, SYMBOLS = 20, 10
CASH = 100_000 * ALGORITHMS
# Until the half day after Thanksgiving, over the end of summer time; without Saturdays, Sundays and the holiday.
LAST_DAY, HOLIDAYS = date(2024, 11, 29), (date(2024, 11, 28),)
LEAK = "soak/leak.py"
# Lines that may hold more, each for a reason that has its own limit.
DECLARED = (
    "database/bars/",  # the newest 256 bars of each symbol
    "alpaca/data/live/websocket.py",  # the numbers in those bars, as the stream brought them
    "system_databse/system_db_manager.py",  # every fill, for the algorithms that ask for their transactions
    "orchestra/execution/order_numbers.py",  # the number of each of those fills
)
# A slope of resident memory needs days; fewer show only what single lines of code hold, and what is counted.
DAYS_FOR_A_SLOPE = 12
WARM_UP_MINUTES, SHORT_WARM_UP_MINUTES = 1_500, 70
SHORT_SAMPLED_MINUTES = 35


@dataclass(frozen=True, slots=True)
class Soaked:
    """What one soak said of itself."""

    samples: list[Sample]
    minutes: int
    grown: list[dict[str, Any]]


def soak(plan: Plan) -> Tally:
    """Play days with twenty algorithms; memory, threads, files and tables stay flat, a planted leak is seen (S2-79)."""
    tally = Tally("soak (days, and once more with a planted leak)", "soak", runs_again=plan.runs)
    is_short = plan.runs < DAYS_FOR_A_SLOPE
    days = last_days(plan.runs)
    recorded = tuple(Recorded(f"SOAK{letter}") for letter in "ABCDEFGHIJ"[:SYMBOLS])
    market = write_days(plan.folder / "market.csv", days, recorded, seed=plan.seed)
    length = ("--warm-up", SHORT_WARM_UP_MINUTES, "--every", SHORT_SAMPLED_MINUTES) if is_short else ()
    leaking = play(plan.folder / "leaking", market, "--trace", "--leak", *length)
    tally.add(plan.seed, _lines_judged(leaking), injected=len(days))
    flat = leaking
    if not is_short:
        flat = play(plan.folder / "flat", market)
        tally.add(plan.seed, memory_grows(after_warm_up(flat, WARM_UP_MINUTES), Random(plan.seed)), injected=len(days))
    warm_up = SHORT_WARM_UP_MINUTES if is_short else WARM_UP_MINUTES
    tally.add(plan.seed, counts_grow(after_warm_up(flat, warm_up)), injected=0)
    tally.note("minutes", flat.minutes)
    tally.note("streams cut", 2 * (flat.minutes // 60))
    return tally


def after_warm_up(soaked: Soaked, minutes: int) -> list[Sample]:
    """Return the samples that are judged; at least the last half of a run counts."""
    return [one for one in soaked.samples if one.minute >= min(minutes, soaked.minutes // 2)]


def _lines_judged(leaking: Soaked) -> Iterator[str]:
    """The planted leak has to be seen, and nothing else."""
    seen = list(lines_grow(leaking.grown, leaking.minutes, declared=DECLARED))
    if not any(LEAK in line for line in seen):
        yield f"the planted leak was not seen among {[one['line'] for one in leaking.grown[:5]]}"
    yield from (line for line in seen if LEAK not in line)


def last_days(count: int) -> tuple[date, ...]:
    """Return that many trading days, the last of them the half day."""
    found: list[date] = []
    day = LAST_DAY
    while len(found) < count:
        if day.weekday() < 5 and day not in HOLIDAYS:
            found.append(day)
        day -= timedelta(days=1)
    return tuple(reversed(found))


def play(folder: Path, market: Path, *more: str) -> Soaked:
    """Run the engine as one process and its exchange as another, and read what the engine's says of itself."""
    folder.mkdir(parents=True)
    with _exchange(folder, market) as (url, account):
        command = [sys.executable, "-m", "tests.faults.soak", folder, market, url, account, *more]
        ended = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise AssertionError(f"the soak ended with {ended.returncode}: {ended.stderr[-2_000:]}")
    *lines, last = map(json.loads, ended.stdout.splitlines())
    return Soaked([Sample(**line) for line in lines], last["minutes"], last["grown"])


@contextmanager
def _exchange(folder: Path, market: Path) -> Iterator[tuple[str, str]]:
    """Start the exchange as a child; yield its address and account number."""
    command = [sys.executable, "-m", "orchestra.paper_exchange", "--lock-step", "--replay", str(market), "--port", "0"]
    with subprocess.Popen(
        [*command, "--cash", str(CASH), "--data-dir", str(folder / "exchange")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            assert child.stdout is not None
            words = child.stdout.readline().replace(",", "").rstrip(".\n").split()
            yield words[2], words[-1]
        finally:
            child.terminate()
