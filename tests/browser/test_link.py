"""The page and a server that freezes, restarts, loses a number or is not there."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestra.messages.events import OrderFilled
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.fill import Fill
from system_databse.order import Side
from tests.browser.fake_house import NOW, OPEN, FakeHouse, made_card
from tests.browser.held_answers import HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site
from tests.browser.socket_line import SocketLine
from tests.source_tree import ROOT

BOUGHT = Fill("at-1", 1, "AAPL", Side.BUY, "e1", Decimal(40), Decimal("186.10"), Decimal(40), "stream", NOW)
KEEP_WHAT_IS_SAID = """() => {
  window.said = [];
  const region = document.getElementById("polite");
  const note = () => said.push(region.textContent);
  new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def timed(new_screen: Callable[..., Screen]) -> Screen:
    """Return Home in a window that may lose its server; the files of the next screens are there."""
    screen = new_screen()
    screen.may_lose_server = True
    screen.open("/#/algorithm/1").page.wait_for_selector(".chart-panel")
    screen.page.get_by_role("link", name="Home", exact=True).click()
    screen.page.wait_for_selector("a.card[data-status]")
    screen.is_live()
    screen.wait(lambda: any(url.endswith("/stop_all.js") for url in screen.requested))
    screen.rests()
    return screen


def another_version(folder: Path) -> Path:
    """Return the page's files with one that differs."""
    copied = folder / "frontend"
    shutil.copytree(ROOT / "frontend", copied, ignore=shutil.ignore_patterns("node_modules"))
    with (copied / "css/health.css").open("a", encoding="utf-8") as file:
        file.write("/* another version */\n")
    return copied


@pytest.mark.requirement("S2-32")
def test_a_frozen_server_makes_the_screen_stale_then_out_of_date_and_thawing_makes_it_live(
    timed: Screen, site: Site, house: FakeHouse
) -> None:
    site.wire.freeze()
    timed.pass_time(8_000)
    # On a slow machine more time goes by, and the library hangs up.
    timed.shows(re.compile(r"(Stale|Reconnecting) 0:\d\d"))
    timed.shows(re.compile(r"\d+ s old"))
    assert timed.page.locator("a.card .triangle").first.is_hidden()
    timed.pass_time(9_000)
    timed.shows(re.compile(r"Screen is out of date since \d\d:\d\d:\d\d. Trading continues on the appliance."))
    timed.page.locator("a.card[data-status]").click()
    for name in ("Pause", "Stop"):
        expect(timed.button(name)).to_be_disabled()
    expect(timed.button("Stop all algorithms")).to_be_enabled()
    house.show(cards=(made_card(price=200.25),))
    site.wire.thaw()
    timed.shows("$200.25")
    timed.is_live()
    expect(timed.page.locator(".bar-out")).to_be_hidden()
    assert timed.loads == 1


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (1_000, "AAPL: buy 40 shares filled at $186.10."),
        # The library has hung up by then: what shows is right, and what came about meanwhile is said in one sentence.
        (20_000, "While this screen was cut off: AAPL 140 shares, before 100 shares."),
    ],
)
def test_what_was_filled_while_the_server_was_frozen_is_told_once(
    timed: Screen, site: Site, house: FakeHouse, milliseconds: int, words: str
) -> None:
    timed.page.evaluate(KEEP_WHAT_IS_SAID)
    site.wire.freeze()
    house.board.on_event(OrderFilled(BOUGHT))
    house.show(cards=(made_card(shares=Decimal(140)),))
    timed.pass_time(milliseconds)
    site.wire.thaw()
    expect(timed.page.locator("a.card[data-status]")).to_contain_text("140 shares")
    timed.is_live()
    timed.wait(lambda: words in timed.page.evaluate("() => said.join()"))
    # Time for a second telling, and for what waits behind it.
    timed.pass_time(2_000)
    assert timed.page.evaluate("() => said.join()").count("40 shares") == 1


def test_a_restarted_server_leads_to_one_snapshot_on_the_same_screen(
    new_screen: Callable[..., Screen], site: Site, house: FakeHouse
) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    line = SocketLine(screen)
    screen.open("/#/algorithm/1").shows("Decisions")
    screen.is_live()
    site.break_off()
    expect(screen.page.locator(".link-words")).to_have_text(re.compile(r"Reconnecting \d:\d\d"))
    house.show(cards=(made_card(price=201.5),))
    site.come_back()
    screen.shows("$201.50")
    screen.is_live()
    assert (line.snapshots, line.asked, screen.loads) == (2, 0, 1)
    assert screen.page.url.endswith("#/algorithm/1")


