"""One algorithm's screen: head, tabs that the address keeps, orders, decisions, set-up and limits; nothing leaks."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from database.bar import MINUTE
from orchestra.messages.commands import Answer, Refusal, SetLimit, StopAlgorithm, refused
from system_databse.control import limit_rows
from system_databse.control.limit import Limit, LimitName
from tests.browser.conftest import SIZES
from tests.browser.fake_house import NOW, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.browser.traded_house import LAST_BAR, OPEN_AT, decide, order, trade_a_morning

STRATEGY = {
    "name": "sma_crossover",
    "help": "",
    "parameters": [
        {"name": "sma_short", "default": 20, "range": [2, 200], "help": ""},
        {"name": "sma_long", "default": 50, "range": [2, 200], "help": ""},
    ],
    "error": None,
}


@pytest.fixture
def traded(site: Site) -> Site:
    trade_a_morning(site)
    site.strategies = [STRATEGY]
    return site


@pytest.fixture
def detail(new_screen: Callable[..., Screen], traded: Site) -> Screen:
    return opened(new_screen())


def opened(screen: Screen, tab: str = "chart") -> Screen:
    screen.open(f"/#/algorithm/1/{tab}")
    screen.page.locator(".detail").wait_for()
    return screen


def turn_to(screen: Screen, tab: str) -> None:
    screen.page.get_by_role("tab", name=tab).click()


def test_the_head_says_price_position_and_what_it_is_worth(detail: Screen, house: FakeHouse) -> None:
    line = detail.page.locator(".detail-line")
    for words in ("$185.90", "100 shares at $184.68", "+$122.00", "+0.66%", "−$31.50"):
        expect(line).to_contain_text(words)
    house.show(cards=(made_card(shares=Decimal(0), unrealized_pl=None),))
    expect(line).to_contain_text("no position")
    house.show(cards=(made_card(price_at=int(NOW.timestamp()) - 400),))
    expect(line).to_contain_text("min old")


def test_chart_and_lists_fill_a_short_screen_without_scrolling(detail: Screen) -> None:
    detail.page.locator(".chart-canvas canvas").first.wait_for()
    too_high = "() => { const main = document.getElementById('main'); return main.scrollHeight - main.clientHeight; }"
    # The canvas is there before it has its size.
    detail.wait(lambda: detail.page.evaluate(too_high) <= 0)


def test_the_address_keeps_the_tab(detail: Screen) -> None:
    page = detail.page
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["Chart", "Trades", "Decisions", "Setup"]
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Trades")).to_be_focused()
    assert page.url.endswith("#/algorithm/1/trades")
    page.reload()
    expect(page.get_by_role("tab", name="Trades")).to_have_attribute("aria-selected", "true")
    detail.shows("Sell 100 shares: filled at $185.90")


def test_a_wide_screen_shows_chart_and_lists_side_by_side(new_screen: Callable[..., Screen], traded: Site) -> None:
    page = opened(new_screen("wide")).page
    page.locator(".chart-canvas canvas").first.wait_for()
    assert page.get_by_role("tab").all_inner_texts() == ["Trades", "Decisions", "Setup"]
    chart, lists = page.locator(".chart-panel").bounding_box(), page.locator(".tabs").bounding_box()
    assert chart
    assert lists
    assert chart["x"] + chart["width"] <= lists["x"]
    assert chart["height"] > 400
    page.set_viewport_size({"width": 800, "height": 480})
    expect(page.get_by_role("tab", name="Chart")).to_have_attribute("aria-selected", "true")
    assert page.locator(".chart-panel").count() == 1


def test_trades_tell_orders_fills_and_round_trips(new_screen: Callable[..., Screen], traded: Site) -> None:
    order(traded, LAST_BAR, "buy", [("40", "185.00")], status="PARTIALLY_FILLED")
    screen = opened(new_screen(), "trades")
    screen.shows("Round trips")
    rows = [re.sub(r"\s+", " ", row) for row in screen.page.locator(".row").all_inner_texts()]
    assert rows == [
        "Buy 100 shares: partly filled, 40 shares of 100 10:30 · Why?",
        "Sell 100 shares: filled at $185.90 10:10 · Why?",
        "Buy 100 shares: filled at $184.68, in 2 parts 09:50 · Why?",
        "40 shares, $185.00 → still holds 40 shares since 10:30 · held 1 min ▲ up +$36.00 +0.49%",
        "100 shares, $184.68 → $185.90 09:50 to 10:10 · held 20 min ▲ up +$122.00 +0.66%",
    ]
    screen.page.get_by_role("link", name="Sell 100 shares").click()
    screen.shows("20-bar average crossed below the 50-bar average")


def test_older_orders_come_on_demand(new_screen: Callable[..., Screen], traded: Site) -> None:
    for number in range(1, 35):
        order(traded, LAST_BAR - number * 7 * 86_400, "buy", [("1", "100.00")])
    screen = opened(new_screen(), "trades")
    screen.page.locator(".row").first.wait_for()
    orders = screen.page.get_by_role("list", name="Orders").locator(".row")
    assert orders.count() == 30
    screen.button("Older orders").click()
    expect(orders).to_have_count(36)
    expect(screen.button("Older orders")).to_be_hidden()


def test_an_algorithm_without_trades_says_so(home: Screen) -> None:
    home.page.locator("a.card[data-status]").click()
    turn_to(home, "Trades")
    home.shows("No orders yet. What this algorithm buys and sells will be listed here.")
    turn_to(home, "Decisions")
    home.shows("No decision yet: it takes its first turn at the next minute of the session.")


def test_holds_in_a_row_are_one_line_that_opens(new_screen: Callable[..., Screen], traded: Site) -> None:
    screen = opened(new_screen(), "decisions")
    page = screen.page
    screen.shows("11 × hold, 10:21–10:31")
    lines = [re.sub(r"\s+", " ", text) for text in page.locator(".decisions > li").all_inner_texts()[:3]]
    assert lines[0].startswith("11 × hold, 10:21–10:31 20-bar average")
    assert lines[1].startswith("10:20 buy 900 shares, denied needs $166,500.00, has $1,532.00 (CASH)")
    assert lines[2].startswith("9 × hold, 10:11–10:19 20-bar average")
    row = page.locator("a.decision", has_text=re.compile("^10:25"))
    expect(row).to_be_hidden()
    page.locator("summary", has_text="11 × hold").click()
    expect(row).to_be_visible()
    expect(row).to_contain_text("sma short 185.62")
    row.click()
    screen.shows("It held: nothing was bought or sold.")


def test_older_decisions_come_on_demand_and_stay_when_a_new_one_comes(
    new_screen: Callable[..., Screen], traded: Site, house: FakeHouse
) -> None:
    for number in range(1, 30):
        decide(traded, OPEN_AT - 86_400 + number * MINUTE, "buy", "1", "DENIED", f"reason {number}", gate="CASH")
    screen = opened(new_screen(), "decisions")
    screen.shows("11 × hold")
    screen.button("Older decisions").click()
    screen.shows("reason 1 (CASH)")
    expect(screen.button("Older decisions")).to_be_hidden()
    minute = LAST_BAR + 2 * MINUTE
    decide(traded, minute, "sell", "5", "DENIED", "brand new", gate="NO_SHORT_SALE")
    card = made_card()
    assert card.decision
    house.show(cards=(made_card(decision=type(card.decision)(minute, "sell", "5", "DENIED", "brand new")),))
    screen.page.wait_for_timeout(700)
    screen.pass_time(5500)
    screen.shows("brand new (NO_SHORT_SALE)")
    screen.shows("reason 1 (CASH)")


def test_the_set_up_tells_parameters_file_and_money(new_screen: Callable[..., Screen], traded: Site) -> None:
    screen = opened(new_screen(), "setup")
    screen.shows("algorithm/sma_crossover.py")
    text = re.sub(r"\s+", " ", screen.page.locator(".tab-panel").inner_text())
    for words in (
        "Capital $20,000.00",
        "Its cash $1,532.00",
        "sma long 50 (its own)",
        "Digest (SHA-256) 0000",
        "Started Nov 20, 09:29",
    ):
        assert words in text


def test_a_limit_is_set_and_lifted(new_screen: Callable[..., Screen], traded: Site, house: FakeHouse) -> None:
    house.answers[SetLimit] = lambda _: Answer({"limits": []})
    screen = opened(new_screen(), "setup")
    screen.shows("This algorithm has no limits of its own.")
    screen.page.get_by_text("Set a limit").click()
    field = screen.page.get_by_label("Number", exact=True)
    for wrong in ("", "-5", "much"):
        field.fill(wrong)
        screen.button("Set limit").click()
        screen.shows("A number above 0, such as 1000.")
        expect(field).to_be_focused()
    assert house.commands(SetLimit) == []
    screen.page.get_by_label("Limit", exact=True).select_option("orders_per_day")
    screen.shows("At most this: orders in one session; sells count, and are never refused for it.")
    field.fill("1,000")
    with traded.system.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.ORDERS_PER_DAY, Decimal(1000), 1))
        limit_rows.put(connection, Limit(LimitName.DAILY_LOSS, Decimal(500), None))
    screen.button("Set limit").click()
    screen.shows("The limit is set.")
    screen.shows("For all algorithms together: Loss of a day, in dollars 500.")
    with traded.system.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.DAILY_LOSS, Decimal(400), None))
    screen.tap_twice("Lift")
    # The list has been read again.
    screen.shows("For all algorithms together: Loss of a day, in dollars 400.")
    first, second = house.commands(SetLimit)
    assert (first.name, first.value, first.algorithm_id) == (LimitName.ORDERS_PER_DAY, Decimal(1000), 1)
    assert (second.name, second.value, second.algorithm_id) == (LimitName.ORDERS_PER_DAY, None, 1)
    house.answers[SetLimit] = lambda _: refused(Refusal.CONFLICT, "The limit cannot be set now.")
    screen.page.get_by_text("Set a limit").click()
    screen.page.get_by_label("Number", exact=True).fill("5")
    screen.button("Set limit").click()
    screen.shows("The limit cannot be set now.")


def test_in_kiosk_a_limit_is_typed_on_our_own_keys(new_screen: Callable[..., Screen], traded: Site) -> None:
    screen = new_screen()
    screen.open("/?kiosk=1#/algorithm/1/setup")
    screen.page.get_by_text("Set a limit").click()
    field = screen.page.get_by_label("Number", exact=True)
    field.focus()
    for key in "250":
        screen.button(key).click()
    assert field.input_value() == "250"
    assert field.get_attribute("inputmode") == "none"


def test_stopping_real_money_says_so_and_a_double_tap_sends_once(detail: Screen, house: FakeHouse) -> None:
    house.show(mode="LIVE")
    house.answers[StopAlgorithm] = lambda _: Answer({"id": 1, "shares": "100", "selling": True, "when": "now"})
    detail.page.locator(".mode-chip", has_text="LIVE").wait_for()
    detail.button("Stop").click()
    detail.shows("Its 100 shares stay in your account; nothing is sold.")
    detail.shows("Sends a market order, real money: the price may differ from the estimate.")
    detail.tap_twice("Stop and sell 100 shares now (about $18,590)")
    detail.shows("AAPL is stopped. 100 shares are being sold now.")
    assert house.commands(StopAlgorithm) == [StopAlgorithm(1, is_selling=True)]


def test_an_algorithm_that_is_gone_says_so(home: Screen) -> None:
    home.open("/#/algorithm/77/trades")
    home.shows("This algorithm is not here any more")


def test_every_tab_fits_every_screen(new_screen: Callable[..., Screen], traded: Site) -> None:
    wide = {}
    screen = new_screen()
    for tab in ("trades", "decisions", "setup"):
        opened(screen, tab)
        screen.page.locator(".row, .decision-stretch, .setup-file").first.wait_for()
        for percent in (100, 200):
            screen.page.evaluate(
                "(size) => document.documentElement.style.setProperty('font-size', `${size}%`)", percent
            )
            for size, (width, height, _) in SIZES.items():
                screen.page.set_viewport_size({"width": width, "height": height})
                wide[f"{tab}, {size} at {percent} %"] = screen.overflowing()
        screen.page.evaluate("() => document.documentElement.style.setProperty('font-size', '100%')")
        screen.page.set_viewport_size({"width": 800, "height": 480})
        boxes = [
            each.bounding_box()
            for each in screen.page.locator("main a, main button, main summary").all()
            if each.is_visible()
        ]
        assert [box for box in boxes if box and (box["width"] < 48 or box["height"] < 48)] == []
    assert {where: found for where, found in wide.items() if found} == {}


def test_opened_and_closed_a_hundred_times_it_leaves_nothing_behind(
    new_screen: Callable[..., Screen], traded: Site
) -> None:
    screen = new_screen()
    page = screen.open().page
    page.locator(".summary").wait_for()
    measure = screen.context.new_cdp_session(page)
    measure.send("Performance.enable")

    def counts() -> dict[str, float]:
        measure.send("HeapProfiler.collectGarbage")
        found = measure.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found if each["name"] in ("Nodes", "JSEventListeners")}

    def open_and_close(times: int) -> None:
        for number in range(times):
            page.evaluate(
                "(tab) => { location.hash = `#/algorithm/1/${tab}`; }",
                ("chart", "decisions", "chart", "trades")[number % 4],
            )
            page.locator(".chart-canvas canvas, .decision-stretch, .row").first.wait_for()
            page.evaluate("() => { location.hash = '#/home'; }")
            page.locator(".summary").wait_for()

    open_and_close(8)
    before = counts()
    open_and_close(100)

    def is_as_before() -> bool:
        after = counts()
        return after["JSEventListeners"] <= before["JSEventListeners"] + 10 and after["Nodes"] <= before["Nodes"] * 1.1

    # What has just been closed may still be held by a frame or an answer under way; what leaks never goes.
    screen.wait(is_as_before)
