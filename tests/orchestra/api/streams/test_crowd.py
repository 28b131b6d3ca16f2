"""A stalled reader harms nobody: 200 events a second to 20 readers, one of whom reads nothing until it is sent away."""

from pathlib import Path

import pytest

from tests.orchestra.api.streams.crowd import Report, play

MOST_CPU_SECONDS_AN_EVENT = 0.001


def require_no_harm(report: Report) -> None:
    """Nobody but the stalled one missed an event; that one was told why; the publisher took next to nothing."""
    stalled, *others = report.readers
    assert [(each["is_whole"], each["count"]) for each in others] == [(True, report.events)] * len(others), report
    assert (stalled["code"], stalled["reason"][:20]) == (4408, "You read too slowly:"), report
    assert stalled["is_whole"], report
    assert report.dropped == 1, report
    assert report.cpu / report.events < MOST_CPU_SECONDS_AN_EVENT, report


@pytest.mark.requirement("S1-25", "S0-23")
def test_a_reader_that_stalls_is_sent_away_and_nobody_else_loses_an_event(tmp_path: Path) -> None:
    report = play(tmp_path, seconds=60)
    print(report)
    require_no_harm(report)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.requirement("S1-25")
def test_ten_minutes_with_a_reader_that_stalls(tmp_path: Path) -> None:
    report = play(tmp_path, seconds=600)
    print(report)
    require_no_harm(report)
