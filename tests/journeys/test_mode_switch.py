"""Demo to paper to real money and back, from the page: `.env`, the folders, the PIN and the limits that go along."""

import http.server
import json
import stat
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.appliance import opened, pause, ports
from tests.journeys.house import WAIT_SECONDS, Run
from tests.journeys.page import PIN, Page
from tests.program import Program

PAPER = {"key": "PKPAPERPAPERPAPER", "secret": "p" * 40}
LIVE = {"key": "AKLIVELIVELIVELIVE", "secret": "l" * 40}
ACCOUNTS = {PAPER["key"]: ("PA0AAAAAAAA", "100000"), LIVE["key"]: ("812345678", "2500.50")}
CAREFUL = "# My own words.\nAUTOTRADER_BACKUP_DIR=/mnt/stick\n"


class TwoAccounts(http.server.BaseHTTPRequestHandler):
    """Answer like Alpaca for a paper and a live key: an account without orders, positions or streams."""

    def do_GET(self) -> None:
        account = ACCOUNTS.get(self.headers["APCA-API-KEY-ID"])
        answer: object = []
        if self.path == "/v2/account" and account:
            answer = {"account_number": account[0], "status": "ACTIVE", "cash": account[1], "currency": "USD"}
        elif "latest" in self.path:
            answer = {"bars": {"SPY": {"c": 500.0}}}
        elif account is None:
            answer = {"message": "unauthorized."}
        body = json.dumps(answer).encode()
        self.send_response(200 if account else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def alpaca() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TwoAccounts)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(slots=True)
class HouseRun(Run):
    """The program as it is started without any argument but a free port: its files lie in the house."""

    @property
    def data_dir(self) -> Path:
        return self.house / "system_databse" / "demo"

    def command(self) -> list[str]:
        return [sys.executable, str(self.house / "orchestrator.py"), "--port", "0"]


@pytest.mark.requirement("S2-90")
def test_the_owner_goes_from_demo_to_paper_to_real_money_and_back(tmp_path: Path, alpaca: str) -> None:
    house = Program(tmp_path / "copy").house
    env = house / ".env"
    env.write_text(f"{CAREFUL}AUTOTRADER_ALPACA_BASE_URL={alpaca}\n", encoding="utf-8")
    env.chmod(0o600)
    run = HouseRun(house, tmp_path, (), ())
    with opened(run) as (child, page):
        page.create_pin()
        assert page.get("/api/setup")[1]["mode"] == "DEMO"
        status, body = page.post("/api/setup/keys", key="PKWRONGWRONGWRONG", secret="w" * 40, mode="PAPER")
        assert (status, "refuses these keys" in body["error"]) == (409, True)
        status, body = page.post("/api/setup/keys", **PAPER, mode="PAPER")
        assert (status, body["account"], body["cash"], body["is_feed_allowed"]) == (200, "…AAAA", "100000", True)
        assert PAPER["key"] not in env.read_text(encoding="utf-8"), "checked, and not kept yet"

        tab = switched(run, child, page, mode="PAPER", **PAPER)
        assert tab.get("/api/setup")[1] | {"addresses": []} == {
            "mode": "PAPER",
            "key": "…APER",
            "has_paper_keys": True,
            "obstacle": "",
            "is_lan": False,
            "addresses": [],
        }
        assert tab.algorithms() == {}, "those of the demo rest in the demo's own folder"

        status, body = tab.post("/api/setup/mode", mode="LIVE", **LIVE, most_dollars="250", pin="739164")
        assert (status, body["tries_left"]) == (401, 4)
        tab = switched(run, child, tab, mode="LIVE", **LIVE, most_dollars="250", pin=PIN)
        limits = {each["name"]: each["value"] for each in tab.get("/api/limits")[1]["limits"]}
        assert limits == {"max_trade_value": "250", "max_position_value": "250"}
        assert (house / "system_databse" / "live" / "system.db").exists()
        assert PAPER["secret"] in env.read_text(encoding="utf-8"), "kept for the way back"

        tab = switched(run, child, tab, mode="DEMO")
        assert tab.get("/api/limits")[1]["limits"] == [], "the limits of real money stay there"
        # Until the engine shows its first state.
        deadline = time.monotonic() + WAIT_SECONDS
        while not tab.algorithms():
            assert time.monotonic() < deadline, "the demo goes on where it was"
            assert child.poll() is None, run.errors
            pause(child)
        assert tab.get("/api/setup")[1]["has_paper_keys"] is True
        text = env.read_text(encoding="utf-8")
        assert text.startswith(CAREFUL)
        assert LIVE["key"] not in text
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
    told = run.errors + run.output + "".join(path.read_text("utf-8", "replace") for path in logs(house))
    assert not [secret for pair in (PAPER, LIVE) for secret in pair.values() if secret in told]


def switched(run: Run, child, page: Page, **wish: str) -> Page:  # type: ignore[no-untyped-def]
    """Ask for another mode, wait for the program to be there again, and unlock it with the same PIN."""
    before = len(ports(run))
    status, body = page.post("/api/setup/mode", **wish)
    assert (status, body["is_restarting"]) == (200, True), body
    while len(ports(run)) == before:
        assert child.poll() is None, run.errors
        pause(child)
    fresh = Page(int(ports(run)[before]))
    fresh.unlock()
    assert fresh.get("/health")[1]["mode"] == wish["mode"]
    return fresh


def logs(house: Path) -> list[Path]:
    return [path for path in (house / "logs").rglob("*") if path.is_file()]
