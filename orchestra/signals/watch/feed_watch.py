"""The feed watch: whether a silent data stream is mute, or nothing is traded.

In: when the last frame came, what history has, the calendar. Out: a reconnect, and why nothing may be opened. Thread:
engine; history is asked on the fetcher. Only real time has a feed that can fall silent.

Silence is suspicious after 90 s of an open session in which a symbol is subscribed that traded in each of its last five
minutes. Then history is asked for its newest bar: only a bar that the stream should have brought makes it mute.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Protocol

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.errors import MarketDataError
from database.normaliser import epoch_seconds
from orchestra.messages.events import StreamName
from orchestra.runtime.clock import Clock

log = logging.getLogger(__name__)

SILENT_SECONDS = 90.0
PROBE_AGAIN_SECONDS = 30.0
# A bar is sent just after its minute; history may have it as early, and the stream is given this long for it.
DELIVERY_SECONDS = 10.0

Start = Callable[[Callable[[], Any]], "Future[Any]"]


class Feed(Protocol):
    """What the watch needs of the data stream."""

    last_frame_at: float

    def silent_since(self) -> float | None:
        """Return since when the connection has brought nothing, None while there is none."""

    def trouble(self, stream: StreamName) -> str | None:
        """Return why there is no connection."""

    def reconnect(self, stream: StreamName, reason: str) -> None:
        """Make a new connection."""


@dataclass(frozen=True, slots=True)
class History:
    """What the watch asks. busy: subscribed symbols that trade every minute; latest: their newest raw bars, by REST.

    start: runs a call on the fetcher.
    """

    busy: Callable[[], Sequence[str]]
    latest: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]
    start: Start


class FeedWatch:
    """Judge the silence of the data stream. is_needed: whether any symbol is claimed."""

    def __init__(
        self,
        feed: Feed,
        calendar: MarketCalendar,
        clock: Clock,
        *,
        history: History,
        is_needed: Callable[[], bool],
    ) -> None:
        self._feed = feed
        self._calendar = calendar
        self._clock = clock
        self._history = history
        self._is_needed = is_needed
        self._probe: Future[Any] | None = None
        self._probe_at = 0.0
        self._mute_since: float | None = None
        self._is_unanswered = False

    @property
    def reason(self) -> str | None:
        """Return why nothing may be opened, None while the feed can be relied on."""
        if not self._is_needed():
            return None
        if self._feed.silent_since() is None:
            trouble = self._feed.trouble(StreamName.DATA)
            return f"the data feed is down ({trouble})" if trouble else "the data feed is down"
        if self._mute_since is not None:
            return "the data feed is down (it was connected and brought nothing)"
        return "the data feed is silent and the history does not answer" if self._is_unanswered else None

    def run_due(self) -> None:
        """Ask history while the silence is suspicious, and take its answer."""
        silence = self._silence_seconds()
        if self._mute_since is not None and self._feed.last_frame_at > self._mute_since:
            self._mute_since = None
        if silence is None or silence < SILENT_SECONDS:
            self._forget(has_session=silence is not None)
            return
        if self._probe is not None:
            if self._probe.done():
                self._judge(self._probe, silence)
        elif self._clock.monotonic() >= self._probe_at:
            self._ask()

    def _silence_seconds(self) -> float | None:
        """Return for how long of the session under way the connection has brought nothing; None without either."""
        since, now = self._feed.silent_since(), self._clock.now().timestamp()
        session = self._calendar.session_at(int(now))
        if since is None or session is None:
            return None
        return min(self._clock.monotonic() - since, now - session.open)

    def _forget(self, *, has_session: bool) -> None:
        self._probe = None
        self._probe_at = 0.0
        self._is_unanswered = False
        if not has_session and self._feed.silent_since() is not None:
            self._mute_since = None

    def _ask(self) -> None:
        busy = tuple(self._history.busy())
        self._probe_at = self._clock.monotonic() + PROBE_AGAIN_SECONDS
        if busy:
            self._probe = self._history.start(lambda: self._history.latest(busy))

    def _judge(self, probe: "Future[Any]", silence: float) -> None:
        self._probe = None
        try:
            latest = probe.result()
        except (MarketDataError, CancelledError) as error:
            log.warning(
                "The data stream has been silent for %.0f s, and the history does not answer: %s", silence, error
            )
            self._is_unanswered = True
            return
        self._is_unanswered = False
        now = self._clock.now().timestamp()
        missed = sorted(symbol for symbol, bar in latest.items() if _was_due(bar, now - silence, now))
        if not missed:
            self._mute_since = None
            return
        self._mute_since = self._clock.monotonic()
        words = f"nothing has come for {silence:.0f} s, and the history has bars of {', '.join(missed[:3])} since then"
        self._feed.reconnect(StreamName.DATA, words)


def _was_due(bar: Mapping[str, Any], silent_from: float, now: float) -> bool:
    """Say whether the stream should have brought the bar while it was silent."""
    try:
        over_at = epoch_seconds(bar["t"]) + MINUTE
    except (KeyError, TypeError, ValueError):
        return False
    return silent_from < over_at <= now - DELIVERY_SECONDS
