"""Nothing is reachable without a session, except what is listed here; every route and method of the app is walked."""

import pytest

from orchestra.api.front_end import FrontEnd
from orchestra.api.protocol import ROUTES, STREAMS
from tests.orchestra.api.api_house import HOST, LAN, OWN_PAGE, ApiHouse, Visitor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
PAGE = {"/", "/frontend/dashboard.html", "/frontend/<version>/<path:name>"}
# For other programs: what it is, and what a key of theirs opens.
DOCUMENT = {"/openapi.json", "/docs", "/docs/docs.css"}
WINDOW = {"/positions", "/signals", "/signals/recent", "/orders", "/strategies", "/metrics/<strategy>", "/analytics"}
WINDOW |= {"/pdt/status", "/bars/<symbol>"}
HERE = {"/internal/prometheus"}
OPEN = {(method, rule) for rule in PAGE | DOCUMENT | {"/health", "/api/pin"} for method in ("GET", "HEAD")}
OPEN |= {("POST", "/api/validate-pin")}
OPEN_HERE = OPEN | {("POST", "/api/pin"), ("POST", "/halt"), ("POST", "/api/stop-entries")}
OPEN_HERE |= {(method, rule) for rule in HERE for method in ("GET", "HEAD")}
REFUSED = {401, 403, 404, 405}


def walk(house: ApiHouse, visitor: Visitor) -> set[tuple[str, str]]:
    """Return what answers a visitor with anything but a refusal of the door."""
    reached = set()
    for rule in house.app.flask.url_map.iter_rules():
        path = rule.rule.replace("<int:algorithm_id>", "1").replace("<command_id>", "12345678")
        path = path.replace("<version>", FrontEnd(house.frontend).version).replace("<path:name>", "app.js")
        for method in METHODS:
            if visitor.send(method, path, {}, OWN_PAGE).status_code not in REFUSED:
                reached.add((method, rule.rule))
    return reached


@pytest.mark.requirement("S2-08")
def test_without_a_session_only_the_shell_health_and_the_pin_answer(house: ApiHouse) -> None:
    house.make_pin()
    assert walk(house, house.visitor(LAN)) == OPEN
    assert house.engine.given == []
    assert walk(house, house.visitor()) - {("POST", "/api/pin")} == OPEN_HERE - {("POST", "/api/pin")}


def test_every_url_of_the_protocol_is_a_route_and_no_other_exists(house: ApiHouse) -> None:
    rules = {rule.rule for rule in house.app.flask.url_map.iter_rules()}
    served = PAGE | DOCUMENT | WINDOW | HERE | {path for paths in STREAMS.values() for path in paths}
    assert rules == set(ROUTES.values()) | served


@pytest.mark.parametrize("path", ["/trades", "/strategies/execute", "/api/nothing", "/frontend/", "/frontend/../etc"])
def test_an_address_that_does_not_exist_says_so_in_json(house: ApiHouse, path: str) -> None:
    for method in ("GET", "POST"):
        answer = house.visitor().send(method, path, {}, OWN_PAGE)
        assert answer.status_code in (404, 405)
        assert list(answer.json) == ["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": f"http://{HOST}"}, 403),
        ({"X-AutoTrader": "1"}, 403),
        ({"X-AutoTrader": "1", "Origin": "http://evil.example"}, 403),
        ({"X-AutoTrader": "1", "Origin": "null"}, 403),
        ({"X-AutoTrader": "1", "Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}, 403),
        ({"X-AutoTrader": "1", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"X-AutoTrader": "1", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-AutoTrader": "1", "Sec-Fetch-Site": "same-site"}, 403),
        ({"X-AutoTrader": "1", "Sec-Fetch-Site": "none"}, 200),
        ({"X-AutoTrader": "1", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"X-AutoTrader": "1", "Origin": f"http://{HOST}"}, 200),
        ({"X-AutoTrader": "1", "Origin": f"http://{HOST}", "Content-Type": "text/plain"}, 415),
        ({"X-AutoTrader": "1", "Origin": f"http://{HOST}", "Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_an_act_of_a_foreign_page_is_refused(
    house: ApiHouse, owner: Visitor, headers: dict[str, str], status: int
) -> None:
    answer = owner.send("POST", "/api/algorithms/1/pause", {}, headers)
    assert answer.status_code == status
    assert len(house.engine.given) == (1 if status == 200 else 0)


@pytest.mark.parametrize("host", ["evil.example:5001", "localhost.evil.example", "127.0.0.1.nip.io", "", "a b", "[::1"])
def test_a_host_that_is_not_this_machine_is_refused_even_with_a_session(owner: Visitor, host: str) -> None:
    answer = owner.send("GET", "/api/session", None, {"Host": host})
    assert answer.status_code == 403
    assert "localhost" in answer.json["error"]


@pytest.mark.parametrize(
    "host", ["localhost:5001", "127.0.0.1:5001", "[::1]:5001", "LOCALHOST:8080", "autotrader.local"]
)
def test_a_name_of_this_machine_is_answered(house: ApiHouse, host: str) -> None:
    assert house.visitor().send("GET", "/api/pin", None, {"Host": host}).status_code == 200


def test_a_proxy_on_this_machine_makes_nobody_local(house: ApiHouse) -> None:
    proxied = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": HOST}
    answer = house.visitor().send("GET", "/api/pin", None, proxied)
    assert answer.json == {"exists": True}
    assert house.visitor().send("POST", "/halt", {}, OWN_PAGE | proxied).status_code == 401
    assert house.halt.halt is None


def test_from_the_network_an_owner_reads_and_halts_and_does_nothing_else(house: ApiHouse) -> None:
    house.make_pin()
    phone = house.visitor(LAN)
    assert phone.post("/api/validate-pin", {"pin": "482915"}).status_code == 200
    assert phone.get("/api/algorithms").status_code == 200
    refusals = [
        phone.post("/api/algorithms", {"name": "a", "ticker": "AAPL", "initial_capital": 1}),
        phone.post("/api/algorithms/1/stop", {"liquidate": True}),
        phone.post("/resume", {"pin": "482915"}),
        phone.delete("/api/algorithms/1"),
    ]
    assert {answer.status_code for answer in refusals} == {403}
    assert house.engine.given == []
    assert phone.post("/halt", {}).status_code == 200
    assert phone.delete("/api/session").status_code == 200
    assert phone.get("/api/algorithms").status_code == 401


def test_every_answer_carries_the_headers_that_bind_a_browser(house: ApiHouse, owner: Visitor) -> None:
    for path in ("/", "/health", "/api/session", "/api/nothing", "/socket.io/?EIO=4&transport=polling"):
        answer = owner.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert f"ws://{HOST}" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cache-Control"] == ("no-cache" if path == "/" else "no-store")
