"""The page and a server that freezes, restarts, loses a number or is not there."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.fake_house import OPEN, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.browser.socket_line import SocketLine
from tests.source_tree import ROOT


@pytest.fixture
def timed(new_screen: Callable[..., Screen]) -> Screen:
    """Return Home in a window that may lose its server; every module is loaded."""
    screen = new_screen()
    screen.may_lose_server = True
    screen.open().page.wait_for_selector("a.card[data-status]")
    screen.is_live()
    screen.pass_time(1000)
    screen.wait(lambda: any(url.endswith("/review_step.js") for url in screen.requested))
    screen.page.wait_for_load_state("networkidle")
    return screen


@pytest.mark.requirement("S2-32")
def test_a_frozen_server_makes_the_screen_stale_then_out_of_date_and_thawing_makes_it_live(
    timed: Screen, site: Site, house: FakeHouse
) -> None:
    site.wire.freeze()
    timed.pass_time(8_000)
    timed.shows(re.compile(r"Stale 0:0[89]"))
    timed.shows("5 s old")
    assert timed.page.locator("a.card .triangle").first.is_hidden()
    timed.pass_time(9_000)
    timed.shows(re.compile(r"Screen is out of date since \d\d:\d\d:\d\d. Trading continues on the appliance."))
    timed.page.locator("a.card[data-status]").click()
    for name in ("Pause", "Stop"):
        expect(timed.button(name)).to_be_disabled()
    expect(timed.button("Stop all algorithms")).to_be_enabled()
    house.show(cards=(made_card(price=200.25),))
    site.wire.thaw()
    timed.shows("$200.25", timeout=8000)
    timed.is_live()
    expect(timed.page.locator(".bar-out")).to_be_hidden()
    assert timed.loads == 1


def test_a_restarted_server_reloads_the_page_once_and_keeps_the_screen(timed: Screen, site: Site) -> None:
    timed.page.locator("a.card[data-status]").click()
    timed.shows("Decisions")
    site.restart()
    timed.wait(lambda: timed.loads == 2, milliseconds=10_000)
    timed.shows("Decisions")
    timed.is_live()
    timed.page.wait_for_timeout(1000)
    assert timed.loads == 2
    assert timed.page.url.endswith("#/algorithm/1")


def test_a_restart_spares_a_half_filled_form_and_offers_to_reload(timed: Screen, site: Site, house: FakeHouse) -> None:
    site.strategies = [{"name": "sma_crossover", "help": "", "parameters": [], "error": None}]
    timed.page.get_by_role("link", name="New algorithm").click()
    timed.page.locator(".choice-row").click()
    timed.page.get_by_label("Ticker").fill("AAPL")
    site.restart()
    timed.shows("AutoTrader was restarted.", timeout=10_000)
    expect(timed.page.get_by_label("Ticker")).to_have_value("AAPL")
    assert timed.loads == 1
    timed.button("Reload").click()
    timed.wait(lambda: timed.loads == 2)


@pytest.mark.parametrize("next_message", ["update", "heartbeat"])
def test_a_lost_update_makes_the_page_ask_for_everything_again(
    new_screen: Callable[..., Screen], house: FakeHouse, next_message: str
) -> None:
    screen = new_screen()
    line = SocketLine(screen)
    screen.open().shows("$185.90")
    line.loses_next = True
    house.show(cards=(made_card(price=201.5),))
    screen.wait(lambda: not line.loses_next)
    if next_message == "update":
        house.show(market=replace(OPEN, is_half_day=True))
    screen.shows("$201.50")
    assert line.asked == 1
    assert screen.loads == 1


def test_a_session_that_ended_while_cut_off_leads_to_the_lock(timed: Screen, site: Site) -> None:
    site.end_sessions()
    site.wire.cut()
    timed.shows("Enter PIN", timeout=10_000)


def test_a_page_without_its_library_says_what_repairs_it(browser: Browser, house: FakeHouse, tmp_path: Path) -> None:
    bare = tmp_path / "frontend"
    shutil.copytree(ROOT / "frontend", bare, ignore=shutil.ignore_patterns("vendor", "node_modules"))
    site = Site(house, tmp_path, frontend=bare)
    screen = Screen(browser.new_context(), site.url)
    screen.open().shows("run ./start_autotrader.sh")
    screen.context.close()
    site.close()


def test_a_module_that_does_not_load_is_said_and_the_page_not_blank(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    screen.page.route("**/js/store.js", lambda route: route.abort())
    screen.open().shows("Run ./start_autotrader.sh on the appliance")
    screen.mistakes = [mistake for mistake in screen.mistakes if "imported module" not in mistake]
