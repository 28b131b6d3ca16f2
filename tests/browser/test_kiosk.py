"""The kiosk: our own keys, no pointer, no menu; none of it on a phone or a laptop."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.screen import Screen
from tests.browser.served_site import Site

POINTERS = (
    "() => [...document.querySelectorAll('body *')].filter((each) => getComputedStyle(each).cursor !== 'none').length"
)
LIGHT = "rgb(243, 245, 248)"


def at_ticker(screen: Screen, site: Site, flag: str) -> Screen:
    site.strategies = [{"name": "sma_crossover", "help": "", "parameters": [], "error": None}]
    screen.open(f"/{flag}#/new")
    screen.page.locator(".choice-row").click()
    return screen


def test_the_kiosk_types_with_its_own_keys(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = at_ticker(new_screen(), site, "?kiosk")
    field = screen.page.get_by_label("Ticker")
    assert field.get_attribute("inputmode") == "none"
    for letter in "AAPX":
        screen.button(letter).click()
    screen.button("Delete").click()
    screen.button("L").click()
    expect(field).to_have_value("AAPL")
    assert screen.overflowing() == []


def test_the_kiosk_has_no_pointer_and_no_menu_and_is_dark(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(color_scheme="light").open("/?kiosk")
    screen.page.wait_for_selector(".summary")
    assert screen.page.evaluate(POINTERS) == 0
    opened = "() => document.body.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))"
    assert screen.page.evaluate(opened) is False
    assert screen.page.evaluate("() => getComputedStyle(document.body).backgroundColor") != LIGHT


def test_elsewhere_the_device_keeps_its_own_keys_and_pointer(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = at_ticker(new_screen(color_scheme="light"), site, "")
    assert screen.page.get_by_label("Ticker").get_attribute("inputmode") == "text"
    assert screen.page.locator(".keypad").count() == 0
    assert screen.page.evaluate(POINTERS) > 0
    assert screen.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == LIGHT
