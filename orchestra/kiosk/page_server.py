"""Whether the page's server answers, whether the market is open and a critical alert waits, as /health tells it.

In: a port. Out: an answer within a second or two. Thread: main.
"""

import http.client
import json
from dataclasses import dataclass

ASK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ServerState:
    """What the server said. is_market_open: None where it did not tell; critical_alert: its number, 0 for none."""

    is_up: bool
    is_market_open: bool | None = None
    critical_alert: int = 0


def ask(port: int) -> ServerState:
    """Ask the server of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_SECONDS)
    try:
        connection.request("GET", "/health", headers={"Host": f"localhost:{port}"})
        body = connection.getresponse().read(65_536)
    except (OSError, http.client.HTTPException):
        return ServerState(is_up=False)
    finally:
        connection.close()
    try:
        answer = json.loads(body)
    except ValueError:
        return ServerState(is_up=False)
    if not isinstance(answer, dict) or answer.get("app") != "autotrader":
        # Somebody else has the port: its page is not ours to show.
        return ServerState(is_up=False)
    is_open, alert = answer.get("market_open"), answer.get("critical_alert")
    return ServerState(
        is_up=True,
        is_market_open=is_open if isinstance(is_open, bool) else None,
        critical_alert=alert if isinstance(alert, int) else 0,
    )
