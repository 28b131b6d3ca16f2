"""A silent feed is mute only when history has what it should have brought, and never outside a session."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.calendar_manager import MarketCalendar
from database.errors import MarketDataError
from database.timestamps import iso_minute
from orchestra.messages.events import StreamName
from orchestra.runtime.clock import SystemClock
from orchestra.signals.watch.feed_watch import FeedWatch, History

CALENDAR = MarketCalendar()
OPEN = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp())
CLOSE = int(datetime(2026, 11, 20, 21, 0, tzinfo=UTC).timestamp())
SATURDAY = OPEN + 86_400


class HandClock(SystemClock):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds - 1e6


class Feed:
    """A stream as the test says, and its history."""

    def __init__(self, start: float = OPEN + 3600) -> None:
        self.clock = HandClock(start)
        self.connected_at: float | None = self.clock.monotonic()
        self.last_frame_at = 0.0
        self.why_down: str | None = None
        self.reconnects: list[str] = []
        self.busy = ["SPY"]
        self.asked = 0
        self.newest: int | None = None
        self.is_out = False
        self.is_needed = True
        self.watch = FeedWatch(
            self,
            CALENDAR,
            self.clock,
            history=History(lambda: self.busy, self.latest, self.start),
            is_needed=lambda: self.is_needed,
        )

    def silent_since(self) -> float | None:
        return None if self.connected_at is None else max(self.connected_at, self.last_frame_at)

    def trouble(self, stream: StreamName) -> str | None:
        assert stream is StreamName.DATA
        return self.why_down

    def reconnect(self, stream: StreamName, reason: str) -> None:
        assert stream is StreamName.DATA
        self.reconnects.append(reason)
        self.connected_at = self.clock.monotonic()

    def latest(self, symbols: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self.asked += 1
        assert list(symbols) == self.busy
        if self.is_out:
            raise MarketDataError("no answer")
        return {} if self.newest is None else {"SPY": {"t": iso_minute(self.newest)}}

    @staticmethod
    def start(work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work())
        except MarketDataError as error:
            future.set_exception(error)
        return future

    def pass_seconds(self, seconds: int, *, history_goes_on: bool = False) -> None:
        for _ in range(seconds):
            self.clock.seconds += 1
            if history_goes_on:
                self.newest = int(self.clock.seconds) // 60 * 60 - 60
            self.watch.run_due()

    def bring_frame(self) -> None:
        self.last_frame_at = self.clock.monotonic()
        self.watch.run_due()


@pytest.mark.requirement("S2-49", "S2-60")
def test_mute_socket_is_made_anew_and_nothing_is_opened_until_it_speaks() -> None:
    feed = Feed()
    feed.pass_seconds(89, history_goes_on=True)
    assert (feed.asked, feed.watch.reason) == (0, None)
    feed.pass_seconds(3, history_goes_on=True)
    assert len(feed.reconnects) == 1
    assert "SPY" in feed.reconnects[0]
    assert feed.watch.reason == "the data feed is down (it was connected and brought nothing)"
    feed.pass_seconds(60)
    assert feed.watch.reason is not None
    feed.bring_frame()
    assert feed.watch.reason is None


def test_socket_that_stays_mute_is_made_anew_each_ninety_seconds_at_most() -> None:
    feed = Feed()
    feed.pass_seconds(600, history_goes_on=True)
    assert 4 <= len(feed.reconnects) <= 6


def test_market_in_which_nothing_trades_is_no_mute_socket() -> None:
    feed = Feed()
    feed.newest = int(feed.clock.seconds) - 120
    feed.pass_seconds(600)
    assert feed.reconnects == []
    assert feed.watch.reason is None
    assert 10 <= feed.asked <= 20


@pytest.mark.parametrize("start", [SATURDAY, CLOSE, OPEN - 7200])
def test_nothing_is_asked_outside_the_session(start: float) -> None:
    feed = Feed(start)
    feed.pass_seconds(1800, history_goes_on=True)
    assert (feed.asked, feed.reconnects, feed.watch.reason) == (0, [], None)


def test_silence_of_the_night_does_not_count_at_the_open() -> None:
    feed = Feed(OPEN - 600)
    feed.pass_seconds(600 + 89, history_goes_on=True)
    assert feed.asked == 0
    feed.pass_seconds(3, history_goes_on=True)
    assert feed.asked == 1


def test_thin_symbols_are_never_suspicious() -> None:
    feed = Feed()
    feed.busy = []
    feed.pass_seconds(600, history_goes_on=True)
    assert (feed.asked, feed.reconnects, feed.watch.reason) == (0, [], None)


def test_feed_that_brings_something_each_minute_is_left_alone() -> None:
    feed = Feed()
    for _ in range(20):
        feed.pass_seconds(60, history_goes_on=True)
        feed.bring_frame()
    assert feed.asked == 0


@pytest.mark.requirement("S2-71")
def test_silent_feed_without_a_history_to_ask_opens_nothing_and_is_kept() -> None:
    feed = Feed()
    feed.is_out = True
    feed.pass_seconds(95)
    assert feed.reconnects == []
    assert feed.watch.reason == "the data feed is silent and the history does not answer"
    feed.is_out = False
    feed.pass_seconds(40)
    assert feed.watch.reason is None


@pytest.mark.requirement("S2-71")
def test_feed_that_is_down_is_a_reason_with_its_own_words() -> None:
    feed = Feed()
    feed.connected_at = None
    assert feed.watch.reason == "the data feed is down"
    feed.why_down = "another program uses these keys"
    assert feed.watch.reason == "the data feed is down (another program uses these keys)"
    feed.pass_seconds(600, history_goes_on=True)
    assert feed.asked == 0
    feed.is_needed = False
    assert feed.watch.reason is None


def test_bar_that_is_hardly_over_was_not_due_yet() -> None:
    feed = Feed()
    feed.pass_seconds(int(timedelta(seconds=90).total_seconds()))
    feed.newest = int(feed.clock.seconds) - 65
    feed.pass_seconds(1)
    assert (feed.asked, feed.reconnects) == (1, [])


@pytest.mark.parametrize("bar", [{}, {"t": None}, {"t": "yesterday"}])
def test_senseless_answer_of_history_proves_nothing(bar: dict[str, Any]) -> None:
    feed = Feed()
    feed.latest = lambda _symbols: {"SPY": bar}  # type: ignore[method-assign]
    feed.watch = FeedWatch(
        feed, CALENDAR, feed.clock, history=History(lambda: ["SPY"], feed.latest, feed.start), is_needed=lambda: True
    )
    feed.pass_seconds(200)
    assert (feed.reconnects, feed.watch.reason) == ([], None)
