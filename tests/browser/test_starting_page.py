"""The starting page of the kiosk: a file that shows at once, waits for the server, and goes on to it by itself."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from orchestra.kiosk.starting_page import StartingPage
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.source_tree import ROOT

STARTING = ROOT / "frontend/starting"


@pytest.fixture
def starting(tmp_path: Path) -> StartingPage:
    return StartingPage(ROOT, tmp_path)


def test_it_shows_without_any_server_and_without_the_kiosks_file(
    new_screen: Callable[..., Screen], starting: StartingPage
) -> None:
    screen = new_screen(is_unlocked=False)
    screen.may_lose_server = True
    screen.page.goto(starting.address)
    screen.shows("AutoTrader is starting.")
    assert screen.page.evaluate("getComputedStyle(document.body).cursor") == "none"
    assert screen.overflowing() == []


@pytest.mark.requirement("S2-46")
def test_it_waits_while_the_server_is_down_and_then_goes_on_to_the_page(
    new_screen: Callable[..., Screen], starting: StartingPage, site: Site
) -> None:
    screen = new_screen(is_unlocked=False)
    site.break_off()
    starting.tell("AutoTrader is starting.")
    screen.page.goto(starting.address)
    screen.pass_time(30_000)
    screen.shows(re.compile(r"Waiting for 3\d seconds. This page goes on by itself."))
    starting.tell("AutoTrader ended and is being started again.")
    screen.pass_time(1_000)
    screen.shows("AutoTrader ended and is being started again.")
    screen.pass_time(60_000)
    screen.shows("This takes longer than usual.")
    site.come_back()
    page = f"http://localhost:{site.wire.port}/frontend/dashboard.html?kiosk"
    # The page lies on another name of this machine than the other tests use.
    screen.url = f"http://localhost:{site.wire.port}"
    starting.tell("AutoTrader is starting.", page=page)
    screen.pass_time(1_000)
    screen.page.wait_for_url(page)
    screen.shows("Enter PIN")
    assert screen.page.evaluate("document.documentElement.classList.contains('kiosk')")


@pytest.mark.parametrize("page", ["https://example.org/", "http://localhost.example.org/", "javascript:alert(1)"])
def test_it_goes_nowhere_but_to_this_machine(
    new_screen: Callable[..., Screen], starting: StartingPage, page: str
) -> None:
    screen = new_screen(is_unlocked=False)
    starting.tell("<b>Hostile</b> words", page=page)
    screen.page.goto(starting.address)
    screen.shows("<b>Hostile</b> words")
    screen.pass_time(3_000)
    assert screen.page.url == starting.address


@pytest.mark.parametrize("size", ["short", "narrow", "wide", "phone", "tiny"])
def test_it_fits_every_display(new_screen: Callable[..., Screen], starting: StartingPage, size: str) -> None:
    starting.tell("AutoTrader cannot start: " + "a long reason that goes on and on " * 6)
    screen = new_screen(size, is_unlocked=False)
    screen.page.goto(starting.address)
    screen.shows("AutoTrader cannot start")
    screen.pass_time(100_000)
    expect(screen.page.locator("#patience")).to_be_visible()
    assert screen.overflowing() == []


def test_its_files_name_nothing_outside() -> None:
    texts = [path.read_text(encoding="utf-8") for path in [ROOT / "frontend/starting.html", *STARTING.iterdir()]]
    assert len(texts) == 3
    found = {address for text in texts for address in re.findall(r"(?:https?|wss?):\\?/\\?/[^\s\"'`)]+", text)}
    assert {address for address in found if "localhost" not in address} == set()
    assert not [text for text in texts if re.search(r"innerHTML|eval\(|\sstyle=", text)]
