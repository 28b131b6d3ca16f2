"""Requests a minute: told in the headers of every answer, and enforced when asked to.

The trading and the data side have 200 a minute each, counted separately, like an account and a free data plan (rate
limits of the trading and market-data references). The control port is no part of Alpaca and counts for nothing.

Thread: any.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from flask import Flask, Response, request

from database.bar import MINUTE
from orchestra.paper_exchange.wire.rest.answers import Answer, answer

REQUESTS_A_MINUTE = 200
DATA_PATHS = ("/v2/stocks/", "/v1/corporate-actions", "/v1beta1/")
CONTROL = "/control/"
TRADING_BODY = {"code": 42910000, "message": "rate limit exceeded"}
DATA_BODY = {"message": "too many requests."}


class RateLimit(StrEnum):
    """Whether requests are refused, and whose minute counts: off tells only, a replay runs as fast as it can."""

    OFF = "off"
    MARKET = "market"
    WALL = "wall"


class Side(StrEnum):
    """The two hosts of Alpaca, each with a budget of its own."""

    TRADING = "trading"
    DATA = "data"


@dataclass(slots=True)
class _Minute:
    """Requests of one side in one minute. start: epoch seconds."""

    start: int = 0
    requests: int = 0


@dataclass(slots=True)
class RequestBudget:
    """Count requests. now: epoch seconds of the time that counts."""

    now: Callable[[], float]
    is_enforced: bool = False
    _minutes: dict[Side, _Minute] = field(default_factory=lambda: {side: _Minute() for side in Side})
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, side: Side) -> bool:
        """Count a request; return False when it is one too many."""
        with self._lock:
            minute = self._current(side)
            if self.is_enforced and minute.requests >= REQUESTS_A_MINUTE:
                return False
            minute.requests += 1
            return True

    def headers(self, side: Side) -> dict[str, str]:
        """Return what is left, and when it begins anew."""
        with self._lock:
            minute = self._current(side)
            return {
                "X-Ratelimit-Limit": str(REQUESTS_A_MINUTE),
                "X-Ratelimit-Remaining": str(max(0, REQUESTS_A_MINUTE - minute.requests)),
                "X-Ratelimit-Reset": str(minute.start + MINUTE),
            }

    def _current(self, side: Side) -> _Minute:
        start = int(self.now()) // MINUTE * MINUTE
        minute = self._minutes[side]
        if minute.start != start:
            minute = self._minutes[side] = _Minute(start)
        return minute


def watch(app: Flask, budget: RequestBudget) -> None:
    """Count the app's requests, and refuse those beyond the budget if it is enforced."""

    @app.before_request
    def count() -> Answer | None:
        side = _side()
        if side is None or budget.take(side):
            return None
        return answer(TRADING_BODY if side is Side.TRADING else DATA_BODY, 429)

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers.update(budget.headers(_side() or Side.TRADING))
        return response


def _side() -> Side | None:
    if request.path.startswith(CONTROL):
        return None
    return Side.DATA if request.path.startswith(DATA_PATHS) else Side.TRADING
