"""How a request goes out: with a time limit, counted against the host's budget, its answer noted.

In: requests of the REST clients. Out: the same, within limits; when the host last answered. Thread: any.
"""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.network.token_bucket import LONGEST_PAUSE_SECONDS, TokenBucket

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
TOO_MANY_REQUESTS = 429
RATE_RESET = "X-RateLimit-Reset"


class AnswerNote:
    """Note when a host last answered. newest: (steady seconds, HTTP status), None before the first answer."""

    def __init__(self) -> None:
        self.newest: tuple[float, int] | None = None

    def take(self, at: float, status: int) -> None:
        """Note an answer; any thread may."""
        self.newest = at, status


class RestAdapter(HTTPAdapter):
    """Give every request a time limit, which requests has none of, and count it against the host's budget.

    clock: where the host's own time matters, as the budget's does.
    """

    def __init__(
        self,
        time_limits: tuple[float, float],
        *,
        budget: TokenBucket | None,
        clock: Clock | None,
        note: AnswerNote,
    ) -> None:
        super().__init__()
        self._time_limits = time_limits
        self._budget = budget
        self._clock = clock
        self._note = note
        self._steady = clock or SystemClock()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send a request once; raises what `requests` raises."""
        options["timeout"] = self._time_limits
        if self._budget is not None and "page_token" in str(request.url):
            self._budget.spend()
        response = super().send(request, **options)
        self._note.take(self._steady.monotonic(), response.status_code)
        if self._budget is not None and self._clock is not None and response.status_code == TOO_MANY_REQUESTS:
            self._budget.close(_seconds_until_reset(response, self._clock))
        return response


def _seconds_until_reset(response: requests.Response, clock: Clock) -> float:
    """Return how long a host that answers 429 wants to be left alone; a minute when it does not say."""
    try:
        return float(response.headers[RATE_RESET]) - clock.now().timestamp()
    except (KeyError, ValueError):
        return LONGEST_PAUSE_SECONDS
