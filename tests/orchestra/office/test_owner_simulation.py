"""Cancels and sales of the owner under attack: nothing lost, nothing doubled, nobody sells what is not theirs."""

from pathlib import Path

import pytest

from tests.orchestra.office.owner_simulation import run_owner_seed


def campaign(seeds: range, folder: Path) -> tuple[int, int, int]:
    """Run the seeds; return how often it crashed, canceled and sold out."""
    crashes = canceled = sold = 0
    broken = {}
    for seed in seeds:
        outcome, simulation = run_owner_seed(seed, folder)
        if outcome.violations:
            broken[seed] = outcome.violations[:3]
        crashes, canceled, sold = crashes + outcome.crashes, canceled + simulation.canceled, sold + simulation.sold
    assert not broken, broken
    return crashes, canceled, sold


@pytest.mark.requirement("S2-14", "S2-61", "S2-71")
def test_on_a_bad_line_with_crashes_anywhere_the_owner_is_obeyed_once(tmp_path: Path) -> None:
    crashes, canceled, sold = campaign(range(15), tmp_path)
    assert min(crashes, canceled, sold) > 15


@pytest.mark.long
def test_thousands_of_restless_owners_are_obeyed(tmp_path: Path) -> None:
    campaign(range(20_000, 22_000), tmp_path)
