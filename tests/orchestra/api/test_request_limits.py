"""How often one address may ask, and what is never a request too many."""

import logging
from pathlib import Path

import pytest

from orchestra.api.api_parts import ApiLimits
from tests.orchestra.api.api_house import LAN, ApiHouse, made_snapshot


@pytest.mark.requirement("S1-33")
def test_the_request_too_many_is_told_to_wait_and_other_addresses_are_not(quick_folder: Path) -> None:
    house = ApiHouse(quick_folder, limits=ApiLimits(requests_a_minute=3))
    statuses = [house.visitor(LAN).get("/api/pin").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    answer = house.visitor(LAN).get("/api/pin")
    assert answer.json == {"error": "Too many requests: wait a moment."}
    assert house.visitor().get("/api/pin").status_code == 200
    house.close()


def test_the_halt_the_page_and_health_are_never_too_many(quick_folder: Path) -> None:
    house = ApiHouse(quick_folder, limits=ApiLimits(requests_a_minute=1))
    house.board.replace(made_snapshot())
    visitor = house.visitor()
    for _ in range(4):
        assert visitor.get("/").status_code == 200
        assert visitor.get("/health").status_code == 200
        assert visitor.post("/halt", {}).status_code == 200
    house.close()


def test_a_strangers_address_is_one_plain_line_in_the_log(house: ApiHouse, caplog: pytest.LogCaptureFixture) -> None:
    owner = house.owner()
    caplog.set_level(logging.INFO)
    house.board.replace(made_snapshot())
    house.strategies = None  # type: ignore[assignment]  # a fault of our own
    assert owner.get("/api/available-algorithms").status_code == 500
    assert owner.get("/api/available-algorithms").json == {"error": "AutoTrader could not answer: see the log."}
    with house.app.flask.test_request_context("/api/a%0aFAKE%0d"):
        from orchestra.api_server import _path

        assert _path() == "/api/a FAKE"
    assert "could not be answered" in caplog.text
