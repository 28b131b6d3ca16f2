"""The kiosk: our own keys, no pointer, no menu, no way out; none of it on a phone or a laptop."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.fake_house import FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.served_site import Site

POINTERS = (
    "() => [...document.querySelectorAll('body *')].filter((each) => getComputedStyle(each).cursor !== 'none').length"
)
PREVENTED = """(name) => !document.querySelector("main").dispatchEvent(
  new MouseEvent(name, { bubbles: true, cancelable: true }))"""
SELECTED = """() => {
  getSelection().selectAllChildren(document.querySelector("main"));
  return String(getSelection());
}"""
WAYS_OUT = """() => [...document.querySelectorAll("a, form, input[type=file], iframe")]
  .filter((each) => each.matches("[download], [target], input[type=file], iframe") || (each.href && new URL(each.href).origin !== location.origin))
  .map((each) => each.outerHTML)"""  # noqa: E501 - another language
OVERSCROLL = "() => [document.documentElement, document.body].map((each) => getComputedStyle(each).overscrollBehaviorY)"
LIGHT = "rgb(243, 245, 248)"
STRATEGY = {"name": "sma_crossover", "help": "", "parameters": [], "error": None}


def at_ticker(screen: Screen, site: Site, flag: str) -> Screen:
    site.strategies = [STRATEGY]
    screen.open(f"/{flag}#/new")
    screen.page.locator(".choice-row").click()
    return screen


def test_the_kiosk_types_with_its_own_keys(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = at_ticker(new_screen(), site, "?kiosk")
    field = screen.page.get_by_label("Ticker", exact=True)
    assert field.get_attribute("inputmode") == "none"
    for letter in "AAPX":
        screen.button(letter).click()
    screen.button("Delete").click()
    screen.button("L").click()
    expect(field).to_have_value("AAPL")
    assert screen.overflowing() == []


@pytest.mark.parametrize("address", ["home", "new", "algorithm/1", "more"])
def test_the_kiosk_has_no_pointer_no_menu_no_selection_and_no_way_out(
    new_screen: Callable[..., Screen], site: Site, house: FakeHouse, address: str
) -> None:
    site.strategies = [STRATEGY]
    house.show(cards=(made_card(1),))
    screen = new_screen(color_scheme="light").open(f"/?kiosk#/{address}")
    page = screen.page
    page.wait_for_selector("main h1[tabindex]")
    assert page.evaluate(POINTERS) == 0
    assert [name for name in ("contextmenu", "dragstart") if not page.evaluate(PREVENTED, name)] == []
    assert page.evaluate(SELECTED).strip() == ""
    assert page.evaluate(OVERSCROLL) == ["none", "none"]
    assert page.evaluate(WAYS_OUT) == []
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != LIGHT


def test_a_long_press_opens_no_menu_and_presses_once(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(has_touch=True).open("/?kiosk")
    card = screen.page.locator("a.card[data-status]")
    box = card.bounding_box()
    screen.page.evaluate(
        "() => document.addEventListener('contextmenu', (event) => (window.menu = !event.defaultPrevented))"
    )
    fingers = screen.context.new_cdp_session(screen.page)
    spot = {"x": box["x"] + 30, "y": box["y"] + 30}
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [spot]})
    screen.page.wait_for_timeout(900)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert screen.page.evaluate("() => window.menu ?? false") is False


def test_what_is_typed_may_be_selected_in_the_kiosk(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = at_ticker(new_screen(), site, "?kiosk")
    field = screen.page.get_by_label("Ticker", exact=True)
    field.fill("AAPL")
    screen.page.keyboard.press("Control+a")
    screen.button("B").click()
    expect(field).to_have_value("B")


def test_elsewhere_the_device_keeps_its_own_keys_and_pointer(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = at_ticker(new_screen(color_scheme="light"), site, "")
    assert screen.page.get_by_label("Ticker", exact=True).get_attribute("inputmode") == "text"
    assert screen.page.locator(".keypad").count() == 0
    assert screen.page.evaluate(POINTERS) > 0
    assert [name for name in ("contextmenu", "dragstart") if screen.page.evaluate(PREVENTED, name)] == []
    assert "Step 2 of 4" in screen.page.evaluate(SELECTED)
    assert screen.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == LIGHT
