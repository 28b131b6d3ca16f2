"""Files of the page that do not come when they are needed: asked for again, or the page loads anew."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.held_answers import BrokenAnswers, HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

STRATEGY = {"name": "sma_crossover", "help": "", "parameters": [], "error": None}
FAILS = {"status": 503, "body": ""}


@pytest.fixture
def screen(new_screen: Callable[..., Screen], site: Site) -> Screen:
    site.strategies = [STRATEGY]
    opened = new_screen()
    opened.may_lose_server = True
    return opened


def test_a_screen_that_did_not_come_does_when_it_is_tried_again(screen: Screen) -> None:
    broken = BrokenAnswers(screen, "**/js/screens/more.js*", **FAILS)
    screen.open().is_live()
    screen.page.get_by_role("link", name="More", exact=True).click()
    screen.shows("This screen could not be loaded")
    broken.mend()
    screen.button("Try again").click()
    screen.page.get_by_role("heading", name="More").wait_for()


def test_a_screen_is_not_tried_again_by_what_would_lose_the_page(screen: Screen, site: Site) -> None:
    BrokenAnswers(screen, "**/js/screens/more.js*", **FAILS)
    screen.open().is_live()
    screen.page.get_by_role("link", name="More", exact=True).click()
    screen.shows("This screen could not be loaded")
    site.break_off()
    screen.button("Try again").click()
    screen.rests()
    screen.shows("This screen could not be loaded")
    assert screen.loads == 1


def test_a_screen_that_did_not_come_does_when_the_line_is_back(screen: Screen, site: Site) -> None:
    broken = BrokenAnswers(screen, "**/js/screens/more.js*", **FAILS)
    screen.open().is_live()
    site.break_off()
    screen.page.get_by_role("link", name="More", exact=True).click()
    screen.shows("This screen could not be loaded")
    broken.mend()
    site.come_back()
    screen.page.get_by_role("heading", name="More").wait_for()
    assert screen.loads == 1


def test_what_a_screen_needs_and_did_not_come_has_the_page_loaded_anew_once_a_minute(screen: Screen) -> None:
    broken = BrokenAnswers(screen, "**/js/components/tabs.js*", **FAILS)
    screen.open("/#/algorithm/1").shows("This screen could not be loaded")
    screen.page.get_by_role("link", name="Home").click()
    screen.page.locator("a.card[data-status]").click()
    screen.wait(lambda: screen.loads == 2)
    screen.shows("This screen could not be loaded")
    screen.page.get_by_role("link", name="Home").click()
    screen.page.locator("a.card[data-status]").click()
    screen.shows("This screen could not be loaded")
    screen.page.wait_for_timeout(3_000)
    assert screen.loads == 2
    broken.mend()
    screen.pass_time(60_000)
    screen.wait(lambda: screen.loads == 3)
    screen.page.get_by_role("tab", name="Trades").wait_for()


def test_a_page_that_misses_a_part_waits_for_a_form_to_end(screen: Screen) -> None:
    BrokenAnswers(screen, "**/js/components/tabs.js*", **FAILS)
    screen.open().is_live()
    screen.page.locator("a.card[data-status]").click()
    screen.shows("This screen could not be loaded")
    screen.page.get_by_role("link", name="Home").click()
    screen.page.get_by_role("link", name="New algorithm").click()
    screen.page.locator(".choice-row").click()
    held = HeldAnswers(screen, "**/js/screens/detail.js*")
    screen.page.get_by_label("Ticker", exact=True).fill("AAPL")
    # A second time, by whoever looks at the page's other screens beforehand.
    held.wait()
    held.open()
    screen.pass_time(10_000)
    screen.rests()
    assert screen.loads == 1
    expect(screen.page.get_by_label("Ticker", exact=True)).to_have_value("AAPL")
    screen.page.get_by_role("link", name="Home").click()
    screen.wait(lambda: screen.loads == 2)


def test_stop_all_opens_once_however_often_it_was_tapped_meanwhile(screen: Screen) -> None:
    held = HeldAnswers(screen, "**/js/screens/stop_all.js")
    screen.open().is_live()
    for _ in range(3):
        screen.button("Stop all algorithms").click()
        # Not a double tap.
        screen.page.wait_for_timeout(700)
    held.let_go()
    expect(screen.page.locator("dialog[open]")).to_have_count(1)
    expect(screen.button("Keep running")).to_be_focused()
    screen.button("Keep running").click()
    expect(screen.page.locator("dialog[open]")).to_have_count(0)


def test_stop_all_opens_at_the_second_try_of_its_file(screen: Screen) -> None:
    BrokenAnswers(screen, "**/js/screens/stop_all.js", **FAILS)
    screen.open().is_live()
    screen.button("Stop all algorithms").click()
    expect(screen.button("Keep running")).to_be_focused()


def test_stop_all_loads_the_page_anew_rather_than_not_open(screen: Screen) -> None:
    broken = BrokenAnswers(screen, "**/js/components/hold_button.js*", **FAILS)
    screen.open().is_live()
    screen.button("Stop all algorithms").click()
    screen.wait(lambda: screen.loads == 2)
    broken.mend()
    screen.page.reload()
    screen.is_live()
    screen.button("Stop all algorithms").click()
    expect(screen.button("Keep running")).to_be_focused()


def test_stop_all_says_that_nothing_was_stopped_where_nothing_answers(screen: Screen, site: Site) -> None:
    BrokenAnswers(screen, "**/js/screens/stop_all.js*", **FAILS)
    screen.open().is_live()
    site.break_off()
    screen.button("Stop all algorithms").click()
    screen.shows("AutoTrader does not answer: nothing was stopped. Try again.")
    assert screen.loads == 1


def test_a_lock_whose_file_did_not_come_asks_for_it_again(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(is_unlocked=False)
    screen.may_lose_server = True
    BrokenAnswers(screen, "**/js/screens/gate.js", **FAILS)
    screen.open().shows("Enter PIN")
    screen.type_pin(PIN)
    screen.is_live()


def test_a_lock_that_misses_a_part_has_the_page_loaded_anew(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(is_unlocked=False)
    screen.may_lose_server = True
    broken = BrokenAnswers(screen, "**/js/components/pad_keys.js*", **FAILS)
    screen.open()
    screen.wait(lambda: screen.loads == 2)
    broken.mend()
    screen.pass_time(60_000)
    screen.shows("Enter PIN")
    screen.type_pin(PIN)
    screen.is_live()


def test_a_page_whose_first_part_did_not_come_loads_by_itself(screen: Screen) -> None:
    broken = BrokenAnswers(screen, "**/js/components/toast.js*", **FAILS)
    screen.open().shows("A part of this page is missing. If it does not load by itself, run ./start_autotrader.sh")
    broken.mend()
    screen.pass_time(10_000)
    screen.is_live()
    assert screen.loads == 2
