"""The space weather watch: NOAA's K-index, looked up every five minutes as long as an algorithm asks for it.

In: an answer of NOAA's, in the hands of the fetcher. Out: rows of `space_weather`. Thread: engine; the asking, reading
and storing is done by the fetcher, so that no minute ever waits for it. Nights count as asking when the last session's
last minute did.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from database.weather import sample_rows
from database.weather.noaa_answer import read_answer
from orchestra.runtime.agenda import Agenda
from orchestra.runtime.clock import Clock
from orchestra.runtime.network.standing_question import StandingQuestion, Start

log = logging.getLogger(__name__)

NAME = "space_weather"
EVERY_SECONDS = 300.0


class SpaceWeatherWatch:
    """Keep the K-index up to date. fetch: asks NOAA and raises MarketDataError; None where there is nobody to ask."""

    def __init__(
        self, world: MarketWorld, clock: Clock, start: Start, *, fetch: Callable[[], bytes] | None, agenda: Agenda
    ) -> None:
        self._world = world
        self._clock = clock
        self._fetch = fetch
        self._agenda = agenda
        self._is_silent = False
        self._question = StandingQuestion(clock, start, ask=self._look, take=self._take)

    def run_due(self) -> None:
        """Look when it is time to and somebody wants to know; take note of how it went."""
        if self._is_wanted or not self._question.is_due:
            self._question.run_due()

    @property
    def _is_wanted(self) -> bool:
        """Say whether an algorithm has asked in the newest minute, or in the one before while that is under way."""
        asked_at = self._world.weather_asked_at
        return self._fetch is not None and asked_at is not None and asked_at >= (self._world.as_of or 0) - MINUTE

    def _look(self) -> None:
        """Ask and store. Raises MarketDataError when there was no answer that makes sense; that is stored as well."""
        store = self._world.bar_store.store
        try:
            samples = read_answer(self._fetch() if self._fetch else b"")
        except MarketDataError:
            with store.transaction() as connection:
                sample_rows.note_failure(connection, at=self._now())
            raise
        with store.transaction() as connection:
            sample_rows.note_answer(connection, samples, at=self._now())

    def _take(self, answer: "Future[Any]") -> None:
        """Say once that it does not work, whatever went wrong: the K-index is then not known, and no more than that."""
        self._question.again_in(EVERY_SECONDS)
        error = None if answer.cancelled() else answer.exception()
        if answer.cancelled() or error is not None:
            if not self._is_silent:
                log.warning("The K-index could not be looked up: %s", error or "the program is ending")
            self._is_silent = True
            return
        self._is_silent = False
        self._agenda.note_end(NAME, EVERY_SECONDS)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
