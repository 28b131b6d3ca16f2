"""Other programs beside a running appliance: they read with a key, act with none, and the network only when asked."""

import http.client
import json
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.journeys.appliance import Appliance, opened, pause, running
from tests.journeys.house import stop
from tests.journeys.page import Page

KEY = "a-key-of-the-settings-0123456789"
STATUS = "database: up\nredis: down"
LOOPBACK, EVERYWHERE = "0100007F", "00000000"  # as the kernel writes 127.0.0.1 and 0.0.0.0


def ask(port: int, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    try:
        connection.request(method, path, None, dict(headers))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def addresses(port: int) -> set[str]:
    """Return the addresses at which somebody listens on this port, as the kernel writes them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    parted = [row[1].partition(":") for row in rows if row[3] == "0A"]
    return {address for address, _, number in parted if int(number, 16) == port}


@pytest.mark.requirement("S1-16", "S1-02", "S0-31", "S1-38")
def test_keys_of_settings_and_owner_are_known_and_a_foreign_status_holds_nothing_up(
    house: Path, tmp_path: Path
) -> None:
    foreign = {"API_KEYS": f"{KEY},", "PM_CLAUDE_SERVICE_STATUS": STATUS, "SOLAR_TEST_MODE": "1"}
    run = Appliance(house, tmp_path, (), (), foreign)
    with opened(run) as (child, page):
        page.create_pin()
        made = page.post("/api/keys", name="a script", days=1)[1]["key"]
        for key in (KEY, made):
            status, body = ask(page.port, "GET", "/api/keys", {"x-api-key": key})
            assert (status, "nothing else" in str(body["error"])) == (403, True)
            assert ask(page.port, "POST", "/halt", {"x-api-key": key})[0] == 403
            assert ask(page.port, "POST", "/trades", {"x-api-key": key})[0] in (404, 405)
        for wrong in ("", "wrong", f"{KEY},"):
            assert ask(page.port, "GET", "/api/keys", {"x-api-key": wrong}) == (403, {"error": "Invalid API key"})
        assert page.get("/api/account/cash")[0] == 200
        stop(child, signal.SIGTERM)
        assert run.wait(child) == 0, run.errors
    assert "The manager of services says: database: up redis: down" in run.errors + run.output
    assert "algorithms see a storm that does not exist" in run.errors + run.output
    written = b"".join(path.read_bytes() for path in run.data_dir.rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert str(made).encode() not in written


@pytest.mark.requirement("S1-29")
def test_the_network_is_let_in_only_when_the_owner_says_so_and_has_a_pin(house: Path, tmp_path: Path) -> None:
    """The seed listened on 0.0.0.0; a box that trades listens on itself until it is told otherwise."""
    run = Appliance(house, tmp_path, (), (), {"AUTOTRADER_LAN": "true", "AUTOTRADER_DEV_NOAUTH": "1"})
    with opened(run) as (child, page):
        assert addresses(page.port) == {LOOPBACK}, "without a PIN"
        assert "every program on this machine may read without a key" in run.errors + run.output
        page.create_pin()
        stop(child, signal.SIGTERM)
        assert run.wait(child) == 0, run.errors
    with running(run) as child:
        sign = "The page is at http://0.0.0.0:"
        while sign not in run.errors + run.output:
            assert child.poll() is None, run.errors
            pause(child)
        port = int((run.errors + run.output).partition(sign)[2].split()[0])
        assert addresses(port) == {EVERYWHERE}
        assert "programs need a key" in run.errors + run.output
        assert Page(port).get("/api/account/cash")[0] == 401
