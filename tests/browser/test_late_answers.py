"""Answers that come late: they are about what was asked, and move nothing that was changed or left meanwhile."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from orchestra.api.protocol import ROUTES
from orchestra.messages.commands import Answer, StartAlgorithm
from tests.browser.fake_house import FakeHouse
from tests.browser.held_answers import BrokenAnswers, HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site
from tests.browser.socket_line import SocketLine
from tests.browser.test_link import another_version
from tests.system_databse.trade_diary import TradeDiary

OTHER_PIN = "602914"
STRATEGY = {"name": "sma_crossover", "help": "", "parameters": [], "error": None}
STOCK = {"name": "Apple Inc.", "tradable": True, "fractionable": True, "class": "us_equity"}


@pytest.fixture(autouse=True)
def shop(site: Site, house: FakeHouse) -> None:
    site.strategies = [STRATEGY]
    site.lookups.assets = {"AAPL": STOCK, "AAP": {**STOCK, "name": "Advance Auto Parts, Inc."}}
    site.lookups.prices = {"AAPL": 185.9, "AAP": 52.0}
    house.answers[StartAlgorithm] = lambda _: Answer({"id": 7})


@pytest.fixture
def screen(new_screen: Callable[..., Screen]) -> Screen:
    opened = new_screen()
    opened.open().is_live()
    return opened


def at_ticker(screen: Screen) -> Locator:
    screen.page.get_by_role("link", name="New algorithm").click()
    screen.page.locator(".choice-row").click()
    return screen.page.get_by_label("Ticker", exact=True)


def checking(screen: Screen, ticker: str) -> HeldAnswers:
    """Have a ticker checked, and hold the answer back."""
    field = at_ticker(screen)
    held = HeldAnswers(screen, "**/api/validate-ticker?*")
    field.fill(ticker)
    screen.button("Check").click()
    held.wait()
    return held


def test_a_ticker_that_was_typed_on_is_not_taken_for_the_one_that_was_checked(screen: Screen) -> None:
    held = checking(screen, "AAP")
    screen.page.get_by_label("Ticker", exact=True).fill("AAPL")
    held.let_go()
    screen.shows("Step 2 of 4")
    screen.button("Check").click()
    screen.shows("AAPL, Apple Inc., last price $185.90")


def test_a_suggestion_that_is_chosen_meanwhile_is_checked_then(screen: Screen) -> None:
    held = checking(screen, "AAP")
    screen.page.get_by_role("button", name="AAPL Apple Inc.").click()
    held.let_go()
    screen.shows("AAPL, Apple Inc., last price $185.90")
    screen.shows("Step 3 of 4")


def test_going_back_while_a_ticker_is_checked_stays_back(screen: Screen) -> None:
    held = checking(screen, "AAPL")
    screen.button("Back").click()
    screen.shows("Step 1 of 4")
    held.let_go()
    screen.shows("Step 1 of 4")
    screen.page.locator(".choice-row").click()
    expect(screen.button("Check")).to_be_enabled()


def test_a_form_that_was_left_while_it_waited_holds_no_new_version_up(
    screen: Screen, site: Site, tmp_path: Path
) -> None:
    screen.may_lose_server = True
    held = checking(screen, "AAPL")
    screen.page.get_by_role("link", name="Home").click()
    held.let_go()
    site.break_off()
    site.frontend = another_version(tmp_path)
    site.come_back()
    screen.wait(lambda: screen.loads == 2)
    screen.is_live()


def test_an_answer_that_breaks_off_half_way_is_none(screen: Screen) -> None:
    cut = {"status": 200, "content_type": "application/json", "body": '{"algorithms": [{"name": "sma_cro'}
    broken = BrokenAnswers(screen, "**/api/available-algorithms", **cut)
    screen.page.get_by_role("link", name="New algorithm").click()
    screen.shows("The algorithms could not be read: AutoTrader does not answer.")
    broken.mend()
    screen.button("Try again").click()
    screen.page.locator(".choice-row").wait_for()


def heading(screen: Screen) -> Locator:
    return screen.page.get_by_role("heading", level=1)


def starting(screen: Screen) -> HeldAnswers:
    """Have an algorithm started, and hold the answer back."""
    at_ticker(screen).fill("AAPL")
    screen.button("Check").click()
    screen.button("25 %").click()
    screen.button("Next").click()
    held = HeldAnswers(screen, "**/api/algorithms")
    screen.button("Start").click()
    held.wait()
    return held


def test_an_algorithm_that_starts_late_leaves_the_next_one_alone(screen: Screen) -> None:
    held = starting(screen)
    screen.page.get_by_role("link", name="Home").click()
    at_ticker(screen).fill("AAP")
    held.let_go()
    screen.shows("AAPL started.")
    screen.shows("Step 2 of 4")


def test_no_amount_will_do_before_it_is_known_what_there_is(screen: Screen) -> None:
    held = HeldAnswers(screen, f"**{ROUTES['account_cash']}")
    at_ticker(screen).fill("AAPL")
    screen.button("Check").click()
    screen.page.get_by_label("Cash for this algorithm").fill("99999")
    screen.button("Next").click()
    expect(screen.button("Next")).to_be_disabled()
    held.let_go()
    screen.shows("That is more than the $20,000.00 available.")
    screen.shows("Step 3 of 4")


def test_an_algorithm_that_starts_late_calls_nobody_back(screen: Screen, house: FakeHouse) -> None:
    held = starting(screen)
    screen.page.get_by_role("link", name="Alerts").click()
    held.let_go()
    screen.shows("AAPL started.")
    assert len(house.commands(StartAlgorithm)) == 1
    expect(heading(screen)).to_have_text("Alerts")


def test_who_is_on_the_way_to_a_screen_that_still_loads_is_not_called_back(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    files = HeldAnswers(screen, "**/screens/alerts/alerts.js*")
    screen.open().is_live()
    held = starting(screen)
    screen.page.get_by_role("link", name="Alerts").click()
    held.open()
    screen.shows("AAPL started.")
    files.let_go()
    expect(heading(screen)).to_have_text("Alerts")


def test_keys_that_were_changed_while_they_were_checked_are_not_called_good(screen: Screen) -> None:
    screen.open("/#/settings/account").shows("Connect a paper account")
    screen.is_live()
    screen.page.get_by_label("API key").fill("PKAAAABBBBCCCCDDDD")
    screen.page.get_by_label("Secret key").fill("secretNumberOne")
    held = HeldAnswers(screen, "**/api/setup/keys")
    screen.button("Check the connection").click()
    held.wait()
    screen.page.get_by_label("Secret key").fill("secretNumberTwo")
    held.let_go()
    expect(screen.button("Check the connection")).to_be_enabled()
    expect(screen.page.get_by_text("The keys open this account.")).to_be_hidden()
    expect(screen.button("Connect and switch to paper")).to_be_hidden()
    screen.button("Check the connection").click()
    screen.shows("The keys open this account.")
    expect(screen.button("Connect and switch to paper")).to_be_visible()


def test_a_pin_that_is_changed_late_calls_nobody_back(screen: Screen) -> None:
    screen.open("/#/settings/pin").shows("Enter the PIN you have")
    for pin in (PIN, OTHER_PIN):
        screen.type_pin(pin)
    held = HeldAnswers(screen, f"**{ROUTES['change_pin']}")
    screen.type_pin(OTHER_PIN)
    held.wait()
    screen.page.get_by_role("link", name="Alerts").click()
    expect(heading(screen)).to_have_text("Alerts")
    held.let_go()
    screen.shows("The PIN is changed.")
    expect(heading(screen)).to_have_text("Alerts")


def test_older_fills_of_the_filter_before_are_not_added_to_the_new_list(
    new_screen: Callable[..., Screen], site: Site
) -> None:
    diary = TradeDiary(site.system)
    for _ in range(60):
        diary.order(qty=1)
    diary.round_trip("400", "390", algorithm_id=2)
    screen = new_screen().open("/#/trades/fills")
    rows = screen.page.locator("tbody tr")
    expect(rows).to_have_count(50)
    held = HeldAnswers(screen, f"**{ROUTES['fills']}*before=*")
    screen.button("Show older").click()
    held.wait()
    screen.button("Filter").click()
    screen.page.get_by_role("group", name="Symbol").get_by_label("MSFT").check()
    screen.button("Show").click()
    expect(rows).to_have_count(2)
    held.let_go()
    expect(rows).to_have_count(2)
    expect(screen.button("Show older")).to_be_hidden()


def test_the_walls_fills_are_read_again_after_a_gap(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(viewport={"width": 1920, "height": 1080})
    line = SocketLine(screen)
    fills = [{"symbol": "AAPL", "side": "buy", "qty": "5", "price": "185.90", "at": "2026-11-20T15:30:00Z"}]
    screen.page.route(f"**{ROUTES['fills']}?*", lambda route: route.fulfill(json={"fills": fills, "next": None}))
    screen.open()
    column = screen.page.locator(".home-news")
    expect(column).to_contain_text("Bought 5 shares")
    fills[0] = {**fills[0], "qty": "6"}
    line.snapshot["seq"] += 1
    line.tell({})
    expect(column).to_contain_text("Bought 6 shares")


def test_keys_of_the_pin_that_did_not_load_are_offered_again(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    broken = BrokenAnswers(screen, "**/components/pin_pad.js*", status=503, body="")
    screen.open().is_live()
    screen.button("Stop all algorithms").click()
    screen.button("Confirm with PIN").click()
    screen.shows("The keys could not be loaded: AutoTrader does not answer. Try again.")
    broken.mend()
    screen.button("Confirm with PIN").click()
    screen.type_pin(PIN)
    screen.shows("ALL STOPPED")


def test_a_key_that_nobody_saw_is_told_and_listed(screen: Screen) -> None:
    screen.open("/#/settings/keys").shows("No program has a key yet.")
    screen.is_live()
    screen.button("Make a key").click()
    screen.page.get_by_label("Name").fill("my dashboard")
    held = HeldAnswers(screen, f"**{ROUTES['reader_keys']}")
    screen.button("Make the key").click()
    held.wait()
    screen.button("Cancel").click()
    held.let_go()
    screen.shows(re.compile("my dashboard was made after its dialog was closed. Revoke it"))
    screen.button("Close").click()
    screen.button("Revoke my dashboard").wait_for()


def test_an_address_that_is_refused_after_its_dialog_was_closed_is_told(screen: Screen) -> None:
    screen.open("/#/settings/notifications").is_live()
    screen.button("Add an address").click()
    screen.page.get_by_label("Address", exact=True).fill("nonsense://topic")
    screen.button("Next").click()
    held = HeldAnswers(screen, f"**{ROUTES['notifications']}")
    screen.type_pin(PIN)
    held.wait()
    screen.button("Cancel").click()
    held.let_go()
    screen.shows(re.compile("^Add an address: This is no address that Apprise knows"))
