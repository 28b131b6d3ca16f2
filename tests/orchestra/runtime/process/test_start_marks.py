"""Five starts within ten minutes, none ended in peace, are a crash loop; nothing else is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestra.runtime.process.start_marks import LOOP_SECONDS, LOOP_STARTS, StartMarks

NOON = 1_795_600_000.0


class Starts:
    """Starts of one program, at seconds after noon."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds = NOON

    def start(self, at: float, *, is_clean: bool = False) -> bool:
        self._seconds = NOON + at
        marks = StartMarks(self._path, lambda: datetime.fromtimestamp(self._seconds, UTC))
        is_loop = marks.begin()
        if is_clean:
            marks.end()
        return is_loop


@pytest.fixture
def starts(tmp_path: Path) -> Starts:
    return Starts(tmp_path / "starts.json")


def test_fifth_unclean_start_within_ten_minutes_is_a_crash_loop(starts: Starts) -> None:
    assert [starts.start(at) for at in (0, 100, 200, 300, 400, 500)] == [False] * 4 + [True] * 2


def test_fifth_start_later_than_ten_minutes_is_none(starts: Starts) -> None:
    assert not any(starts.start(at) for at in (0, 100, 200, 300, LOOP_SECONDS + 1))


def test_start_that_ended_in_peace_breaks_the_row(starts: Starts) -> None:
    told = [starts.start(at, is_clean=at == 200) for at in (0, 100, 200, 300, 400, 500)]
    assert not any(told)


def test_clean_restart_after_a_crash_loop_is_none(starts: Starts) -> None:
    assert [starts.start(at, is_clean=at == 400) for at in (0, 100, 200, 300, 400)][-1] is True
    assert starts.start(420) is False


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"at": "x"}]', "[[", '[{"at": 5}]', "null"])
def test_marks_that_cannot_be_read_begin_anew(content: str, tmp_path: Path) -> None:
    (tmp_path / "starts.json").write_text(content, encoding="utf-8")
    starts = Starts(tmp_path / "starts.json")
    assert [starts.start(at) for at in range(LOOP_STARTS)] == [False] * 4 + [True]


def test_folder_that_is_full_or_gone_stops_no_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    starts = Starts(tmp_path / "gone" / "starts.json")
    assert not any(starts.start(at) for at in range(9))
    assert "cannot be noted" in caplog.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(1, 400), st.booleans()), min_size=1, max_size=25))
def test_crash_loop_is_five_unclean_starts_in_a_row_within_ten_minutes(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[tuple[float, bool]]
) -> None:
    starts, at, row = Starts(tmp_path_factory.mktemp("starts") / "starts.json"), 0.0, []
    for gap, is_clean in gaps:
        at += gap
        row.append(at)
        expected = len(row) >= LOOP_STARTS and at - row[-LOOP_STARTS] <= LOOP_SECONDS
        assert starts.start(at, is_clean=is_clean) is expected
        if is_clean:
            row.clear()
