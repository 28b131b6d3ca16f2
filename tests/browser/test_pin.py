"""The gate over the page: the first PIN, the lock, its countdown, and Stop all through it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from orchestra.api.auth.pin_keeper import reset_pin
from orchestra.messages.commands import CancelOpenOrders, SetPin
from tests.browser.fake_house import FakeHouse
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

WRONG = "314159"


@pytest.fixture
def locked(new_screen: Callable[..., Screen]) -> Screen:
    return new_screen(is_unlocked=False).open()


def stop_all(screen: Screen) -> Locator:
    return screen.page.locator(".gate").get_by_role("button", name="Stop all algorithms")


@pytest.mark.requirement("S2-90")
def test_the_first_pin_is_chosen_twice_and_a_weak_one_is_refused_with_the_reason(
    new_screen: Callable[..., Screen], site: Site, house: FakeHouse
) -> None:
    reset_pin(site.system, site.door, site.clock)
    screen = new_screen(is_unlocked=False).open()
    screen.shows("Choose a PIN")
    for _ in range(2):
        screen.type_pin("123456")
    screen.shows("The digits follow each other in even steps")
    screen.type_pin(PIN)
    screen.shows("Repeat the PIN")
    screen.type_pin(WRONG)
    screen.shows("The two were not the same")
    assert house.commands(SetPin) == []
    screen.type_pin(PIN)
    screen.type_pin(PIN)
    screen.shows("Your time zone")
    assert len(house.commands(SetPin)) == 1


def test_fewer_than_six_digits_are_not_sent_and_more_than_eight_not_taken(locked: Screen) -> None:
    locked.shows("Enter PIN")
    locked.page.keyboard.type("12345")
    expect(locked.button("OK")).to_be_disabled()
    locked.page.keyboard.type("6789")
    locked.shows("8 digits entered")
    locked.page.keyboard.press("Backspace")
    locked.shows("7 digits entered")


def test_the_right_pin_on_the_keyboard_unlocks_and_no_digit_ever_shows(locked: Screen) -> None:
    locked.shows("Enter PIN")
    locked.page.keyboard.type(PIN)
    assert not re.search(f"{PIN}|{PIN[0]}{PIN[1]}", locked.page.locator("body").inner_html())
    locked.page.keyboard.press("Enter")
    locked.shows("$101,284.50")


def test_five_wrong_pins_start_a_countdown_that_outlives_a_reload_and_spares_stop_all(
    locked: Screen, site: Site
) -> None:
    locked.shows("Enter PIN")
    for left in (4, 3, 2, 1):
        locked.type_pin(WRONG)
        locked.shows(f"Wrong PIN. {left} {'try' if left == 1 else 'tries'} left.")
    locked.type_pin(WRONG)
    locked.shows(re.compile(r"Try again in 0:[23]\d"))
    locked.page.reload()
    locked.shows(re.compile(r"Try again in 0:[123]\d"))
    expect(locked.button("5")).to_be_disabled()
    expect(stop_all(locked)).to_be_enabled()
    site.clock.shift = timedelta(seconds=31)
    locked.pass_time(31_000)
    expect(locked.button("5")).to_be_enabled()
    locked.type_pin(PIN)
    locked.shows("$101,284.50")


def test_stop_all_works_through_the_lock(locked: Screen, house: FakeHouse) -> None:
    locked.shows("Enter PIN")
    stop_all(locked).click()
    locked.hold(locked.button("Hold to stop all"), milliseconds=1700)
    locked.shows("All stopped. 2 open orders canceled, as the broker confirmed.")
    assert len(house.commands(CancelOpenOrders)) == 1
    locked.shows("Enter PIN")


def test_stop_all_works_through_a_lock_that_came_over_it(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    screen.open().is_live()
    screen.button("Stop all algorithms").click()
    site.end_sessions()
    site.wire.cut()
    screen.shows("Enter PIN")
    stop_all(screen).click()
    expect(screen.page.locator(".dialog-stop")).to_have_count(1)
    screen.hold(screen.button("Hold to stop all"), milliseconds=1700)
    screen.shows("All stopped. 2 open orders canceled, as the broker confirmed.")
    assert len(house.commands(CancelOpenOrders)) == 1


def test_a_server_that_does_not_answer_leaves_the_keys_usable(locked: Screen, site: Site) -> None:
    locked.may_lose_server = True
    locked.shows("Enter PIN")
    site.wire.freeze()
    locked.type_pin(PIN)
    locked.shows("Checking")
    locked.shows("AutoTrader does not answer.", timeout=40_000)
    expect(locked.button("5")).to_be_enabled()
    site.wire.thaw()
    locked.type_pin(PIN)
    locked.shows("$101,284.50")


def test_escape_does_not_open_the_lock(locked: Screen) -> None:
    locked.shows("Enter PIN")
    for _ in range(3):
        locked.page.keyboard.press("Escape")
    locked.shows("Enter PIN")


def test_an_expired_session_locks_over_the_page_and_a_half_filled_form_survives(home: Screen, site: Site) -> None:
    site.strategies = [{"name": "sma_crossover", "help": "", "parameters": [], "error": None}]
    home.page.goto(f"{site.url}/#/new")
    home.page.locator(".choice-row").click()
    # What it asks while one types would find the session over before the button does.
    with home.page.expect_response(lambda response: "q=AAPL" in response.url):
        home.page.get_by_label("Ticker").fill("AAPL")
    site.end_sessions()
    home.button("Check").click()
    home.shows("Enter PIN")
    home.type_pin(PIN)
    expect(home.page.get_by_label("Ticker")).to_have_value("AAPL")
    expect(home.page.locator(".gate")).to_be_hidden()


def test_lock_now_ends_the_session(home: Screen, site: Site) -> None:
    home.page.goto(f"{site.url}/#/more")
    home.button("Lock now").click()
    home.shows("Enter PIN")
    home.wait(lambda: site.live_sessions() == 0)
    home.page.reload()
    home.shows("Enter PIN")
