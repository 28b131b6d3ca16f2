"""Strategies in a real browser: the list, one of them closely, and what is not there yet said in words."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.fake_house import FakeHouse
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.browser.test_trades import tell_fill
from tests.system_databse.strategy_days import write_strategies
from tests.system_databse.trade_diary import TradeDiary

HOSTILE = '<img src=x onerror="document.title=1"><b>crossed</b>'


def write_weeks(site: Site) -> None:
    diary = TradeDiary(site.system)
    for bought, sold in (("100", "104"), ("104", "103"), ("103", "105")):
        diary.round_trip(bought, sold, reason=HOSTILE)
    write_strategies(site.system)


def row(screen: Screen, text: str) -> Locator:
    return screen.page.get_by_role("row").filter(has_text=text)


def tile(screen: Screen, label: str) -> Locator:
    return screen.page.locator(".tile").filter(has=screen.page.get_by_text(label, exact=True))


@pytest.mark.requirement("S3-30")
def test_the_list_of_strategies_is_found_under_more_and_leads_to_each(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    write_weeks(site)
    screen = new_screen("short").open("/#/more")
    screen.page.get_by_role("link", name="Strategies").click()
    crossover = row(screen, "SMA crossover")
    for part in ("AAPL", "3", "66.67%", "+$50.00"):
        expect(crossover).to_contain_text(part)
    expect(row(screen, "All together")).to_contain_text("4")
    expect(row(screen, "Solar flare")).to_contain_text("GLD")
    assert screen.overflowing() == []
    screen.page.get_by_role("link", name="SMA crossover").click()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("SMA crossover")
    expect(tile(screen, "Profit factor")).to_contain_text("6.00")
    screen.page.get_by_role("tab", name="Curve").click()
    expect(screen.page.get_by_role("img", name="Value at each close, and now")).to_be_visible()
    expect(screen.page.get_by_text("The deepest fall is")).to_be_visible()


def test_what_few_days_cannot_tell_is_said_in_words(new_screen: Callable[..., Screen], site: Site) -> None:
    write_weeks(site)
    screen = new_screen("phone").open("/#/strategy/opening_range")
    for label in ("Sharpe ratio", "Sortino ratio", "Growth a year"):
        expect(tile(screen, label)).to_contain_text("Not enough days yet: it needs 20 sessions and has 0.")
    expect(tile(screen, "Profit factor")).to_contain_text("Nothing was lost yet.")
    screen.open("/?again#/strategy/solar_flare")
    screen.shows("No figures yet")
    screen.page.get_by_role("tab", name="Round trips").click()
    screen.shows("No round trips yet.")


def test_reasons_are_counted_and_hostile_ones_stay_text(new_screen: Callable[..., Screen], site: Site) -> None:
    write_weeks(site)
    screen = new_screen("tiny").open("/#/strategy/sma_crossover")
    screen.page.get_by_role("tab", name="Reasons").click()
    bought = screen.page.get_by_role("table", name="Why it bought").get_by_role("row").filter(has_text=HOSTILE)
    for part in ("3", "66.67%", "+$50.00"):
        expect(bought).to_contain_text(part)
    assert screen.page.locator("main img").count() == 0
    assert screen.overflowing() == []
    screen.page.get_by_role("tab", name="Round trips").click()
    expect(row(screen, "$104.00, $103.00")).to_contain_text("−$10.00")


def test_a_fill_renews_the_page_and_the_tab_stays(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    write_weeks(site)
    screen = new_screen("short").open("/#/strategy/sma_crossover")
    screen.page.get_by_role("tab", name="Round trips").click()
    expect(row(screen, "$104.00, $103.00")).to_be_visible()
    diary = TradeDiary(site.system)
    diary._minutes = iter(range(90, 99))  # type: ignore[assignment]
    sold = [diary.order(side=side, price=price) for side, price in (("buy", "105"), ("sell", "111"))][-1]
    tell_fill(house, sold)
    expect(row(screen, "$105.00, $111.00")).to_be_visible()
    expect(screen.page.get_by_role("tab", name="Round trips")).to_have_attribute("aria-selected", "true")


def test_an_algorithms_set_up_leads_to_its_strategy(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    write_weeks(site)
    screen = new_screen("short").open("/#/algorithm/1/setup")
    screen.page.get_by_role("link", name="How this strategy does").click()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("SMA crossover")
    screen.page.get_by_role("tab", name="Algorithms").click()
    expect(screen.page.get_by_role("link", name="AAPL")).to_be_visible()


def test_nothing_that_ever_ran_says_what_to_do(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen("short").open("/#/strategies")
    screen.shows("No strategy has run yet.")
    expect(screen.page.get_by_role("link", name="New algorithm")).to_be_visible()
