"""Which backups are kept: a pure function of their names."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.run.keeping.backup_name import BackupName, kept, next_name, read_name

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2037, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
NAMES = st.lists(MOMENTS, max_size=80).map(
    lambda moments: [BackupName(number, at) for number, at in enumerate(moments, 1)]
)


def every(step: timedelta, count: int) -> list[BackupName]:
    return [BackupName(number, NOON + step * number) for number in range(1, count + 1)]


@given(st.integers(1, 10**9), MOMENTS)
def test_a_name_is_read_as_it_was_written(number: int, at: datetime) -> None:
    assert read_name(str(BackupName(number, at))) == BackupName(number, at)


@pytest.mark.parametrize("text", ["", "aside", ".new-000001-20261126T141500Z", "000001-20261399T141500Z", "1-2"])
def test_any_other_text_is_no_backup(text: str) -> None:
    assert read_name(text) is None


def test_two_years_of_quarter_hours_leave_eight_and_a_day_each_and_a_month_each() -> None:
    names = every(timedelta(minutes=15), 2 * 365 * 96)
    left = sorted(kept(names))
    assert left[-8:] == names[-8:]
    assert len({name.at.date() for name in left}) == 14 + 11
    assert len(left) == 8 + 13 + 11


@given(NAMES)
def test_the_newest_is_kept_and_there_are_never_too_many(names: list[BackupName]) -> None:
    left = kept(names)
    assert left <= set(names)
    assert not names or names[-1] in left
    assert len(left) <= 8 + 14 + 12


@given(NAMES)
def test_every_recent_day_and_month_keeps_its_newest(names: list[BackupName]) -> None:
    left = kept(names)
    for span, count in ((lambda at: at.date(), 14), (lambda at: (at.year, at.month), 12)):
        spans = list(dict.fromkeys(span(name.at) for name in reversed(names)))[:count]
        for wanted in spans:
            assert max(name for name in names if span(name.at) == wanted) in left


@given(NAMES)
def test_what_is_kept_is_kept_again(names: list[BackupName]) -> None:
    """Dropping after each backup and dropping once leave the same newest spans."""
    assert kept(kept(names)) == kept(names)


def test_a_clock_that_fell_back_still_makes_a_newer_backup() -> None:
    before = [BackupName(7, NOON)]
    after = next_name(before, datetime(1970, 1, 1, tzinfo=UTC))
    assert after > before[0]
    assert kept([*before, after]) == {*before, after}
