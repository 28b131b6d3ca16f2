"""An Alpaca of which only the answer to the keys counts."""

import http.server
import json

from tests.program import KEYS


class OneAccount(http.server.BaseHTTPRequestHandler):
    """Answer like Alpaca: account and asset in one for its own key, a refusal for every other."""

    server: "OneAccountAlpaca"

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        is_known = self.headers["APCA-API-KEY-ID"] == KEYS["ALPACA_API_KEY"]
        known = {"account_number": "PA0AAAAAAAA", "status": "ACTIVE", "class": "us_equity", "tradable": True}
        status, words = self.server.refusal
        answer = known if is_known else {"message": words}
        body = json.dumps(answer).encode()
        self.send_response(200 if is_known else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class OneAccountAlpaca(http.server.ThreadingHTTPServer):
    """Stand in for Alpaca where only its answer to the keys counts. paths: what was asked; refusal: of other keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OneAccount)
        self.paths: list[str] = []
        self.refusal = (401, "unauthorized.")
        self.url = f"http://127.0.0.1:{self.server_port}"
