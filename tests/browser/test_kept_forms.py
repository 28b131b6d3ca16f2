"""Half-filled forms in what was read from the server: a line that breaks and comes back empties none of them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site
from tests.browser.socket_line import SocketLine


@pytest.fixture
def line(screen: Screen) -> SocketLine:
    return SocketLine(screen)


@pytest.fixture
def screen(new_screen: Callable[..., Screen]) -> Screen:
    opened = new_screen()
    opened.may_lose_server = True
    return opened


def connect_anew(screen: Screen, site: Site, line: SocketLine) -> None:
    """Break the line, and wait until the page has everything anew and has asked for what it wants besides."""
    before = line.snapshots
    site.wire.cut()
    screen.wait(lambda: line.snapshots > before)
    screen.is_live()
    screen.rests()


def test_keys_stay_typed_over_a_lost_line_and_a_lock(screen: Screen, site: Site, line: SocketLine) -> None:
    screen.open("/#/settings/account").shows("Connect a paper account")
    screen.is_live()
    key, secret = (screen.page.get_by_label(name) for name in ("API key", "Secret key"))
    key.fill("PKAAAABBBBCCCCDDDD")
    secret.fill("halfASecret")
    connect_anew(screen, site, line)
    expect(secret).to_have_value("halfASecret")
    site.end_sessions()
    site.wire.cut()
    screen.shows("Enter PIN")
    screen.type_pin(PIN)
    screen.is_live()
    screen.rests()
    expect(key).to_have_value("PKAAAABBBBCCCCDDDD")
    expect(secret).to_have_value("halfASecret")


def test_a_limit_stays_typed_over_a_lost_line(screen: Screen, site: Site, line: SocketLine) -> None:
    screen.open("/#/algorithm/1/setup")
    screen.page.get_by_text("Set a limit").click()
    screen.page.get_by_label("Limit", exact=True).select_option("orders_per_day")
    number = screen.page.get_by_label("Number", exact=True)
    number.fill("1000")
    screen.is_live()
    connect_anew(screen, site, line)
    expect(number).to_be_visible()
    expect(number).to_have_value("1000")
    expect(screen.page.get_by_label("Limit", exact=True)).to_have_value("orders_per_day")
