"""The life of one trade as three strangers see it: a script with a key, a program on a WebSocket, a browser."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser

from orchestra.api.auth.cookies import SESSION_COOKIE
from tests.browser.screen import Screen
from tests.journeys.appliance import Appliance, opened
from tests.orchestra.api.streams.stream_house import Reader

PATIENCE_SECONDS = 90
LIFE = ("signal.generated", "order.submitted", "trade.executed", "position.opened", "order.filled", "position.closed")


class Script:
    """A script that asks again until it is told what it waits for."""

    def __init__(self, port: int, key: str) -> None:
        self._address = f"http://localhost:{port}"
        self._session = requests.Session()
        self._session.headers["x-api-key"] = key

    def ask(self, path: str) -> Any:
        answer = self._session.get(self._address + path, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def metrics(self, strategy: str) -> dict[str, Any]:
        """Return the day's figures of a strategy once it has some trade to tell of."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            told: dict[str, Any] = self.ask(f"/metrics/{strategy}")
            if told.get("total_trades"):
                return told
            time.sleep(1)
        raise AssertionError(f"no figures of {strategy}")


@pytest.fixture
def window(browser: Browser) -> Iterator[Screen]:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="dark")
    screen = Screen(context, "")
    yield screen
    mistakes = screen.mistakes
    context.close()
    assert mistakes == []


def first_whole_life(reader: Reader) -> list[dict[str, Any]]:
    """Return the events of the first symbol that was bought and sold again."""
    told: list[dict[str, Any]] = []
    while not told or told[-1]["type"] != "position.closed":
        told.append(reader.next(PATIENCE_SECONDS))
    symbol, strategy = told[-1]["data"]["symbol"], told[-1]["data"]["strategy"]
    return [each for each in told if (each["data"].get("symbol"), each["data"].get("strategy")) == (symbol, strategy)]


@pytest.mark.requirement("S1-01", "S1-11", "S1-12", "S1-13", "S1-19", "S1-30", "S1-31")
def test_a_script_a_program_and_a_browser_see_the_whole_life_of_one_trade(
    window: Screen, house: Path, tmp_path: Path
) -> None:
    with opened(Appliance(house, tmp_path, (), ())) as (_child, page):
        page.create_pin()
        key = page.post("/api/keys", name="a script", days=1)[1]["key"]
        life = first_whole_life(Reader(page.port, "/ws?after=0", key=key, origin=None))
        kinds = list(dict.fromkeys(each["type"] for each in life))
        assert [kind for kind in kinds if kind in LIFE] == list(LIFE)
        symbol, strategy = life[-1]["data"]["symbol"], life[-1]["data"]["strategy"]

        script = Script(page.port, key)
        signals = script.ask(f"/signals?symbol={symbol}&limit=500")
        assert {"buy", "sell"} <= {each["action"] for each in signals}
        orders = script.ask(f"/orders?symbol={symbol}&limit=500")
        assert {"buy", "sell"} <= {each["side"] for each in orders if each["status"] == "FILLED"}
        positions = script.ask(f"/positions?status=CLOSED&symbol={symbol}")
        assert {each["strategy"] for each in positions} == {strategy}
        assert script.metrics(strategy)["total_trades"] >= 1

        assert page.cookie
        window.url = f"http://localhost:{page.port}"
        cookie = {"name": SESSION_COOKIE, "value": page.cookie, "url": window.url, "httpOnly": True}
        window.context.add_cookies([{**cookie, "sameSite": "Strict"}])
        window.context.add_init_script("localStorage.setItem('unlocked', 'yes')")
        for address in ("trades/round-trips", "trades/fills", "trades/orders"):
            window.open(f"/?{address}#/{address}")
            window.shows(symbol, timeout=30_000)
