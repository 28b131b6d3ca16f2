"""The 429 mode: each side has its own minute, as headers and bodies say."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from database.bar import MINUTE
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.request_budget import REQUESTS_A_MINUTE, RateLimit, RequestBudget, Side
from tests.orchestra.paper_exchange.made_market import OPEN, Desk
from tests.orchestra.paper_exchange.wire.clients import HEADERS


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers.update(HEADERS)
        yield session


def serve(desk: Desk, rate_limit: RateLimit) -> PaperExchangeServer:
    return PaperExchangeServer(desk.exchange, key="key", secret="secret", rate_limit=rate_limit)


def test_one_request_too_many_is_refused_until_the_next_market_minute(desk: Desk, session: requests.Session) -> None:
    server = serve(desk, RateLimit.MARKET)
    base_url = server.start()
    try:
        for _ in range(REQUESTS_A_MINUTE):
            last = session.get(f"{base_url}/v2/clock", timeout=20)
        assert (last.status_code, last.headers["X-Ratelimit-Remaining"]) == (200, "0")
        refused = session.get(f"{base_url}/v2/clock", timeout=20)
        assert refused.status_code == 429
        assert refused.json() == {"code": 42910000, "message": "rate limit exceeded"}
        assert refused.headers["X-Ratelimit-Reset"] == str(OPEN + MINUTE)
        # The other side and the control port have their own.
        data = session.get(f"{base_url}/v2/stocks/AAA/bars/latest", timeout=20)
        assert (data.status_code, data.headers["X-Ratelimit-Remaining"]) == (200, "199")
        assert session.get(f"{base_url}/control/book", timeout=20).status_code == 200
        desk.advance()
        assert session.get(f"{base_url}/v2/clock", timeout=20).status_code == 200
    finally:
        server.stop()


def test_data_side_refuses_in_its_own_words(desk: Desk, session: requests.Session) -> None:
    server = serve(desk, RateLimit.MARKET)
    base_url = server.start()
    try:
        for _ in range(REQUESTS_A_MINUTE):
            session.get(f"{base_url}/v2/stocks/AAA/bars/latest", timeout=20)
        refused = session.get(f"{base_url}/v1/corporate-actions", timeout=20)
        assert (refused.status_code, refused.json()) == (429, {"message": "too many requests."})
    finally:
        server.stop()


def test_wall_time_tells_when_the_wall_clocks_minute_ends(desk: Desk, session: requests.Session) -> None:
    server = serve(desk, RateLimit.WALL)
    try:
        response = session.get(f"{server.start()}/v2/clock", timeout=20)
    finally:
        server.stop()
    assert int(response.headers["X-Ratelimit-Reset"]) > datetime(2025, 1, 1, tzinfo=UTC).timestamp()


def test_budget_that_is_not_enforced_only_counts() -> None:
    seconds = [0.0]
    budget = RequestBudget(lambda: seconds[0])
    assert all(budget.take(Side.DATA) for _ in range(REQUESTS_A_MINUTE + 5))
    assert budget.headers(Side.DATA)["X-Ratelimit-Remaining"] == "0"
    seconds[0] = 60.0
    assert budget.headers(Side.DATA) == {
        "X-Ratelimit-Limit": "200",
        "X-Ratelimit-Remaining": "200",
        "X-Ratelimit-Reset": "120",
    }
