"""The gauges: every figure by name, one line an hour that the doctor can read back."""

import logging
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.runtime.gauges import HOUR_SECONDS, GaugeBoard, HourlyGauges, as_text, sizes_of


def test_gauges_are_read_by_name_and_their_parts_by_a_name_of_their_own() -> None:
    board = GaugeBoard()
    board.register("rss_mb", lambda: 88.5)
    board.register("threads", lambda: {"fetcher": 2, "clock": 1})
    assert board.read_all() == {"rss_mb": 88.5, "threads.clock": 1.0, "threads.fetcher": 2.0}


def test_gauge_registered_again_replaces_the_first() -> None:
    board = GaugeBoard()
    board.register("orders", lambda: 1)
    board.register("orders", lambda: 2)
    assert board.read_all() == {"orders": 2.0}


def test_gauge_that_the_system_refuses_leaves_the_others_alone() -> None:
    def refused() -> float:
        raise PermissionError

    board = GaugeBoard()
    board.register("files", refused)
    board.register("orders", lambda: 3)
    assert board.read_all() == {"orders": 3.0}


def test_gauges_are_logged_a_minute_after_the_start_and_then_every_hour(caplog: pytest.LogCaptureFixture) -> None:
    now, board = [50.0], GaugeBoard()
    board.register("rss_mb", lambda: 88.25)
    hourly = HourlyGauges(board, lambda: now[0])
    told = []
    with caplog.at_level(logging.INFO):
        for seconds in range(0, 3 * 3600, 30):
            now[0] = 50.0 + seconds
            caplog.clear()
            hourly.run_due()
            told += [(seconds, record.message) for record in caplog.records]
    first = 60
    assert told == [(first + hour * int(HOUR_SECONDS), "Gauges: rss_mb=88.25") for hour in range(3)]


@given(st.dictionaries(st.sampled_from(["rss_mb", "fds.socket", "inbox"]), st.floats(0, 1e12)))
def test_a_line_of_gauges_is_pairs_of_names_and_plain_numbers(figures: dict[str, float]) -> None:
    pairs = [pair.split("=") for pair in as_text(figures).split()]
    assert [name for name, _ in pairs] == list(figures)
    for (_, told), value in zip(pairs, figures.values(), strict=True):
        assert float(told) == pytest.approx(value, rel=1e-4, abs=0.51)


def test_sizes_of_a_part_are_those_of_all_its_containers() -> None:
    class Part:
        def __init__(self) -> None:
            self._orders = {"a": 1, "b": 2}
            self.news = deque([1, 2, 3])
            self._symbols = {"SPY"}
            self._waiting = [0] * 4
            self._count, self._name, self._pair = 5, "text", (1, 2)

    assert sizes_of(Part()) == {"orders": 2, "news": 3, "symbols": 1, "waiting": 4}
