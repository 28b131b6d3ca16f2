"""Pages of other origins: those that are named read what a key opens, and no other browser page learns anything."""

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from orchestra.api.auth import access
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.runtime.settings import Settings
from tests.orchestra.api.api_house import ApiHouse, made_snapshot

OFFERED = "/api/account/cash"
NAMED = "http://localhost:3000"
ASKING = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key, x-anything"}


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch, house: ApiHouse) -> None:
    monkeypatch.setattr(access, "READER_READS", access.READER_READS | {"account.cash"})
    origins = str(Settings.model_fields["cors_origins"].default)
    house.parts = replace(house.parts, readers=ReaderWishes.of("", f"{origins}, https://desk.example/", is_open=False))
    house.board.replace(made_snapshot())


def shared(answer: TestResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers if name.lower().startswith("access-control-")}


def preflight(house: ApiHouse, path: str, origin: str, **headers: str) -> TestResponse:
    return house.visitor().send("OPTIONS", path, None, {**ASKING, "Origin": origin, **headers})


@pytest.mark.requirement("S1-08")
@pytest.mark.parametrize("origin", [NAMED, "https://desk.example"])
def test_a_named_page_may_read_with_a_key_and_any_header(house: ApiHouse, origin: str) -> None:
    asked = preflight(house, OFFERED, origin)
    assert asked.status_code == 204
    assert shared(asked) == {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET",
        "access-control-allow-headers": "x-api-key, x-anything",
        "access-control-max-age": "600",
        "access-control-expose-headers": "Retry-After",
    }
    key = house.app.context.reader_keys.make("page", days=1)[1]
    answer = house.visitor().get(OFFERED, **{"x-api-key": key, "Origin": origin})
    assert answer.status_code == 200
    assert shared(answer)["access-control-allow-origin"] == origin
    assert "Origin" in answer.headers["Vary"]


def test_a_named_page_learns_why_it_was_refused(house: ApiHouse) -> None:
    answer = house.visitor().get(OFFERED, **{"x-api-key": "wrong", "Origin": NAMED})
    assert answer.status_code == 403
    assert shared(answer)["access-control-allow-origin"] == NAMED


@pytest.mark.requirement("S1-08")
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:3001", f"{NAMED}.evil.example", "null", ""]
)
def test_a_page_that_is_not_named_is_told_nothing(house: ApiHouse, origin: str) -> None:
    for answer in (preflight(house, OFFERED, origin), house.visitor().get(OFFERED, Origin=origin)):
        assert shared(answer) == {}
        assert "Origin" in answer.headers["Vary"]


def test_a_session_is_never_shared(house: ApiHouse) -> None:
    answer = house.owner().get(OFFERED, Origin=NAMED)
    assert answer.status_code == 200
    assert "access-control-allow-credentials" not in shared(answer)


@pytest.mark.parametrize("path", ["/api/keys", "/api/algorithms", "/halt", "/api/pin", "/socket.io/", "/nowhere", "/"])
def test_what_readers_are_not_offered_is_shared_with_no_page(house: ApiHouse, path: str) -> None:
    for answer in (preflight(house, path, NAMED), house.owner().get(path, Origin=NAMED)):
        assert shared(answer) == {}
    assert preflight(house, path, NAMED).status_code in (404, 405)


def test_options_that_is_no_preflight_and_one_for_an_act_are_not_answered(house: ApiHouse) -> None:
    assert house.visitor().send("OPTIONS", OFFERED, None, {"Origin": NAMED}).status_code == 405
    asked = preflight(house, OFFERED, NAMED, **{"Access-Control-Request-Method": "POST"})
    assert shared(asked)["access-control-allow-methods"] == "GET"
