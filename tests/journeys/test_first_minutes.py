"""The first two minutes: an owner who has never seen it gets an algorithm of their own running, by touch alone."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screen import Screen
from tests.journeys.appliance import Appliance, opened

PIN = "271828"
TWO_MINUTES = 120.0
# What a finger takes that looks for the next thing to touch.
SECONDS_A_TOUCH = 1.0


class Finger:
    """An owner in front of the kiosk: touches what is written there, and counts."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.touches = 0

    def touch(self, name: str, *, inside: str = "body") -> None:
        self.screen.page.locator(inside).get_by_role("button", name=name, exact=True).last.tap(timeout=15_000)
        self.touches += 1

    def touch_text(self, text: str | re.Pattern[str]) -> None:
        self.screen.page.get_by_text(text).first.tap(timeout=15_000)
        self.touches += 1

    def choose(self, name: str) -> None:
        self.screen.page.locator(".choice-row", has_text=name).first.tap(timeout=15_000)
        self.touches += 1

    def touch_field(self, label: str) -> None:
        self.screen.page.get_by_label(label).first.tap(timeout=15_000)
        self.touches += 1

    def type_pin(self) -> None:
        for digit in (*PIN, "OK"):
            self.touch(digit, inside=".pin-keys")


@pytest.fixture
def kiosk(browser: Browser) -> Iterator[Screen]:
    context = browser.new_context(viewport={"width": 800, "height": 480}, has_touch=True, color_scheme="dark")
    screen = Screen(context, "")
    yield screen
    mistakes = screen.mistakes
    context.close()
    assert mistakes == []


@pytest.mark.requirement("S2-90", "S2-10")
def test_from_the_first_start_to_an_algorithm_of_ones_own_by_touch(kiosk: Screen, house: Path, tmp_path: Path) -> None:
    run = Appliance(house, tmp_path, (), (), more=())
    began = time.monotonic()
    with opened(run) as (_child, page):
        kiosk.url = f"http://localhost:{page.port}"
        kiosk.open("/?kiosk")
        finger = Finger(kiosk)
        kiosk.shows("Choose a PIN", timeout=20_000)
        finger.type_pin()
        kiosk.shows("Repeat the PIN")
        finger.type_pin()
        kiosk.shows("Your time zone", timeout=20_000)
        finger.touch_text(re.compile("^Berlin"))
        finger.touch("Next")
        finger.choose("Start with the demo")
        finger.touch_text("New algorithm")
        finger.choose("SMA crossover")
        finger.touch_field("Ticker")
        for letter in "MSFT":
            finger.touch(letter, inside=".keypad")
        finger.touch("Check")
        finger.touch("25 %")
        finger.touch("Next")
        kiosk.shows("simulated money")
        finger.touch("Start")
        expect(kiosk.page.locator(".card", has_text="MSFT")).to_be_visible(timeout=20_000)
        took = time.monotonic() - began
        started = run.rows("SELECT name, ticker, initial_capital, status FROM algorithms WHERE ticker = 'MSFT'")
        assert [(row["name"], row["status"]) for row in started] == [("sma_crossover", "RUNNING")]
        chosen = run.rows("SELECT value FROM settings WHERE key = 'preferences'")
        assert "Europe/Berlin" in chosen[0]["value"]
        kiosk.may_lose_server = True
    assert took + finger.touches * SECONDS_A_TOUCH < TWO_MINUTES, (took, finger.touches)
