"""Whatever a client sends: an answer below 500 in JSON, and a refused request changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.orchestra.paper_exchange.made_market import Desk

KEYS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}
NEVER_500 = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.sampled_from(
    ["AAA", "buy", "sell", "market", "limit", "stop", "trailing_stop", "day", "gtc", "ioc", "cls", "bracket", "oco",
     "oto", "", "0", "-1", "1e999", "nan", "10.001", "true", "x" * 200, "\x00", "é", "9" * 5000]
)  # fmt: skip
scalars = st.one_of(
    words, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from([10**400, 2**63])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["limit_price", "stop_price"]), inner),
    max_leaves=5,
)
FIELDS = [
    "symbol",
    "side",
    "type",
    "time_in_force",
    "qty",
    "notional",
    "limit_price",
    "stop_price",
    "trail_price",
    "trail_percent",
    "trail",
    "extended_hours",
    "client_order_id",
    "order_class",
    "take_profit",
    "stop_loss",
    "legs",
    "position_intent",
    "name",
    "symbols",
    "suspend_trade",
]
bodies = st.dictionaries(st.sampled_from(FIELDS), values) | values
PLAIN_ORDER = {"symbol": "AAA", "side": "buy", "type": "limit", "time_in_force": "day", "qty": 1, "limit_price": 5}
PARAMETERS = [
    "status",
    "limit",
    "after",
    "until",
    "direction",
    "nested",
    "symbols",
    "side",
    "asset_class",
    "before_order_id",
    "after_order_id",
    "qty",
    "percentage",
    "cancel_orders",
    "activity_types",
    "category",
    "date",
    "order_id",
    "page_size",
    "page_token",
    "period",
    "timeframe",
    "start",
    "end",
    "date_end",
    "pnl_reset",
    "intraday_reporting",
    "cashflow_types",
    "attributes",
    "exchange",
    "date_type",
    "name",
    "client_order_id",
]
PATHS = [
    "/v2/orders", "/v2/orders:by_client_order_id", "/v2/orders/{}", "/v2/positions", "/v2/positions/{}", "/v2/account",
    "/v2/account/activities", "/v2/account/activities/{}", "/v2/account/portfolio/history", "/v2/assets",
    "/v2/assets/{}",
    "/v2/account/configurations", "/v2/calendar", "/v2/clock", "/v2/watchlists", "/v2/watchlists/{}",
    "/v2/watchlists:by_name", "/v2/watchlists/{}/AAA", "/v2/positions/{}/exercise", "/v2/options/contracts", "/v9/{}",
]  # fmt: skip
parts = st.sampled_from(
    ["AAA", "ZZZ", "%00", "..", "00000000-0000-0000-0000-000000000000", "x" * 500, "%ED%A0%80", "a b"]
)


class Client:
    """Sends what no client library would send."""

    def __init__(self, base_url: str, session: requests.Session) -> None:
        self._base_url = base_url
        self._session = session

    def send(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Return status and JSON of the answer, which is never the server's own failure."""
        response = self._session.request(method, self._base_url + path, timeout=10, **more)
        assert response.status_code < 500, (method, path, more, response.text)
        return response.status_code, response.json() if response.content else None


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    with requests.Session() as session:
        session.headers.update(KEYS)
        session.trust_env = False
        yield Client(base_url, session)


@NEVER_500
@given(bodies, st.sampled_from(["POST /v2/orders", "PATCH /v2/orders/{}", "PATCH /v2/account/configurations",
                                "POST /v2/watchlists", "PUT /v2/watchlists/{}"]))  # fmt: skip
def test_any_body_is_answered(client: Client, desk: Desk, body: Any, route: str) -> None:
    resting = desk.exchange.desk
    order = next(iter(desk.exchange.account.working.values()), None) or desk.place("buy", type="limit", limit_price="5")
    method, _, path = route.partition(" ")
    before = desk.exchange.account
    status, answer = client.send(method, path.format(order.id), data=json.dumps(body))
    if status != 200:
        assert isinstance(answer["code"], int)
        assert answer["message"]
        assert desk.exchange.account is before
    resting.configure({"suspend_trade": False})


@NEVER_500
@given(st.dictionaries(st.sampled_from(sorted(PLAIN_ORDER)), values, max_size=2))
def test_order_with_odd_fields_is_answered(client: Client, desk: Desk, odd: dict[str, Any]) -> None:
    before = desk.exchange.account
    status, _ = client.send("POST", "/v2/orders", data=json.dumps(PLAIN_ORDER | odd))
    assert status in {200, 403, 422}
    assert (desk.exchange.account is before) == (status != 200)


@NEVER_500
@given(
    st.sampled_from(["GET", "DELETE", "POST", "PUT", "PATCH"]),
    st.sampled_from(PATHS),
    parts,
    st.dictionaries(st.sampled_from(PARAMETERS), words | st.text(max_size=6), max_size=3),
)
def test_any_path_and_parameters_are_answered(
    client: Client, method: str, path: str, part: str, parameters: dict[str, str]
) -> None:
    client.send(method, path.format(part), params=parameters)


@pytest.mark.parametrize(
    "data",
    [b"", b"[" * 100_000, b'{"qty": 1e9999999999999999999}', b'{"qty": ' + b"9" * 10_000 + b"}", b"\xff\xfe", b"NaN"],
    ids=range(6),
)
def test_broken_json_is_refused(client: Client, data: bytes) -> None:
    status, answer = client.send("POST", "/v2/orders", data=data)
    assert (status, answer["code"]) == (422, 40010001)


BAD_PARAMETERS = {
    "status": ("/v2/orders", "status=held"),
    "side": ("/v2/orders", "side=short"),
    "direction": ("/v2/orders", "direction=up"),
    "limit": ("/v2/orders", "limit=501"),
    "long limit": ("/v2/orders", "limit=" + "9" * 5000),
    "nested": ("/v2/orders", "nested=maybe"),
    "order id": ("/v2/orders", "after_order_id=x"),
    "percentage": ("/v2/positions/AAA", "percentage=101"),
    "both": ("/v2/positions/AAA", "percentage=10&qty=1"),
    "qty": ("/v2/positions/AAA", "qty=-1"),
    "start": ("/v2/calendar", "start=2024-13-01"),
    "date type": ("/v2/calendar", "date_type=LUNAR"),
}


@pytest.mark.parametrize(("path", "query"), BAD_PARAMETERS.values(), ids=BAD_PARAMETERS)
def test_bad_parameter_is_refused(client: Client, path: str, query: str) -> None:
    method = "DELETE" if "positions" in path else "GET"
    status, answer = client.send(method, f"{path}?{query}")
    assert (status, answer["code"]) == (422, 40010001)
