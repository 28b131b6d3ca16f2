"""The order path under attack: nothing lost, nothing doubled, whatever the line does and wherever the process dies."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from database.errors import StorageError
from tests.orchestra.execution.fake_broker import FakeExchange
from tests.orchestra.execution.order_path import new_file
from tests.orchestra.execution.order_simulation import Crash, OrderSimulation, Outcome, run_seed

SEEDS = range(100)
LONG_SEEDS = (*range(100, 200), *range(10_000, 16_000))
RERUN = "PYTHONPATH=. python -m tests.orchestra.execution.order_simulation"


def campaign(seeds: Sequence[int], folder: Path) -> list[Outcome]:
    """Run the seeds; say of those that failed what was broken and how to run them again."""
    outcomes = {seed: run_seed(seed, folder) for seed in seeds}
    broken = {seed: outcome.violations for seed, outcome in outcomes.items() if outcome.violations}
    ran = list(outcomes.values())
    print(
        f"{len(ran)} seeds, {sum(o.crashes for o in ran)} crashes, {sum(o.orders for o in ran)} intents,"
        f" {sum(o.at_exchange for o in ran)} orders at the exchange, {sum(o.abandoned for o in ran)} abandoned,"
        f" {sum(o.found_late for o in ran)} found late, {len(broken)} seeds with violations"
    )
    lines = [f"seed {seed}: {'; '.join(found[:3])}" for seed, found in list(broken.items())[:10]]
    assert not broken, "\n".join([*lines, f"again: {RERUN} {' '.join(map(str, list(broken)[:10]))}"])
    return ran


@pytest.mark.requirement("S2-39", "S2-48", "S2-71", "S4-45")
def test_on_a_bad_line_with_crashes_anywhere_no_promise_is_broken(quick_folder: Path) -> None:
    ran = campaign(SEEDS, quick_folder)
    # A campaign that meets no trouble proves nothing.
    assert sum(outcome.crashes for outcome in ran) > 5 * len(ran)
    assert sum(outcome.at_exchange for outcome in ran) > 5 * len(ran)
    assert sum(outcome.abandoned for outcome in ran) > len(ran) / 10
    assert sum(outcome.found_late for outcome in ran) > len(ran) / 20


@pytest.mark.long
def test_thousands_of_seeds_break_no_promise(quick_folder: Path) -> None:
    assert len(campaign(LONG_SEEDS, quick_folder)) == len(LONG_SEEDS)


@pytest.mark.parametrize("failure", [Crash("gone"), pytest.param(StorageError("disk full"), marks=pytest.mark.long)])
def test_failing_once_at_each_point_in_turn_breaks_no_promise(quick_folder: Path, failure: BaseException) -> None:
    """Finite, and in need of no luck: the Nth point fails, for every N until a run comes through untouched."""
    template = new_file(quick_folder / "template.db")
    for number in range(1, 1000):
        simulation = OrderSimulation(1, template, quick_folder / f"{number}.db")
        simulation.fail_once(number, failure)
        outcome = simulation.run(minutes=2)
        assert not outcome.violations, f"point {number}: {outcome.violations}"
        if not outcome.crashes:
            assert outcome.at_exchange >= 4
            break
    assert 50 < number < 999


def test_the_same_seed_runs_the_same_way_again(quick_folder: Path) -> None:
    assert run_seed(7, quick_folder) == run_seed(7, quick_folder)


def test_an_exchange_that_forgets_used_ids_is_noticed(quick_folder: Path) -> None:
    """Uniqueness for ever is what makes sending again safe; the checker sees when a broker does not keep it."""
    doubled = (run_seed(seed, quick_folder, exchange=FakeExchange(is_unique_for_ever=False)) for seed in range(60))
    assert any(any("V1 duplicate" in found for found in outcome.violations) for outcome in doubled)
