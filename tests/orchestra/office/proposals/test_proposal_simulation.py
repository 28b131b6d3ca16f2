"""Proposals under attack: whatever crashes, none is ordered without its owner or twice, each ends as its order."""

from pathlib import Path

import pytest

from tests.orchestra.office.proposals.proposal_simulation import run_proposal_seed


def campaign(seeds: range, folder: Path) -> tuple[int, int]:
    """Run the seeds; return how often it crashed and how many proposals were approved."""
    crashes = approved = 0
    broken = {}
    for seed in seeds:
        outcome, simulation = run_proposal_seed(seed, folder)
        if outcome.violations:
            broken[seed] = outcome.violations[:3]
        crashes, approved = crashes + outcome.crashes, approved + simulation.approved
    assert not broken, broken
    return crashes, approved


@pytest.mark.requirement("S1-27")
def test_on_a_bad_line_with_crashes_anywhere_each_proposal_has_one_end(tmp_path: Path) -> None:
    crashes, approved = campaign(range(8), tmp_path)
    assert min(crashes, approved) > 15


@pytest.mark.long
def test_thousands_of_proposals_have_one_end_each(tmp_path: Path) -> None:
    campaign(range(30_000, 31_000), tmp_path)
