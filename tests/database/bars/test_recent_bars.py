"""Memory never keeps what a write may have overtaken."""

from database.bars.bar_mapping import shape
from database.bars.recent_bars import RecentBars
from tests.database.market import minutes_from_open, session_on

SESSION = session_on()


def test_bars_read_before_a_write_are_not_kept() -> None:
    recent = RecentBars()
    first, second = minutes_from_open(2)
    noted = recent.writes
    recent.on_stored([second])  # committed between the reader's note and its answer
    recent.keep("SPY", [first], writes=noted)
    assert not recent.holds("SPY")
    recent.keep("SPY", [first, second], writes=recent.writes)
    assert recent.last("SPY", 5, SESSION.close) == [shape(first), shape(second)]


def test_only_a_whole_series_may_answer_for_more_than_it_holds() -> None:
    recent = RecentBars()
    bars = minutes_from_open(300)
    recent.keep("SPY", bars, writes=recent.writes)
    assert recent.last("SPY", 301, SESSION.close) is None
    assert recent.last("SPY", 300, SESSION.close) == [shape(bar) for bar in bars]
    assert recent.last("SPY", 11, bars[10].ts) is None
    assert recent.last("SPY", 10, bars[10].ts) == [shape(bar) for bar in bars[:10]]


def test_an_unread_series_stays_bounded() -> None:
    recent = RecentBars()
    bars = minutes_from_open(390)
    recent.keep("SPY", bars[:1], writes=recent.writes)
    for bar in bars[1:]:
        recent.on_stored([bar])
    assert recent.last("SPY", 390, SESSION.close) is None
    assert recent.last("SPY", 256, SESSION.close) == [shape(bar) for bar in bars[-256:]]
