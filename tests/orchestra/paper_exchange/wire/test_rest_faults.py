"""Every fault of the REST side: what the client sees, and whether the exchange acted."""

from typing import Any

import pytest
import requests

from database.bar import MINUTE
from tests.orchestra.paper_exchange.made_market import OPEN, Desk
from tests.orchestra.paper_exchange.wire.clients import HEADERS, FaultPort, until

ORDER = {"symbol": "AAA", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}


def post(base_url: str, client_order_id: str = "mine") -> requests.Response:
    body = ORDER | {"client_order_id": client_order_id}
    return requests.post(f"{base_url}/v2/orders", json=body, headers=HEADERS, timeout=20)


def has_order(desk: Desk, client_order_id: str = "mine") -> bool:
    return desk.exchange.store.order_by_client_id(client_order_id) is not None


@pytest.mark.parametrize(("kind", "is_placed"), [("drop_request", False), ("drop_answer", True), ("reset", True)])
def test_line_that_ends_without_an_answer(
    desk: Desk, base_url: str, faults: FaultPort, kind: str, is_placed: bool
) -> None:
    faults.plant("rest", kind)
    with pytest.raises(requests.ConnectionError) as failed:
        post(base_url)
    assert ("reset" in str(failed.value).lower()) is (kind == "reset")
    assert has_order(desk) is is_placed
    assert post(base_url, "next").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "code", "is_placed"),
    [
        ("status_429", 429, 42910000, False),
        ("status_500", 500, 50010000, False),
        ("status_503", 503, 50310000, False),
        ("status_504", 504, 50410000, True),
    ],
)
def test_error_status_instead_of_the_answer(
    desk: Desk, base_url: str, faults: FaultPort, kind: str, status: int, code: int, is_placed: bool
) -> None:
    faults.plant("rest", kind)
    response = post(base_url)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert has_order(desk) is is_placed


def test_gateways_page_is_no_json_and_the_order_is_not_placed(desk: Desk, base_url: str, faults: FaultPort) -> None:
    faults.plant("rest", "html")
    response = post(base_url)
    assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html")
    assert "<html>" in response.text
    assert not has_order(desk)


def test_truncated_answer_is_half_its_json(desk: Desk, base_url: str, faults: FaultPort) -> None:
    faults.plant("rest", "truncated")
    response = post(base_url)
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()
    assert has_order(desk)


def test_delayed_answer_outlasts_the_clients_patience(desk: Desk, base_url: str, faults: FaultPort) -> None:
    faults.plant("rest", "delay_answer", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{base_url}/v2/orders", json=ORDER | {"client_order_id": "a"}, headers=HEADERS, timeout=0.2)
    until(lambda: has_order(desk, "a"))
    faults.clear()


def test_order_takes_effect_minutes_after_its_504(desk: Desk, base_url: str, faults: FaultPort) -> None:
    faults.plant("rest", "delay_acceptance", seconds=180)
    assert requests.get(f"{base_url}/v2/orders", headers=HEADERS, timeout=20).status_code == 200
    assert post(base_url).status_code == 504
    desk.advance_to(OPEN + 2 * MINUTE)
    assert not has_order(desk)
    desk.advance()
    order = desk.exchange.store.order_by_client_id("mine")
    assert order is not None
    assert order.submitted_at // 1_000_000 == OPEN + 3 * MINUTE
    assert [execution.client_order_id for execution in desk.settle()] == ["mine"]


def test_fault_strikes_the_named_path_and_verb_only(base_url: str, faults: FaultPort) -> None:
    faults.plant("rest", "status_500", path="/v2/acc", method="get", times=2)

    def status(path: str) -> Any:
        return requests.get(base_url + path, headers=HEADERS, timeout=20).status_code

    assert [status(path) for path in ("/v2/clock", "/v2/account", "/v2/clock")] == [200, 500, 200]
    assert post(base_url).status_code == 200
    assert faults.hits() == [1]
    faults.clear()
    assert status("/v2/account") == 200


def test_control_port_never_fails(base_url: str, faults: FaultPort) -> None:
    faults.plant("rest", "drop_request", times=9)
    assert faults.hits() == [0]
