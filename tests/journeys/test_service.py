"""The program as a service: systemd hears its whole life, and it ends in time although the broker hangs."""

import contextlib
import http.client
import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra.runtime.process.stop_switch import FAREWELL_SECONDS, HARD_LIMIT_SECONDS
from tests.journeys.appliance import Appliance, opened
from tests.journeys.house import Run, stop
from tests.journeys.page import Page
from tests.program import KEYS

LIMIT_SECONDS = 10.0
WAIT_SECONDS = 90.0


@dataclass(slots=True)
class Service(Run):
    """A run with a page at a free port; more: further arguments of the command."""

    more: tuple[str, ...] = ()

    def command(self) -> list[str]:
        return [sys.executable, str(self.house / "orchestrator.py"), "--data-dir", self.name, "--port", "0", *self.more]


@contextmanager
def started(service: Service, **environment: str) -> Iterator[subprocess.Popen[str]]:
    service.environment.update(environment)
    child = service.start()
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def service(house: Path, tmp_path: Path) -> Service:
    return Service(house, tmp_path, (), ())


def marks(service: Service) -> list[bool]:
    rows = json.loads((service.data_dir / "logs" / "starts.json").read_text(encoding="utf-8"))
    return [row["is_clean"] for row in rows]


def marks_if_any(service: Service) -> list[bool]:
    return marks(service) if (service.data_dir / "logs" / "starts.json").exists() else []


@pytest.mark.requirement("S2-55", "S2-47")
def test_systemd_hears_that_a_demo_is_ready_alive_and_stopping(service: Service, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(WAIT_SECONDS)
        with started(service, NOTIFY_SOCKET=str(tmp_path / "notify"), RUNTIME_DIRECTORY=str(tmp_path)) as child:
            assert listener.recv(4096) == b"READY=1\nSTATUS=Trading", service.errors
            assert listener.recv(4096) == b"WATCHDOG=1"
            stop(child, signal.SIGTERM)
            assert service.wait(child, LIMIT_SECONDS) == 0, service.errors
        heard = b""
        while not heard.startswith(b"STOPPING=1"):
            heard = listener.recv(4096)
    assert (tmp_path / "turn").exists(), "the marker lies where systemd keeps memory for it"
    assert marks(service) == [True]


@pytest.mark.requirement("S2-55")
def test_killed_run_leaves_a_start_that_did_not_end_in_peace(service: Service) -> None:
    with started(service) as child:
        while not (service.data_dir / "logs" / "starts.json").exists():
            assert child.poll() is None, service.errors
            _pause(child)
    assert marks(service) == [False]


class Quiet(http.server.BaseHTTPRequestHandler):
    """Tell of an account without orders or positions, or hang once more is asked than the account itself."""

    server: "QuietAlpaca"

    def do_GET(self) -> None:
        is_account = self.path == "/v2/account"
        if self.server.is_hanging and not is_account:
            self.server.is_asked.set()
            self.server.may_answer.wait(WAIT_SECONDS)
            return
        body = json.dumps({"account_number": "PA0AAAAAAAA", "status": "ACTIVE"} if is_account else []).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class QuietAlpaca(http.server.ThreadingHTTPServer):
    """An Alpaca without streams, which may hang as soon as the books are to be compared with it."""

    daemon_threads = True

    def __init__(self, *, is_hanging: bool) -> None:
        super().__init__(("127.0.0.1", 0), Quiet)
        self.is_hanging = is_hanging
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()

    @property
    def environment(self) -> dict[str, str]:
        return {**KEYS, "AUTOTRADER_ALPACA_BASE_URL": f"http://127.0.0.1:{self.server_port}"}


@contextmanager
def answering(alpaca: QuietAlpaca) -> Iterator[QuietAlpaca]:
    thread = threading.Thread(target=alpaca.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield alpaca
    finally:
        alpaca.may_answer.set()
        alpaca.shutdown()
        thread.join()
        alpaca.server_close()


@pytest.mark.requirement("S2-55")
@pytest.mark.parametrize("signals", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)])
def test_stop_is_heard_while_the_first_comparison_waits_for_the_broker(
    signals: tuple[signal.Signals, ...], service: Service
) -> None:
    with answering(QuietAlpaca(is_hanging=True)) as alpaca, started(service, **alpaca.environment) as child:
        assert alpaca.is_asked.wait(WAIT_SECONDS), service.errors
        for number in signals:
            stop(child, number)
        # The broker hangs for much longer. It may take the hard limit to end, and a busy machine its time.
        assert service.wait(child, WAIT_SECONDS / 3) == 0, service.errors
    assert HARD_LIMIT_SECONDS + FAREWELL_SECONDS < LIMIT_SECONDS


@pytest.mark.requirement("S2-47")
def test_fifth_start_of_a_crash_loop_is_halted_and_the_page_says_so(service: Service) -> None:
    with answering(QuietAlpaca(is_hanging=False)) as alpaca:
        for number in range(5):
            with started(service, **alpaca.environment) as child:
                while len(marks_if_any(service)) <= number:
                    assert child.poll() is None, service.errors
                    _pause(child)
                if number < 4:
                    continue
                while "Safe mode: AutoTrader was started 5 times within 10 minutes" not in service.errors:
                    assert child.poll() is None, service.errors
                    _pause(child)
                stop(child, signal.SIGTERM)
                assert service.wait(child, LIMIT_SECONDS) == 0, service.errors
    told = service.rows("SELECT data FROM events WHERE type = 'process.safe_mode'")
    assert len(told) == 1
    (halt,) = service.rows("SELECT value FROM control WHERE key = 'halt'", database="door")
    assert json.loads(halt["value"])["by"] == "the safe mode"


@pytest.mark.requirement("S2-55")
def test_stop_is_heard_while_the_page_hashes_pins(house: Path, tmp_path: Path) -> None:
    run = Appliance(house, tmp_path, (), ())
    with opened(run) as (child, page):
        page.create_pin()
        tabs = [threading.Thread(target=_try_pin, args=(page.port, number)) for number in range(4)]
        for tab in tabs:
            tab.start()
        stop(child, signal.SIGTERM)
        assert run.wait(child, LIMIT_SECONDS) == 0, run.errors
        for tab in tabs:
            tab.join()
    assert "Traceback" not in run.errors


def _try_pin(port: int, number: int) -> None:
    """Try a wrong PIN; the page may be gone by then."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        Page(port).post("/api/validate-pin", pin=f"73058{number}")


def _pause(child: subprocess.Popen[str]) -> None:
    try:
        child.wait(0.02)
    except subprocess.TimeoutExpired:
        return
