"""F1 crash anywhere, F8 HTTP faults, F9 what the stream loses: seeds of the order path's simulation."""

from collections import Counter
from itertools import count

from tests.faults.orders.account_simulation import AccountSimulation, World, live
from tests.faults.orders.split_simulation import SplitSimulation
from tests.faults.tally import Plan, Tally

HTTP = ("dropped", "late", "too_many", "server_error", "answer_lost", "garbage", "refused", "unreachable")
HTTP_FAULTS = (*HTTP, "query_failed", "slow_cancel")
STREAM_FAULTS = ("message dropped", "message doubled", "messages reordered", "message replayed")


def crash(plan: Plan) -> Tally:
    """Let the program die at named points around begin, write, commit, send and answer (F1, with F8 and F9)."""
    tally = Tally("F1 crash anywhere", "crash")
    for seed in count(plan.seed):
        outcome, simulation = live(seed, plan.folder)
        tally.add(seed, outcome.violations, injected=outcome.crashes)
        _note(tally, simulation.exchange.struck, HTTP_FAULTS + STREAM_FAULTS)
        tally.note("orders at the exchange", outcome.at_exchange)
        tally.note("given up", outcome.abandoned)
        tally.note("found late", outcome.found_late)
        tally.note("canceled by the owner", simulation.canceled)
        tally.note("sold out", simulation.sold)
        if tally.injected >= plan.runs:
            return tally
    raise AssertionError("unreachable: seeds have no end")


def splits(plan: Plan) -> Tally:
    """Split the shares that are held over a night, on a bad line and with crashes: books and account agree (F1)."""
    tally = Tally("F1 splits overnight", "splits")
    for seed in range(plan.seed, plan.seed + plan.runs):
        outcome, simulation = live(seed, plan.folder, World(simulation=SplitSimulation))
        tally.add(seed, outcome.violations, injected=simulation.exchange.struck["splits"])
        tally.note("crashes", outcome.crashes)
    return tally


class Undying(AccountSimulation):
    """Nothing but the line and the stream are bad."""

    def run(self, **more):
        self.crash_rate = 0.0
        return super().run(**more)


def http(plan: Plan) -> Tally:
    """Drop requests and answers, delay acceptance, reset, answer garbage, 429 and 5xx; without any crash (F8)."""
    return _without_crashes(plan, Tally("F8 HTTP before and after accept", "http"), HTTP_FAULTS)


def stream(plan: Plan) -> Tally:
    """Drop, double, reorder and replay messages of the order stream; without any crash (F9)."""
    return _without_crashes(plan, Tally("F9 order stream", "stream"), STREAM_FAULTS)


def _without_crashes(plan: Plan, tally: Tally, faults: tuple[str, ...]) -> Tally:
    for seed in count(plan.seed):
        outcome, simulation = live(seed, plan.folder, World(simulation=Undying))
        struck = simulation.exchange.struck
        tally.add(seed, outcome.violations, injected=sum(struck[fault] for fault in faults))
        _note(tally, struck, faults)
        if tally.injected >= plan.runs:
            break
    return tally


def _note(tally: Tally, struck: Counter[str], faults: tuple[str, ...]) -> None:
    for fault in faults:
        tally.note(fault, struck[fault])
