"""The kiosk as the owner starts it (S2-46): the real script and launcher on a stand-in for Chromium."""

import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.source_tree import ROOT
from tests.test_delivery import FreshMachine, assert_refused

# Writes down how it was called; dies at once as long as there is a file that says so.
CHROMIUM = """#!/bin/bash
printf '%s\\n' "$*" >>"{log}"
if [[ -f "{dies}" ]]; then rm "{dies}"; exit 1; fi
exec sleep 1000
"""
# A program that answers on the port it is given, as ours does, and ends in peace when it is told to.
SERVER = """
import json, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"app": "autotrader", "market_open": False}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
port = int(sys.argv[sys.argv.index("--port") + 1])
open(__file__ + ".started", "a").write(" ".join(sys.argv[2:]) + "\\n")
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
TOOLS = ("sleep", "env", "ps")
PARTS = ("kiosk", "runtime/clock.py", "messages/lockstep.py")


class Panel(FreshMachine):
    """A machine with a display and a browser that only writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.set_python()
        self.set_npm()
        for part in PARTS:
            source, target = ROOT / "orchestra" / part, self.folder / "orchestra" / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        for tool in TOOLS:
            (self.commands / tool).symlink_to(shutil.which(tool) or tool)
        self.browser_log, self.dies = folder / "browser calls", folder / "browser dies"
        self.server = folder / "server.py"
        self.server.write_text(SERVER, encoding="utf-8")
        self.environment = {"PATH": str(self.commands), "DISPLAY": ":7", "HOME": str(folder / "home")}
        self.kiosk: subprocess.Popen[str] | None = None

    def add_browser(self, name: str = "chromium") -> None:
        browser = self.commands / name
        browser.write_text(CHROMIUM.format(log=self.browser_log, dies=self.dies), encoding="utf-8")
        browser.chmod(0o755)

    def start_kiosk(self, *arguments: str) -> None:
        self.kiosk = subprocess.Popen(
            [shutil.which("bash") or "bash", self.folder / "start_autotrader.sh", "--kiosk", *arguments],
            cwd=self.folder.parent,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def browser_calls(self) -> list[str]:
        return self.browser_log.read_text(encoding="utf-8").splitlines() if self.browser_log.exists() else []

    def started_programs(self) -> list[str]:
        marks = self.server.with_name("server.py.started")
        return marks.read_text(encoding="utf-8").splitlines() if marks.exists() else []

    def status(self) -> str:
        path = self.folder.parent / "home/.local/share/autotrader-kiosk/status.js"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < deadline, f"it did not come about: {self.browser_calls()} {self.status()}"
            assert self.kiosk is not None
            assert self.kiosk.poll() is None, self.kiosk.communicate()[0]
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        assert self.kiosk is not None
        self.kiosk.send_signal(number)
        output, _ = self.kiosk.communicate(timeout=30)
        code = self.kiosk.returncode
        self.kiosk = None
        return code, output

    def assert_nothing_is_left(self) -> None:
        """Wait for whoever was told to end, and still takes a moment."""
        deadline = time.monotonic() + 30
        while left := self.left_over():
            assert time.monotonic() < deadline, left
            time.sleep(0.05)

    def left_over(self) -> list[str]:
        """Return processes of this machine that nobody has ended."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                variables = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"HOME={self.environment['HOME']}".encode() in variables.split(b"\0") and state != "Z":
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


@pytest.fixture
def free_port() -> int:
    """Return a port below those the system gives away by itself, so that it is still free when the program starts."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path)
    yield made
    if made.kiosk is not None:
        made.kiosk.kill()
        made.kiosk.communicate()


@pytest.mark.requirement("S2-46")
def test_kiosk_shows_the_starting_page_then_the_page_and_ctrl_c_ends_all(panel: Panel, free_port: int) -> None:
    panel.add_browser()
    panel.start_kiosk("--port", str(free_port), "--seed", "7")
    panel.until(lambda: len(panel.browser_calls()) == 1)
    [call] = panel.browser_calls()
    assert call.startswith("--kiosk --no-first-run")
    page = (panel.folder / "frontend/starting.html").as_uri()
    assert f" {page}?status=file%3A%2F%2F" in call
    assert f"--user-data-dir={panel.environment['HOME']}/.local/share/autotrader-kiosk/profile" in call
    address = f"http://localhost:{free_port}/frontend/dashboard.html?kiosk"
    panel.until(lambda: address in panel.status())
    assert panel.started_programs() == [f"--port {free_port} --seed 7"]
    code, _ = panel.stop()
    assert code == 0
    panel.assert_nothing_is_left()


def test_a_browser_that_dies_is_started_again(panel: Panel, free_port: int) -> None:
    panel.add_browser("chromium-browser")
    panel.dies.touch()
    panel.start_kiosk("--port", str(free_port))
    panel.until(lambda: len(panel.browser_calls()) == 2)
    code, output = panel.stop(signal.SIGTERM)
    assert code == 0
    assert "The browser ended (code 1) and is started again." in output
    panel.assert_nothing_is_left()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("nobody answers")


def test_a_program_that_runs_already_is_shown_and_outlives_the_kiosk(panel: Panel, free_port: int) -> None:
    panel.add_browser()
    running = subprocess.Popen([sys.executable, panel.server, "x", "--port", str(free_port)])
    try:
        wait_for(free_port)
        panel.until_file = panel.server.with_name("server.py.started")  # type: ignore[attr-defined]
        panel.start_kiosk("--port", str(free_port))
        panel.until(lambda: "dashboard.html?kiosk" in panel.status())
        assert len(panel.started_programs()) == 1
        panel.stop()
        assert running.poll() is None
    finally:
        running.kill()
        running.wait(10)


def test_the_screen_alone_never_starts_the_program(panel: Panel, free_port: int) -> None:
    panel.add_browser()
    panel.start_kiosk("--only-screen", "--port", str(free_port))
    panel.until(lambda: "started by its service" in panel.status())
    panel.stop()
    assert panel.started_programs() == []


def test_without_a_display_or_a_browser_one_sentence_says_what_to_do(panel: Panel) -> None:
    script = panel.folder / "start_autotrader.sh"
    for variables, words in (
        ({}, "There is no display to show the page on"),
        ({"DISPLAY": ":7"}, "sudo apt install chromium"),
    ):
        finished = subprocess.run(
            [shutil.which("bash") or "bash", script, "--kiosk"],
            env={"PATH": str(panel.commands), "HOME": panel.environment["HOME"], **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert_refused(finished, words)
    assert not (Path(panel.environment["HOME"]) / ".local").exists()
