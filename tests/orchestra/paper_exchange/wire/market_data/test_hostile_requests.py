"""Whatever is asked of the data side, the answer is JSON, never a broken server, and never from the future."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from tests.orchestra.paper_exchange.made_market import CASH, OPEN, StandingClock, utc
from tests.orchestra.paper_exchange.wire.clients import HEADERS

NOW = OPEN + 45 * MINUTE
PATHS = [
    "/v2/stocks/bars",
    "/v2/stocks/F/bars",
    "/v2/stocks/trades",
    "/v2/stocks/quotes",
    "/v2/stocks/auctions",
    "/v2/stocks/snapshots",
    "/v2/stocks/bars/latest",
    "/v2/stocks/F/trades/latest",
    "/v2/stocks/ZZZ/snapshot",
    "/v1/corporate-actions",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    book: Path = tmp_path_factory.mktemp("hostile") / "exchange.db"
    calendar = MarketCalendar()
    market = SyntheticMarket(3, calendar)
    exchange = PaperExchange(book, market, calendar, cash=CASH, clock=StandingClock(), start=NOW)
    yield PaperExchangeServer(exchange, key="key", secret="secret")._app.test_client()
    exchange.close()


def token(symbol: str, at: int) -> str:
    return urlsafe_b64encode(f"{symbol}|M|{at}".encode()).decode()


times = st.one_of(
    st.sampled_from(
        ["0001-01-01T00:00:00Z", "9999-12-31", "1970-01-01", "2024-07-03", "2024-07-03T13:30:00.5Z", "now"]
    ),
    st.integers(OPEN - 5 * 86_400, OPEN + 86_400).map(utc),
)
values: dict[str, st.SearchStrategy[str]] = {
    "symbols": st.sampled_from(["F", "F,KO", "f", "ZHALT,ZZTOP", "F,,", "", "A B", "\x00", "F" * 500]),
    "timeframe": st.sampled_from(["1Min", "5Min", "1Hour", "1Day", "1Week", "3Month", "99Min", "", "1"]),
    "start": times,
    "end": times,
    "limit": st.sampled_from(["1", "3", "10000", "0", "-1", "1e3", "9" * 5000, "x"]),
    "sort": st.sampled_from(["asc", "desc", "sideways"]),
    "adjustment": st.sampled_from(["raw", "split", "all", "split,dividend", "none"]),
    "feed": st.sampled_from(["iex", "sip", "otc", "moon"]),
    "page_token": st.one_of(
        st.sampled_from(["", "x", "====", "\ud7ff"]),
        st.builds(token, st.sampled_from(["A", "F", "ZZ", ""]), st.sampled_from([0, NOW * 10**6, 10**40, -(10**40)])),
    ),
    "types": st.sampled_from(["forward_split", "cash_dividend,spin_off", "party"]),
}


@pytest.mark.requirement("S2-34")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), parameters=st.fixed_dictionaries({}, optional=values))
def test_any_request_is_answered_in_json_and_tells_nothing_of_the_future(
    client: FlaskClient, path: str, parameters: dict[str, str]
) -> None:
    # Decades of synthetic days would only be slow.
    if parameters.get("start", "").startswith(("0001", "1970")) and "limit" not in parameters:
        parameters["limit"] = "3"
    response = client.get(path, query_string=parameters, headers=HEADERS)
    assert response.status_code in {200, 400, 422}, response.text
    if response.status_code == 200 and path.startswith("/v2"):
        assert all(moment < NOW for moment in moments(response.json))


def moments(body: Any) -> Iterator[float]:
    """Yield every `t` in an answer, epoch seconds; a minute bar must be over."""
    if isinstance(body, dict):
        if isinstance(body.get("t"), str):
            yield datetime.fromisoformat(body["t"]).timestamp()
        for value in body.values():
            yield from moments(value)
    elif isinstance(body, list):
        for value in body:
            yield from moments(value)


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "9999-12-31"])
def test_extreme_times_are_ranges_like_others(client: FlaskClient, start: str) -> None:
    response = client.get("/v1/corporate-actions", query_string={"start": start, "symbols": "F"}, headers=HEADERS)
    assert response.status_code == 200
