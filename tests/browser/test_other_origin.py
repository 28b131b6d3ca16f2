"""Pages of other origins in a real browser: a named one reads with a key, and nobody else learns anything."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from orchestra.api.auth import access
from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.api_server import ApiServer
from tests.orchestra.api.api_house import ApiHouse, made_snapshot

HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")
ASK = """async ([url, options]) => {
  try {
    const response = await fetch(url, options);
    return { status: response.status, body: await response.json() };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}"""


class EmptyPage(BaseHTTPRequestHandler):
    """Serve a page with nothing on it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "15")
        self.end_headers()
        self.wfile.write(b"<!doctype html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(origin)
    yield page
    context.close()


@pytest.mark.requirement("S1-08")
@pytest.mark.parametrize("is_named", [True, False])
def test_a_page_elsewhere_reads_with_a_key_if_it_is_named_and_never_with_a_session(
    page: Page, origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_named: bool
) -> None:
    monkeypatch.setattr(access, "READER_READS", access.READER_READS | {"account.cash"})
    house = ApiHouse(tmp_path)
    house.parts = replace(house.parts, readers=ReaderWishes.of("", origin if is_named else "", is_open=False))
    house.board.replace(made_snapshot())
    server = ApiServer(house.parts, house.frontend, port=0)
    server.start()
    url = f"http://localhost:{server.port}"
    context = server._app.context
    key = context.reader_keys.make("a page", days=1)[1]
    session = context.sessions.open(HERE, "browser")
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": url, "sameSite": "Strict"}])

    def ask(path: str, **options: Any) -> dict[str, Any]:
        told: dict[str, Any] = page.evaluate(ASK, [url + path, options])
        return told

    with_key = ask("/api/account/cash", headers={"x-api-key": key, "x-anything": "1"})
    assert (with_key["status"], "equity" in with_key["body"]) == ((200, True) if is_named else (0, False))
    assert ask("/api/account/cash")["status"] == (401 if is_named else 0), "a cookie is not sent along"
    # All of these fail in the browser: what a session opens is for no other page, nor is anything a key does not open.
    assert ask("/api/account/cash", credentials="include")["status"] == 0
    assert ask("/api/algorithms", headers={"x-api-key": key})["status"] == 0
    assert ask("/halt", method="POST", headers={"x-api-key": key, "X-AutoTrader": "1"}, body="{}")["status"] == 0
    assert house.halt.halt is None
    server.stop()
    house.close()
