"""The way through the real library to a service on this machine: what arrives, and what nobody may read."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from orchestra.notifications.addresses import is_address, masked, split_addresses
from orchestra.notifications.message import Message
from orchestra.notifications.messenger import UNKNOWN_ADDRESS, Messenger, loud
from orchestra.notifications.notice import Loudness
from tests.source_tree import ROOT

TOKEN = "very-secret-token"
MESSAGE = Message("AutoTrader: halt", "Stopped.", Loudness.URGENT, 0.0)


class Service(HTTPServer):
    """Takes JSON, or answers with an error."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.taken: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"json://user:{TOKEN}@127.0.0.1:{self.server_port}/{TOKEN}-path"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_message_arrives_with_title_text_and_type(service: Service) -> None:
    assert Messenger().send(service.address, MESSAGE) is None
    [taken] = service.taken
    assert (taken["title"], taken["message"], taken["type"]) == ("AutoTrader: halt", "Stopped.", "warning")


def test_a_refusal_is_a_sentence_and_no_log_line_or_sentence_tells_a_secret(
    service: Service, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    service.status = 500
    problem = Messenger().send(service.address, MESSAGE)
    assert problem
    assert "500" in problem
    silent = Messenger().send(service.address.replace(str(service.server_port), "1"), MESSAGE)
    assert silent
    told = caplog.text + problem + silent + "".join(capfd.readouterr())
    assert TOKEN not in told


def test_an_address_is_looked_at_without_sending() -> None:
    messenger = Messenger()
    assert messenger.check("ntfys://my-topic") is None
    assert messenger.check("nonsense://x") == UNKNOWN_ADDRESS
    assert messenger.send("nonsense://x", MESSAGE) == UNKNOWN_ADDRESS


@pytest.mark.parametrize(
    ("address", "loudness", "expected"),
    [
        ("ntfys://topic", Loudness.URGENT, "ntfys://topic?priority=max"),
        ("ntfys://topic?tags=a", Loudness.QUIET, "ntfys://topic?tags=a&priority=low"),
        ("ntfys://topic?priority=high", Loudness.QUIET, "ntfys://topic?priority=high"),
        ("tgram://token/chat", Loudness.QUIET, "tgram://token/chat?silent=yes"),
        ("pover://user@token", Loudness.URGENT, "pover://user@token?priority=high"),
        ("mailtos://u:p@example.org", Loudness.URGENT, "mailtos://u:p@example.org"),
    ],
)
def test_a_service_that_knows_loudness_is_told_it_in_its_own_word(
    address: str, loudness: Loudness, expected: str
) -> None:
    assert loud(address, loudness) == expected


def test_an_address_is_shown_by_its_service_and_its_end() -> None:
    assert masked("ntfys://my-secret-topic?token=abc") == "ntfys://…pic"
    assert masked("tgram://short") == "tgram://…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("ntfys://a", ("ntfys://a",)),
        ("ntfys://a, tgram://b/c  mailtos://u:p@h,", ("ntfys://a", "tgram://b/c", "mailtos://u:p@h")),
        ("ntfys://a,b,ntfys://c ntfys://c", ("ntfys://a,b", "ntfys://c")),
    ],
)
def test_addresses_of_a_setting_are_told_apart(text: str, expected: tuple[str, ...]) -> None:
    assert split_addresses(text) == expected


@pytest.mark.parametrize(
    "text", ["", "ntfys://", "no address", "ntfys://a b", "ntfys://a\n", "x" * 10 + "://" + "y" * 1000]
)
def test_what_is_no_address_is_known_as_such(text: str) -> None:
    assert not is_address(text)


def test_a_program_that_tells_nobody_does_not_load_the_library() -> None:
    script = "import sys, orchestra.trading_runs; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60, check=False).returncode == 0
