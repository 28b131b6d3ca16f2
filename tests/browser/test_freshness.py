"""Figures that are not of now: the account while broker or engine does not answer, at Home and on the dimmed view."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from orchestra.runtime.clock import SystemClock
from tests.browser.fake_house import ACCOUNT, HEALTHY, NOW, OPEN, FakeHouse
from tests.browser.screen import Screen

# What befalls the house, and what of it the dimmed view says.
CAUSES: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "broker": (
        lambda: {"health": replace(HEALTHY, down_since={"broker": NOW - timedelta(minutes=3)})},
        "The broker does not answer since 10:28.",
    ),
    "engine": (lambda: {"taken_at": SystemClock().monotonic() - 31}, "AutoTrader's engine does not answer."),
    "account": (
        lambda: {"account": replace(ACCOUNT, at=NOW - timedelta(seconds=50))},
        "The broker tells no newer figures.",
    ),
}
MUTED = "rgb(169, 182, 198)"


def make_well(house: FakeHouse) -> None:
    house.show(health=HEALTHY, account=ACCOUNT, taken_at=SystemClock().monotonic())


@pytest.mark.parametrize("cause", CAUSES)
def test_the_account_loses_its_colour_and_says_of_when_it_is(home: Screen, house: FakeHouse, cause: str) -> None:
    summary = home.page.locator(".summary")
    tag, value = summary.locator(".stale-tag"), summary.locator(".summary-value").first
    expect(summary.locator(".triangle")).to_be_visible()
    expect(tag).to_be_hidden()
    house.show(**CAUSES[cause][0]())
    expect(tag).to_have_text("at 10:30" if cause == "account" else "at 10:31")
    expect(summary.locator(".triangle")).to_be_hidden()
    for figure in (value, summary.locator(".figure")):
        expect(figure).to_have_css("color", MUTED)
    home.is_live()
    assert home.overflowing() == []
    make_well(house)
    expect(tag).to_be_hidden()
    expect(summary.locator(".triangle")).to_be_visible()


@pytest.mark.parametrize("cause", CAUSES)
def test_the_dimmed_view_says_why_instead_of_figures_and_no_all_clear(
    new_screen: Callable[..., Screen], house: FakeHouse, cause: str
) -> None:
    screen = new_screen().open("/?kiosk")
    screen.page.wait_for_selector(".summary")
    expect(screen.page.locator(".lock-warning")).to_be_attached()
    screen.pass_time(181_000)
    view = screen.page.locator(".dim")
    expect(view).to_contain_text("No alerts")
    expect(view.locator(".dim-value")).to_have_text("$101,284.50")
    falls, words = CAUSES[cause]
    house.show(**falls())
    expect(view.locator(".dim-today")).to_have_text(words)
    expect(view.locator(".dim-value")).to_have_text("–")
    expect(view.locator(".dim-alerts")).to_have_text("")
    assert screen.overflowing() == []
    make_well(house)
    expect(view.locator(".dim-today")).to_have_text(re.compile("Today"))
    expect(view).to_contain_text("No alerts")


def test_where_an_exchange_owns_the_clock_a_jump_of_its_time_makes_no_figure_old(
    home: Screen, house: FakeHouse
) -> None:
    house.show(market=replace(OPEN, now=NOW + timedelta(hours=18), speed=60.0), account=ACCOUNT)
    home.shows("60×")
    expect(home.page.locator(".summary .stale-tag")).to_be_hidden()
    expect(home.page.locator(".summary .triangle")).to_be_visible()
