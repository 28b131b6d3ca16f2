"""F6: the disk is really full for a while: no file may grow, by a limit that the system itself enforces."""

import logging
import resource
from itertools import count
from pathlib import Path

from tests.faults.children import processes
from tests.faults.orders.account_simulation import AccountSimulation, template_in
from tests.faults.store.torn import LoggingStore, log_of
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.order_path import Parts

FULL_AGAIN = 0.01
MOST_FREE_BYTES = 16_384
MOST_DEATHS = 12


class FullDisk(AccountSimulation):
    """At any call that changes something the disk may become full; some deaths later somebody has made room."""

    deaths_left = 0
    times_full = 0

    def _crash_point(self, point: str) -> None:
        super()._crash_point(point)
        if self.is_restless and not self.deaths_left and self.chance.random() < FULL_AGAIN:
            self.times_full += 1
            self.deaths_left = self.chance.randrange(1, MOST_DEATHS)
            used = max(self.file.stat().st_size, _size(log_of(self.file)))
            limit(used + self.chance.randrange(MOST_FREE_BYTES))

    def _die(self) -> None:
        super()._die()
        if self.deaths_left:
            self.deaths_left -= 1
            if not self.deaths_left:
                limit(resource.RLIM_INFINITY)

    def _calm_down(self) -> None:
        super()._calm_down()
        self.deaths_left = 0
        limit(resource.RLIM_INFINITY)


def disk(plan: Plan) -> Tally:
    """Let no file grow any more, at any moment: no order without its intent, and all is well with room again (F6)."""
    tally = Tally("F6 disk full", "disk")
    template_in(plan.folder)
    with processes.Pool(1) as pool:
        for seed in count(plan.seed):
            times_full, deaths, found = pool.apply(one_run, (seed, plan.folder))
            tally.add(seed, found, injected=times_full)
            tally.note("starts that failed or transactions that did", deaths)
            if tally.injected >= plan.runs:
                break
    return tally


def one_run(seed: int, folder: Path) -> tuple[int, int, list[str]]:
    """Run one seed; in a process of its own, for the limit is the whole process's."""
    logging.disable(logging.CRITICAL)
    file = folder / f"full-{seed}.db"
    simulation = FullDisk(seed, template_in(folder), file, parts=Parts(store=LoggingStore))
    simulation.crash_rate = 0.0
    try:
        found = simulation.run().violations
    finally:
        limit(resource.RLIM_INFINITY)
        for leftover in folder.glob(f"{file.name}*"):
            leftover.unlink()
    return simulation.times_full, simulation.crashes, found


def limit(size: int) -> None:
    """Let no file of this process grow beyond that many bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
