"""The shell in every size: what is where, nothing cut off or too wide, nothing that moves after the first paint."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.fake_house import ACCOUNT, CLOSED, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.socket_line import SocketLine

SIZES = {
    "short": (800, 480),
    "narrow": (480, 853),
    "five inch": (360, 640),
    "wide": (1280, 720),
    "tall, unscaled": (720, 1280),
    "full, unscaled": (1920, 1080),
    "phone": (390, 844),
    "tiny": (320, 640),
}
RICH = replace(ACCOUNT, equity=Decimal("123456789.12"), cash=Decimal("100456789.12"))
SIX = tuple(made_card(number, ticker=f"T{number}") for number in range(1, 7))
ALERT = {"id": 1, "at": "2026-11-20T15:30:00Z", "symbol": "T3", "acknowledged_at": None}
# Kept in the page from its first paint on.
WATCH_SHIFTS = """new PerformanceObserver((list) => {
  window.shifts = [...(window.shifts ?? []), ...list.getEntries().map(({ value, sources }) =>
    `${value} ${sources.map(({ node }) => node?.className ?? node?.nodeName)}`)];
}).observe({ type: "layout-shift", buffered: true });"""
CUT_OFF = """() => [...document.querySelectorAll(".summary dd, .card-price, .figure-value, .news-row span")]
  .filter((each) => each.checkVisibility())
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
  .map((each) => each.textContent)"""
FORCED = """() => ({
  rest: getComputedStyle(document.querySelector(".nav-link:not([aria-current])")).borderLeftColor,
  here: getComputedStyle(document.querySelector(".nav-link[aria-current]")).borderLeftColor,
})"""


def resize(screen: Screen, size: str) -> None:
    width, height = SIZES[size]
    screen.page.set_viewport_size({"width": width, "height": height})


def box(screen: Screen, selector: str) -> dict[str, Any]:
    found = screen.page.locator(selector).first.bounding_box()
    assert found, selector
    return dict(found)


def cards_a_row(screen: Screen) -> int:
    tops = [each.bounding_box()["y"] for each in screen.page.locator(".card").all()]
    return tops.count(tops[0])


def test_each_layout_has_its_places(home: Screen, house: FakeHouse) -> None:
    house.show(cards=SIX)
    home.shows("T6")
    for size, rail, cards in [("short", 72, 2), ("wide", 96, 3), ("full, unscaled", 96, 4)]:
        resize(home, size)
        assert (size, box(home, "nav")["width"], cards_a_row(home)) == (size, rail, cards)
        assert box(home, "header")["height"] == pytest.approx(56, abs=2)
    for size, cards in [("narrow", 1), ("five inch", 1), ("phone", 1), ("tiny", 1), ("tall, unscaled", 2)]:
        resize(home, size)
        bar = box(home, "nav")
        assert (size, bar["width"], cards_a_row(home)) == (size, SIZES[size][0], cards)
        assert bar["y"] + bar["height"] == SIZES[size][1]
    power = home.page.get_by_text("Buying power")
    for size, is_shown in [("wide", True), ("short", False), ("narrow", False)]:
        resize(home, size)
        expect(power).to_be_visible(visible=is_shown)


@pytest.mark.parametrize("theme", ["dark", "light", "terminal"])
def test_nothing_is_cut_off_or_wider_than_its_place(home: Screen, house: FakeHouse, theme: str) -> None:
    long = made_card(7, ticker="BRK.B", price=712345.67, day_pl=Decimal("-1234567.89"))
    house.show(account=RICH, cards=(*SIX[:5], long), market=CLOSED)
    home.shows("$123,456,789.12")
    home.page.evaluate("(theme) => document.documentElement.setAttribute('data-theme', theme)", theme)
    found = {}
    for percent in (100, 200):
        home.page.evaluate("(size) => document.documentElement.style.setProperty('font-size', `${size}%`)", percent)
        for size in SIZES:
            resize(home, size)
            found[f"{size} at {percent} %"] = [*home.overflowing(), *home.page.evaluate(CUT_OFF)]
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("size", ["short", "narrow", "wide", "tiny", "full, unscaled"])
def test_nothing_moves_after_the_first_paint(new_screen: Callable[..., Screen], house: FakeHouse, size: str) -> None:
    house.show(cards=SIX)
    # Another screen has seen them, so that the server tells them from the start.
    new_screen().open().shows("T6")
    width, height = SIZES[size]
    screen = new_screen(viewport={"width": width, "height": height})
    screen.context.add_init_script(WATCH_SHIFTS)
    screen.open().shows("T6")
    screen.is_live()
    # Until everything has come that follows later.
    screen.page.wait_for_timeout(1500)
    assert screen.page.evaluate("() => window.shifts ?? []") == []


def test_a_wide_wall_also_shows_the_newest_alerts_and_fills(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(viewport={"width": 1920, "height": 1080})
    line = SocketLine(screen)
    screen.open().shows("No alerts.")
    screen.shows("No fills yet.")
    alerts = [
        {**ALERT, "id": number, "priority": "critical", "text": f"<b>alert</b> {number}"} for number in range(9, 0, -1)
    ]
    line.tell({"alerts": alerts})
    column = screen.page.locator(".home-news")
    expect(column.locator("li", has_text="<b>alert</b>")).to_have_count(5)
    expect(column).to_contain_text("10:30 · Critical · T3")
    fill = {"type": "trade.executed", "data": {"symbol": "T3", "side": "sell", "qty": "5", "price": "185.90"}}
    line.tell({}, events=[fill])
    expect(column).to_contain_text("Sold 5 shares at $185.90")
    screen.page.set_viewport_size({"width": 1280, "height": 720})
    expect(column).to_be_hidden()


def test_a_card_whose_ticker_has_an_alert_comes_first_and_says_why(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(cards=SIX)
    screen = new_screen()
    line = SocketLine(screen)
    screen.open().shows("T6")
    alert = {**ALERT, "priority": "high", "text": "T3 fell below its stop."}
    line.tell({"alerts": [alert]})
    screen.shows("T3 fell below its stop.")
    card = screen.page.locator("a.card").first
    expect(card.locator(".card-ticker")).to_have_text("T3")
    expect(card.locator(".status")).to_have_text("Alert")
    assert "down 0.17 percent today, T3 fell below its stop." in str(card.get_attribute("aria-label"))
    line.tell({"alerts": [{**alert, "acknowledged_at": "2026-11-20T15:31:00Z"}]})
    expect(card.locator(".card-ticker")).to_have_text("T1")


def test_forced_colours_still_tell_where_one_is(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(forced_colors="active").open()
    screen.page.wait_for_selector(".summary")
    colours = screen.page.evaluate(FORCED)
    assert colours["rest"] != colours["here"]
