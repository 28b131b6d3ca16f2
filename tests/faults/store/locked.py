"""F7: another program holds the database for itself, for a moment or for longer than anybody waits."""

import sqlite3
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from database.sqlite_store import SqliteStore
from tests.faults.children import processes
from tests.faults.orders.account_simulation import AccountSimulation, template_in
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.order_path import Parts

# Real seconds, in this order; the first ones are enough for a short campaign.
HELD_SECONDS = (0.1, 5.5, 0.3, 1.0, 12.0, 2.0, 4.0, 7.0, 30.0, 0.5)
# SQLite is told to wait five seconds, which are some sixty short sleeps: a busy machine makes each of them longer.
# Whoever waited twice would come to ten.
LONGEST_WAIT_SECONDS = 9.5


class TimedStore(SqliteStore):
    """The store, with the longest wait for a lock written down."""

    longest_seconds = 0.0

    def _begin(self) -> None:
        began = time.monotonic()
        try:
            super()._begin()
        finally:
            TimedStore.longest_seconds = max(TimedStore.longest_seconds, time.monotonic() - began)


class Locked(AccountSimulation):
    """Once in the run somebody locks the file, as soon as something is about to be written."""

    lock: Any = None
    lock_at = 60

    def _crash_point(self, point: str) -> None:
        super()._crash_point(point)
        if self.lock and self.points >= self.lock_at and point == "begin":
            hold, self.lock = self.lock, None
            hold()


def locked(plan: Plan) -> Tally:
    """Hold BEGIN EXCLUSIVE in a second process; the wait is short, nothing is half written, and it goes on (F7)."""
    tally = Tally("F7 locked database", "locked")
    for number in range(plan.runs):
        seconds = HELD_SECONDS[number % len(HELD_SECONDS)]
        tally.add(plan.seed + number, _one_run(plan.seed + number, plan.folder, seconds, tally))
        tally.note(f"held {seconds} s")
    return tally


def _one_run(seed: int, folder: Path, seconds: float, tally: Tally) -> list[str]:
    file = folder / f"locked-{seed}.db"
    simulation = Locked(seed, template_in(folder), file, parts=Parts(store=TimedStore))
    simulation.crash_rate, TimedStore.longest_seconds = 0.0, 0.0
    ours, theirs = processes.Pipe()
    holder = processes.Process(target=hold, args=(theirs, file, seconds), daemon=True)
    holder.start()

    def lock() -> None:
        ours.send("now")
        ours.recv()

    simulation.lock = lock
    try:
        found = simulation.run(minutes=6).violations
    finally:
        ours.close()
        holder.join(60)
        for leftover in folder.glob(f"{file.name}*"):
            leftover.unlink()
    waited = TimedStore.longest_seconds
    tally.note("minutes given up for it", simulation.crashes)
    if waited > LONGEST_WAIT_SECONDS:
        found.append(f"V6 waited {waited:.1f} s for a lock")
    if waited < min(seconds, 5.0) / 2:
        found.append(f"V7 the lock of {seconds} s was not met (waited {waited:.2f} s)")
    return found


def hold(connection: Connection, file: Path, seconds: float) -> None:
    """Take the file when told to, say so, and give it back after a while. In a process of its own."""
    try:
        connection.recv()
    except EOFError:
        return
    database = sqlite3.connect(file, isolation_level=None, timeout=10)
    database.execute("BEGIN EXCLUSIVE")
    connection.send("held")
    time.sleep(seconds)
    database.execute("ROLLBACK")
    database.close()
