"""Six attempts a minute at most, whatever happens in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.runtime.network.reconnect_pace import MOST_A_MINUTE, ReconnectPace


@pytest.mark.requirement("S2-49")
@given(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=60))
def test_no_minute_holds_more_than_six_attempts(backoffs: list[float]) -> None:
    now = [0.0]
    pace, attempts = ReconnectPace(lambda: now[0]), []
    for backoff in backoffs:
        now[0] += max(backoff, pace.seconds_to_wait())
        pace.note_attempt()
        attempts.append(now[0])
    for start in attempts:
        assert sum(start <= moment < start + 59.999 for moment in attempts) <= MOST_A_MINUTE


def test_first_six_attempts_wait_for_nothing() -> None:
    pace = ReconnectPace(lambda: 10.0)
    for _ in range(MOST_A_MINUTE):
        assert pace.seconds_to_wait() == 0.0
        pace.note_attempt()
    assert pace.seconds_to_wait() == 60.0
