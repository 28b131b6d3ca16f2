"""A page without a browser: its questions over HTTP with the cookie it was given, its acts, its socket."""

import http.client
import json
from typing import Any
from urllib.parse import quote

from tests.orchestra.api.screen_socket import ScreenSocket

PATIENCE_SECONDS = 20
PIN = "402917"
Answer = tuple[int, dict[str, Any]]


class Page:
    """One tab at one port. cookie: the session it has been given."""

    def __init__(self, port: int, cookie: str | None = None) -> None:
        self.port = port
        self.cookie = cookie

    def get(self, path: str) -> Answer:
        """Ask for something."""
        return self.ask("GET", path)

    def post(self, path: str, **body: object) -> Answer:
        """Do something."""
        return self.ask("POST", path, body)

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> Answer:
        """Return status and body of what the page asks; a session that comes with it is kept."""
        status, headers, text = self.fetch(method, path, body)
        for name, value in headers:
            if name.lower() == "set-cookie" and value.startswith("autotrader_session="):
                self.cookie = value.partition("=")[2].partition(";")[0]
        answer: dict[str, Any] = json.loads(text)
        return status, answer

    def fetch(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> tuple[int, list[tuple[str, str]], str]:
        """Return status, headers and text."""
        headers = {"Origin": f"http://localhost:{self.port}", "X-AutoTrader": "1"}
        if self.cookie:
            headers["Cookie"] = f"autotrader_session={self.cookie}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("localhost", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read().decode()
        finally:
            connection.close()

    def create_pin(self) -> None:
        """Choose the PIN, which unlocks this tab."""
        assert self.post("/api/pin", pin=PIN) == (201, {"created": True})

    def unlock(self) -> None:
        """Enter the PIN."""
        assert self.post("/api/validate-pin", pin=PIN) == (200, {"valid": True})

    def algorithms(self) -> dict[int, dict[str, Any]]:
        """Return every algorithm shown, by its id."""
        status, body = self.get("/api/algorithms")
        assert status == 200, body
        return {each["id"]: each for each in body["algorithms"]}

    def ticker(self, ticker: str) -> dict[str, Any]:
        """Return what is said of a ticker."""
        status, body = self.get(f"/api/validate-ticker?ticker={quote(ticker)}")
        assert status == 200, body
        return body

    def screen(self) -> ScreenSocket:
        """Open the socket of this tab."""
        return ScreenSocket(self.port, cookie=self.cookie)
