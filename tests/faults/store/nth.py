"""F3: fail the Nth store call, for every N until a run comes through untouched; finite, and in need of no luck."""

from pathlib import Path

from tests.faults.orders.account_simulation import AccountSimulation, template_in
from tests.faults.store.failing_store import BUSY, FULL, FUSE, INPUT_OUTPUT, FailingStore, Fuse
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.fake_broker import Line
from tests.orchestra.execution.order_path import Parts

MINUTES = 3
# Text of SQLite, and whether the call was carried out before it failed: a commit may be on disk after all.
FAILURES = ((FULL, False), (INPUT_OUTPUT, False), (BUSY, False), (INPUT_OUTPUT, True))


class ShortRun(AccountSimulation):
    """A few minutes on a line that loses answers, without crashes of chance; little time to settle."""

    settle_minutes = 3

    def run(self, **more):
        self.line, self.crash_rate, self.halt.pressed = Line(answer_lost=0.3), 0.0, 0.0
        return super().run(minutes=MINUTES)

    def _end(self) -> None:
        FUSE[0].is_armed = False


def nth(plan: Plan) -> Tally:
    """Fail the Nth call of the store with full, I/O error and busy, N from 1 until a run is untouched (F3)."""
    tally = Tally("F3 fail the Nth store call", "nth", runs_again=plan.runs)
    calls = _calls(plan)
    # Fewer runs than calls: spread evenly over the whole run, each failure in turn.
    step = max(1, calls * len(FAILURES) // plan.runs)
    for number in range(0, calls * len(FAILURES), step):
        at, kind = divmod(number, len(FAILURES))
        text, is_done_first = FAILURES[(kind + at) % len(FAILURES)]
        fuse = Fuse(at + 1, text, is_done_first)
        tally.add(plan.seed, [f"{text} at call {at + 1}: {found}" for found in _one_run(plan, fuse)])
        tally.note(f"{text}, done all the same" if is_done_first else text)
        if not fuse.has_blown:
            raise AssertionError(f"call {at + 1} of {calls} was never made")
    tally.note("calls of the untouched run", calls)
    return tally


def _calls(plan: Plan) -> int:
    """Return how many calls a run makes that nothing happens to."""
    fuse = Fuse()
    broken = _one_run(plan, fuse)
    if broken:
        raise AssertionError(f"the untouched run breaks promises: {broken}")
    return fuse.calls


def _one_run(plan: Plan, fuse: Fuse) -> list[str]:
    file: Path = plan.folder / "nth.db"
    simulation = ShortRun(plan.seed, template_in(plan.folder), file, parts=Parts(store=FailingStore))
    FUSE[0] = fuse
    try:
        return simulation.run().violations
    finally:
        if simulation.path is not None:
            simulation.path.store.close()
        for leftover in plan.folder.glob(f"{file.name}*"):
            leftover.unlink()
