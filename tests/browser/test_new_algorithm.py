"""New algorithm from end to end: by touch on our own pads, by keyboard, on a phone; with what the broker suggests."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from orchestra.messages.commands import Answer, StartAlgorithm
from system_databse.errors import BrokerUnavailable
from tests.browser.fake_house import FakeHouse
from tests.browser.held_answers import HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

STRATEGY = {
    "name": "sma_crossover",
    "help": "Trade one ticker on the crossing of two moving averages of minute closes.",
    "parameters": [
        {"name": "sma_short", "default": 20, "range": [2, 200], "help": "Bars of the short average"},
        {"name": "drift", "default": -1.5, "range": [-3, 3], "help": "Least drift"},
        {"name": "shares", "default": None, "range": [1, 1_000_000], "help": "Shares a buy"},
    ],
    "error": None,
}
STOCK = {"name": "Apple Inc.", "tradable": True, "fractionable": True, "class": "us_equity"}
HOSTILE = '<img src=x onerror="document.title=1">'
SCROLLS = "() => { const main = document.querySelector('main'); return main.scrollHeight - main.clientHeight; }"


@pytest.fixture(autouse=True)
def shop(site: Site, house: FakeHouse) -> None:
    site.strategies = [STRATEGY]
    site.lookups.assets = {
        "AAPL": STOCK,
        "AAP": {**STOCK, "name": "Advance Auto Parts, Inc.", "fractionable": False},
        "APLE": {**STOCK, "name": HOSTILE},
        "ZHX": {**STOCK, "name": "Halted Corp.", "tradable": False},
    }
    site.lookups.prices = {"AAPL": 185.9, "AAP": 52.0}
    house.answers[StartAlgorithm] = lambda _: Answer({"id": 7})


def at_ticker(screen: Screen, path: str = "/") -> Locator:
    screen.open(f"{path}#/new")
    screen.page.locator(".choice-row").click()
    return screen.page.get_by_label("Ticker", exact=True)


def touch(screen: Screen, *names: str) -> None:
    for name in names:
        screen.button(name).tap()


def is_started(house: FakeHouse, *expected: object) -> None:
    [command] = house.commands(StartAlgorithm)
    assert replace(command, command_id=None) == StartAlgorithm(*expected)  # type: ignore[arg-type]


@pytest.mark.requirement("S2-10", "S2-13")
def test_by_touch_on_the_kiosks_own_pads(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    screen = new_screen(has_touch=True).open("/?kiosk")
    page = screen.page
    page.get_by_role("link", name="New algorithm").tap()
    page.locator(".choice-row").tap()
    screen.shows("Step 2 of 4")
    touch(screen, *"ZZZ", "Check")
    screen.shows("ZZZ is not known to the broker.")
    touch(screen, "Delete", "Delete", *"HX", "Check")
    screen.shows("ZHX cannot be traded at the broker now; it may be halted.")
    # Field, keys, suggestions and what is wrong are all in sight.
    assert page.evaluate(SCROLLS) == 0
    touch(screen, *["Delete"] * 3, *"AA")
    page.get_by_role("button", name="AAPL Apple Inc.").tap()
    screen.shows("AAPL, Apple Inc., last price $185.90")
    screen.shows("Another algorithm trades this ticker already")
    page.get_by_label("Cash for this algorithm").tap()
    touch(screen, *"99999", "Next")
    screen.shows("That is more than the $20,000.00 available.")
    touch(screen, *["Delete"] * 5, *"9000", ".", *"50")
    screen.shows("Buys about 48 shares.")
    page.get_by_label("Drift").tap()
    touch(screen, *["Delete"] * 4, "−", "2", "Next")
    screen.shows("SMA crossover on AAPL with $9,000.50.")
    screen.shows("It trades simulated money: up to $9,000.50 is at risk.")
    touch(screen, "Start")
    screen.shows("AAPL started.")
    is_started(house, "sma_crossover", "AAPL", Decimal("9000.50"), {"drift": -2})


@pytest.mark.requirement("S2-10", "S2-13")
def test_by_keyboard_alone(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    screen = new_screen("wide").open()
    page, keys = screen.page, screen.page.keyboard
    page.wait_for_selector(".card-new")

    def reach(target: Locator) -> None:
        for _ in range(30):
            keys.press("Tab")
            if target.evaluate("(each) => each === document.activeElement"):
                return
        raise AssertionError("Tab never came there")

    reach(page.get_by_role("link", name="New algorithm"))
    keys.press("Enter")
    page.locator(".choice-row").wait_for()
    reach(page.locator(".choice-row"))
    keys.press("Enter")
    reach(page.get_by_label("Ticker", exact=True))
    keys.type("zhx")
    keys.press("Enter")
    screen.shows("ZHX cannot be traded")
    keys.press("Control+a")
    keys.type("aap")
    keys.press("Enter")
    screen.shows("AAP, Advance Auto Parts, Inc., last price $52.00, whole shares only")
    reach(page.get_by_label("Cash for this algorithm"))
    keys.type("20000.01")
    keys.press("Enter")
    screen.shows("That is more than the $20,000.00 available.")
    reach(screen.button("50 %"))
    keys.press("Space")
    screen.shows("Buys about 192 shares.")
    reach(page.get_by_label("SMA short"))
    keys.press("Enter")
    screen.shows("Step 4 of 4")
    reach(screen.button("Start"))
    keys.press("Enter")
    screen.shows("AAP started.")
    assert page.locator(".keypad").count() == 0
    is_started(house, "sma_crossover", "AAP", Decimal("10000.00"), {})


def test_on_a_phone_the_device_has_its_own_keys(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen("phone", has_touch=True, is_mobile=True)
    field = at_ticker(screen)
    assert field.get_attribute("inputmode") == "text"
    assert field.get_attribute("autocapitalize") == "characters"
    field.fill("aapl")
    screen.page.get_by_role("button", name="AAPL Apple Inc.").tap()
    cash = screen.page.get_by_label("Cash for this algorithm")
    assert cash.get_attribute("inputmode") == "decimal"
    assert screen.page.locator(".keypad").count() == 0
    assert screen.overflowing() == []


def test_a_hardware_keyboard_types_in_the_kiosk_too(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    field = at_ticker(screen, "/?kiosk")
    expect(field).to_be_focused()
    screen.page.keyboard.type("aa")
    screen.button("P").click()
    expect(field).to_have_value("aaP")
    expect(screen.page.locator(".suggestion")).to_have_count(2)
    # One Tab for all keys, arrows between them.
    screen.page.keyboard.press("Tab")
    while screen.page.evaluate("() => !document.activeElement.matches('.key')"):
        screen.page.keyboard.press("Tab")
    expect(screen.button("Q")).to_be_focused()
    for arrow, letter in (("ArrowRight", "W"), ("ArrowLeft", "Q"), ("ArrowDown", "A"), ("ArrowRight", "S")):
        screen.page.keyboard.press(arrow)
        expect(screen.button(letter)).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(field).to_have_value("aaPS")


def test_the_letter_pad_turns_to_digits_and_back(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen("narrow")
    field = at_ticker(screen, "/?kiosk")
    for key in ("B", "123", "4", "ABC", "Q", "Delete", "."):
        screen.button(key).click()
    expect(field).to_have_value("B4.")
    assert screen.overflowing() == []
    keys = [key.bounding_box() for key in screen.page.locator(".keypad .key").all()]
    assert min(key["width"] for key in keys) >= 32
    assert min(key["height"] for key in keys) >= 60


def test_the_pad_stays_until_the_tap_beside_it_is_over(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen("narrow")
    field = at_ticker(screen, "/?kiosk")
    field.fill("AAPL")
    screen.button("Check").click()
    cash = screen.page.get_by_label("Cash for this algorithm")
    cash.click()
    pad = screen.page.locator(".field-decimal.has-keys .keypad")
    expect(pad).to_be_visible()
    below = screen.page.get_by_label("SMA short")
    below.hover()
    middle = below.bounding_box()
    screen.page.mouse.down()
    assert below.bounding_box()["y"] <= middle["y"]
    screen.page.mouse.up()
    expect(below).to_be_focused()
    expect(pad).to_have_count(1)
    screen.page.get_by_role("heading", level=1).click()
    expect(pad).to_have_count(0)


def test_suggestions_show_what_the_broker_calls_them_as_text(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    field = at_ticker(screen)
    field.fill("AP")
    screen.shows(HOSTILE)
    assert screen.page.locator("main img").count() == 0
    # The halted one is not offered; letters of a company are enough.
    field.fill("Adv")
    expect(screen.page.locator(".suggestion")).to_have_text([re.compile("AAP.*Advance Auto Parts")])
    field.fill("ZH")
    expect(screen.page.locator(".suggestion")).to_have_count(0)


def test_whoever_is_among_the_suggestions_by_key_stays_there_as_newer_ones_come(
    new_screen: Callable[..., Screen],
) -> None:
    screen = new_screen()
    field = at_ticker(screen)
    field.fill("AA")
    apple = screen.page.get_by_role("button", name="AAPL Apple Inc.")
    expect(apple).to_be_visible()
    held = HeldAnswers(screen, "**/api/tickers?q=AAP")
    field.press("End")
    field.press("P")
    held.wait()
    apple.focus()
    held.let_go()
    expect(apple).to_be_focused()
    field.fill("ZZ")
    expect(screen.page.locator(".suggestion")).to_have_count(0)


def test_without_the_list_a_sentence_says_so_and_the_ticker_still_counts(
    new_screen: Callable[..., Screen], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> None:
        raise BrokerUnavailable("no answer")

    monkeypatch.setattr(site.lookups, "all_assets", silent)
    screen = new_screen()
    field = at_ticker(screen)
    field.fill("AAPL")
    screen.shows("The broker's list of tickers cannot be read now: type the whole ticker.")
    field.press("Enter")
    screen.shows("AAPL, Apple Inc.")


def test_with_real_money_the_pin_starts_it_for_whoever_cannot_hold(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(mode="LIVE")
    screen = new_screen()
    field = at_ticker(screen)
    field.fill("AAPL")
    field.press("Enter")
    screen.button("25 %").click()
    screen.button("Next").click()
    screen.shows("It trades real money: up to $5,000.00 is at risk.")
    screen.button("Confirm with PIN").click()
    screen.type_pin("314159")
    screen.shows("Wrong PIN.")
    assert house.commands(StartAlgorithm) == []
    screen.page.keyboard.type(PIN)
    screen.page.keyboard.press("Enter")
    screen.shows("AAPL started.")
    is_started(house, "sma_crossover", "AAPL", Decimal("5000.00"), {})


def test_back_keeps_what_was_filled_in(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    field = at_ticker(screen)
    field.fill("AAPL")
    field.press("Enter")
    screen.button("75 %").click()
    screen.button("Back").click()
    expect(field).to_have_value("AAPL")
    screen.button("Check").click()
    expect(screen.page.get_by_label("Cash for this algorithm")).to_have_value("15000.00")


def test_every_field_says_its_range_and_what_is_usual(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    field = at_ticker(screen)
    field.fill("AAPL")
    field.press("Enter")
    screen.shows("Bars of the short average. 2 to 200. Usual: 20.")
    screen.shows("Shares a buy. 1 to 1000000. May stay empty.")
