"""History that a backtest lacks, fetched in small steps while everything else goes on.

In: sessions of a ticker. Out: stored bars; how far it is. Thread: its own; a step takes broker and disk the time of a
few sessions, and between two steps others come first.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from database.bars.coverage import Range
from database.calendar_manager import MarketCalendar, Session
from database.errors import AutoTraderError, ConfigError

log = logging.getLogger(__name__)

SESSIONS_A_STEP = 2
PAUSE_SECONDS = 0.5
MOST_WAITING = 5
STOP_SECONDS = 2.0

# pull(ticker, start, end) stores what the broker has and was never asked for.
Pull = Callable[[str, int, int], int]


@dataclass(frozen=True, slots=True)
class Fetching:
    """One ticker's fetch: sessions done and in all; failure: in words, once it has ended without an answer."""

    done: int
    total: int
    failure: str | None = None
    is_over: bool = False

    def to_values(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"done": self.done, "total": self.total, "failure": self.failure, "is_over": self.is_over}


class BarFetch:
    """Fetch one ticker after the other. pull: as that of HistoricalPull."""

    def __init__(self, pull: Pull, calendar: MarketCalendar, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._pull = pull
        self._calendar = calendar
        self._pause_seconds = pause_seconds
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, Sequence[Session]]] = deque()
        self._standing: dict[str, Fetching] = {}
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    def standing(self, ticker: str) -> Fetching | None:
        """Return how far the newest fetch of a ticker is, None when there was none."""
        with self._changed:
            return self._standing.get(ticker)

    def ask(self, ticker: str, sessions: Sequence[Session]) -> None:
        """Have sessions fetched; raises ConfigError when too many tickers wait. Asked twice, it is fetched once."""
        with self._changed:
            known = self._standing.get(ticker)
            if known is not None and not known.is_over:
                return
            if len(self._waiting) >= MOST_WAITING:
                raise ConfigError(f"{MOST_WAITING} tickers are being fetched already: wait for one of them.")
            self._waiting.append((ticker, sessions))
            self._standing[ticker] = Fetching(0, len(sessions))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="backtest-bars", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """End after the step under way; what was fetched is kept."""
        self._is_closed.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed.is_set() or bool(self._waiting))
                if self._is_closed.is_set():
                    return
                ticker, sessions = self._waiting.popleft()
            self._fetch(ticker, sessions)

    def _fetch(self, ticker: str, sessions: Sequence[Session]) -> None:
        failure = None
        try:
            # The newest first: they are wanted the most.
            for start, end in reversed(steps_of(sessions, self._calendar)):
                if self._is_closed.is_set():
                    return
                self._pull(ticker, start, end)
                self._note(ticker, done=len(self._calendar.sessions_between(start, end)))
                self._is_closed.wait(self._pause_seconds)
        except AutoTraderError as error:
            failure = str(error)
        except Exception:
            log.exception("The history of %s could not be fetched for a backtest.", ticker)
            failure = "It broke off through a fault: see the log."
        with self._changed:
            self._standing[ticker] = replace(self._standing[ticker], is_over=True, failure=failure)

    def _note(self, ticker: str, *, done: int) -> None:
        with self._changed:
            known = self._standing[ticker]
            self._standing[ticker] = replace(known, done=min(known.total, known.done + done))


def steps_of(sessions: Sequence[Session], calendar: MarketCalendar) -> list[Range]:
    """Return ascending sessions as ranges of a few that follow each other."""
    groups: list[list[Session]] = []
    for session in sessions:
        group = groups[-1] if groups else []
        follows = group and len(calendar.sessions_between(group[-1].open, session.close)) == 2
        if follows and len(group) < SESSIONS_A_STEP:
            group.append(session)
        else:
            groups.append([session])
    return [(group[0].open, group[-1].close) for group in groups]