def test_a_new_version_of_the_page_is_loaded_once_and_by_itself(timed: Screen, site: Site, tmp_path: Path) -> None:
    timed.page.locator("a.card[data-status]").click()
    timed.shows("Decisions")
    site.break_off()
    site.frontend = another_version(tmp_path)
    site.come_back()
    timed.wait(lambda: timed.loads == 2)
    timed.shows("Decisions")
    timed.is_live()
    timed.pass_time(5000)
    timed.is_live()
    assert timed.loads == 2
    assert timed.page.url.endswith("#/algorithm/1")


def test_a_new_version_spares_a_half_filled_form_and_waits_until_it_is_left(
    timed: Screen, site: Site, tmp_path: Path
) -> None:
    site.strategies = [{"name": "sma_crossover", "help": "", "parameters": [], "error": None}]
    timed.page.get_by_role("link", name="New algorithm").click()
    timed.page.locator(".choice-row").click()
    timed.page.get_by_label("Ticker").fill("AAPL")
    site.break_off()
    site.frontend = another_version(tmp_path)
    site.come_back()
    timed.shows("A new version of AutoTrader runs.")
    expect(timed.button("Reload")).to_be_visible()
    expect(timed.page.get_by_label("Ticker")).to_have_value("AAPL")
    assert timed.loads == 1
    timed.page.get_by_role("link", name="Home").click()
    timed.wait(lambda: timed.loads == 2)
    timed.is_live()
    expect(timed.page.locator(".bar-restarted")).to_be_hidden()


def test_a_server_that_is_away_is_told_by_the_chip_and_then_by_the_bar(timed: Screen, site: Site) -> None:
    chip = timed.page.locator(".link-words")
    site.break_off()
    expect(chip).to_have_text(re.compile(r"Reconnecting 0:0\d"))
    timed.pass_time(8000)
    expect(chip).to_have_text(re.compile(r"Reconnecting 0:(0[89]|1\d)"))
    expect(timed.page.locator("a.card[data-status]")).to_have_class(re.compile("is-stale"))
    timed.pass_time(9000)
    timed.shows(re.compile("Screen is out of date since"))
    site.come_back()
    timed.is_live()
    expect(timed.page.locator(".bar-out")).to_be_hidden()


def test_a_machine_that_slept_knows_at_once_that_its_figures_are_old(timed: Screen, site: Site) -> None:
    site.wire.freeze()
    # Only the wall clock goes on while it sleeps.
    timed.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_600_000; }")
    timed.shows(re.compile("Screen is out of date since"))
    expect(timed.page.locator(".link-words")).to_have_text(re.compile(r"Reconnecting 60:\d\d"))


def test_an_engine_that_hangs_is_told_though_the_page_is_connected(home: Screen, house: FakeHouse) -> None:
    house.show(taken_at=SystemClock().monotonic() - 31)
    home.shows("AutoTrader's engine has not answered for half a minute")
    home.is_live()
    house.show(taken_at=SystemClock().monotonic())
    expect(home.page.locator(".bar-down")).to_be_hidden()


def test_a_start_is_told_until_the_engine_has_its_first_figures(
    new_screen: Callable[..., Screen], site: Site, house: FakeHouse
) -> None:
    site.break_off()
    house.board = LiveBoard()
    site.come_back()
    screen = new_screen().open()
    screen.shows("AutoTrader is starting; its first figures come in a moment.")
    expect(screen.page.locator(".market-words")).to_have_text("Starting")
    assert screen.overflowing() == []
    house.show()
    screen.shows("$185.90")
    expect(screen.page.locator(".market-words")).to_contain_text("Open, closes in")


def test_a_session_that_ends_locks_over_a_half_filled_form_which_survives(timed: Screen, site: Site) -> None:
    site.strategies = [{"name": "sma_crossover", "help": "", "parameters": [], "error": None}]
    timed.page.get_by_role("link", name="New algorithm").click()
    timed.page.locator(".choice-row").click()
    timed.page.get_by_label("Ticker").fill("AAPL")
    site.end_sessions()
    site.wire.cut()
    timed.shows("Enter PIN")
    timed.type_pin(PIN)
    expect(timed.page.locator(".gate")).to_be_hidden()
    timed.is_live()
    expect(timed.page.get_by_label("Ticker")).to_have_value("AAPL")
    assert timed.loads == 1


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
    timed.shows("Enter PIN")


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
    screen.open().shows(
        "A part of this page is missing. If it does not load by itself, run ./start_autotrader.sh on the appliance"
    )


def test_the_other_screens_are_at_hand_also_for_whoever_goes_on_before_the_first_one_shows(
    new_screen: Callable[..., Screen],
) -> None:
    screen = new_screen()
    held = HeldAnswers(screen, "**/screens/more.js")
    screen.open("/#/more")
    held.wait()
    screen.page.evaluate("() => { location.hash = '#/home'; }")
    screen.page.wait_for_selector(".summary")
    screen.wait(lambda: any(url.endswith("/screens/stop_all.js") for url in screen.requested))
