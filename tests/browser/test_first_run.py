"""The first minutes: PIN, time zone, demo or paper account; every step can be left out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from orchestra.api.auth.pin_keeper import reset_pin
from orchestra.messages.commands import SetPreferences
from orchestra.messages.setup import Keys, ModeWish
from tests.browser.fake_house import FakeHouse
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site


@pytest.fixture
def fresh(new_screen: Callable[..., Screen], site: Site) -> Screen:
    """Return the machine's own screen, with the first PIN just chosen."""
    reset_pin(site.system, site.door, site.clock)
    screen = new_screen(is_unlocked=False).open("/?kiosk")
    for _ in range(2):
        screen.type_pin(PIN)
    screen.shows("Your time zone")
    return screen


@pytest.mark.requirement("S2-90")
def test_the_demo_is_two_touches_away(fresh: Screen, house: FakeHouse) -> None:
    fresh.button("Next").click()
    fresh.page.locator(".choice-row", has_text="Start with the demo").click()
    fresh.shows("$101,284.50")
    assert [command.changes for command in house.commands(SetPreferences)] == [{"timezone": "America/New_York"}]


def test_everything_may_be_left_out(fresh: Screen, house: FakeHouse) -> None:
    fresh.button("Skip").click()
    fresh.shows("$101,284.50")
    assert house.commands(SetPreferences) == []
    fresh.page.goto(f"{fresh.url}/?kiosk#/settings")
    fresh.shows("Choose your time zone")
    fresh.shows("Connect a paper account")


def test_a_paper_account_is_connected(fresh: Screen, site: Site) -> None:
    fresh.button("Next").click()
    fresh.page.locator(".choice-row", has_text="Connect a paper account").click()
    fresh.shows("Keys of the paper account")
    fresh.page.get_by_label("API key").fill("PKAAAABBBBCCCCDDDD")
    fresh.page.get_by_label("Secret key").fill("s" * 40)
    fresh.button("Check the connection").click()
    fresh.shows("The keys open this account.")
    fresh.button("Connect and start again").click()
    fresh.shows("AutoTrader is starting again")
    assert site.setup.switched == [ModeWish("PAPER", Keys("PKAAAABBBBCCCCDDDD", "s" * 40))]


def test_back_goes_a_step_back_and_the_demo_is_still_offered_among_the_keys(fresh: Screen) -> None:
    fresh.button("Next").click()
    fresh.button("Back").click()
    fresh.shows("Your time zone")
    fresh.button("Next").click()
    fresh.page.locator(".choice-row", has_text="Connect a paper account").click()
    fresh.button("Not now: start with the demo").click()
    expect(fresh.page.locator(".summary")).to_be_visible()
