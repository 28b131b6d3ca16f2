"""F4: the power goes while the write-ahead log is written: its tail is cut off, and noise or zeros follow."""

import copy
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from database.sqlite_store import SqliteStore
from tests.faults.orders.account_simulation import AccountSimulation, template_in
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.fake_broker import FakeExchange, Line
from tests.orchestra.execution.order_path import Parts

CUTS_A_RUN = 40
MINUTES = 3
TABLES = ("orders", "fills", "positions", "decisions", "settings", "algorithms", "external_fills", "events")
TAILS = ("cut off", "noise behind the cut", "zeros behind the cut")


class LoggingStore(SqliteStore):
    """The store as the program opens it for money; its log is never taken back into the file, so it tells it all."""

    def __init__(self, path: Path, *, synchronous: str, **more: Any) -> None:
        super().__init__(path, synchronous="FULL", **more)
        self._writer.execute("PRAGMA wal_autocheckpoint=0")


@dataclass(frozen=True, slots=True)
class Committed:
    """What is safe once a commit has returned: the log so far and the rows that are in it."""

    log_bytes: int
    rows: tuple[Any, ...]
    seconds: float


class Recorded(AccountSimulation):
    """A few minutes on a bad line, each commit remembered, and what the exchange knew before the next one."""

    settle_minutes = 1

    def __init__(self, seed: int, template: Path, file: Path) -> None:
        super().__init__(seed, template, file, parts=Parts(store=LoggingStore))
        self.crash_rate, self.halt.pressed = 0.0, 0.0
        # While anybody has the file open, no closing of the store takes the log back into it.
        self.keeper = sqlite3.connect(file)
        self.keeper.execute("SELECT COUNT(*) FROM settings").fetchone()
        self.commits = [Committed(0, rows_of(file), self.clock.seconds)]
        self.exchanges: list[FakeExchange] = []

    def _crash_point(self, point: str) -> None:
        if point == "write":
            self.exchanges.append(copy.deepcopy(self.exchange))
        if point == "commit":
            self.commits.append(Committed(log_of(self.file).stat().st_size, rows_of(self.file), self.clock.seconds))

    def _end(self) -> None:
        """Keep the log as it is before the last connection closes."""
        self.exchanges.append(copy.deepcopy(self.exchange))
        shutil.copy(log_of(self.file), self.file.with_suffix(".log"))
        self.keeper.close()


class PowerIsBack(AccountSimulation):
    """A start on what the disk kept, and time to settle."""

    settle_minutes = 6

    def go_on(self, seconds: float) -> list[str]:
        self.line, self.crash_rate, self.halt.pressed = Line(), 0.0, 0.0
        self.clock.seconds = seconds + 5
        return self.run(minutes=0).violations


def torn(plan: Plan) -> Tally:
    """Cut the log at random bytes, a third with noise and a third with zeros behind the cut (F4)."""
    tally = Tally("F4 torn write-ahead log", "torn")
    for seed in count(plan.seed):
        cuts = min(CUTS_A_RUN, plan.runs - tally.injected)
        if cuts <= 0:
            break
        tally.add(seed, list(_one_run(seed, plan.folder, cuts, tally)), injected=cuts)
    return tally


def _one_run(seed: int, folder: Path, cuts: int, tally: Tally) -> Iterator[str]:
    file = folder / f"torn-{seed}.db"
    before = Recorded(seed, template_in(folder), file)
    before.run(minutes=MINUTES)
    log = file.with_suffix(".log").read_bytes()
    tally.note("commits", len(before.commits) - 1)
    for number in range(cuts):
        chance = Random(f"{seed}-{number}")
        cut, tail = chance.randrange(len(log) + 1), chance.choice(TAILS)
        tally.note(tail)
        torn_log = log[:cut] + _tail(tail, chance, chance.randrange(20_000))
        # What follows the cut may by chance be what stood there: so much more of the log is whole.
        pairs = enumerate(zip(log[cut:], torn_log[cut:], strict=False))
        cut += next((number for number, (old, new) in pairs if old != new), min(len(log), len(torn_log)) - cut)
        yield from (f"{found} (cut at {cut}, {tail})" for found in _after(before, cut, torn_log, folder))
    for leftover in folder.glob(f"torn-{seed}.*"):
        leftover.unlink()


def _tail(kind: str, chance: Random, length: int) -> bytes:
    if kind == TAILS[0]:
        return b""
    return chance.randbytes(length) if kind == TAILS[1] else bytes(length)


def _after(before: Recorded, cut: int, log: bytes, folder: Path) -> Iterator[str]:
    """Look at the file as the power left it, then let the program go on with it."""
    number = max(index for index, commit in enumerate(before.commits) if commit.log_bytes <= cut)
    safe, exchange = before.commits[number], copy.deepcopy(before.exchanges[number])
    file = folder / "torn-again.db"
    again = PowerIsBack(1, template_in(folder), file, exchange=exchange)
    log_of(file).write_bytes(log)
    if rows_of(file) != safe.rows:
        yield f"V2 what is on disk is not commit {number} of {len(before.commits) - 1}"
    yield from again.go_on(safe.seconds)
    for leftover in folder.glob(f"{file.name}*"):
        leftover.unlink()


def rows_of(file: Path) -> tuple[Any, ...]:
    """Return every row of what was traded."""
    connection = sqlite3.connect(file)
    try:
        return tuple(tuple(connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()) for table in TABLES)
    finally:
        connection.close()


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")
