"""Alerts: four priorities in their order, said aloud once, acknowledged, dismissed, looked up when they are over."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from orchestra.messages.commands import AcknowledgeAlert, Answer, Refusal, ResolveAlert, StopAlgorithm, refused
from system_databse.alerts import alert_rows
from system_databse.alerts.alert import Resolver
from system_databse.algorithm_record import AlgorithmStatus
from tests.browser.fake_house import CLOSED, NOW, FakeHouse, made_alert, made_card
from tests.browser.held_answers import BrokenAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

DAMAGED = made_alert(5, "critical", kind="storage.damaged", symbol="", text="market.db is damaged.")
FAILED = made_alert(4, "high", kind="algorithm.failed", algorithm_id=1, text="Algorithm 1 is switched off.")
REJECTED = made_alert(3, "normal")
SPLIT = made_alert(2, "info", kind="split.booked", text="AAPL: 2 for 1 is booked.")
# As the engine's book orders them.
ALL_FOUR = (DAMAGED, FAILED, REJECTED, SPLIT)


def open_alerts(screen: Screen) -> Screen:
    screen.open("/#/alerts")
    expect(screen.page.get_by_role("heading", name="Alerts", level=1)).to_be_focused()
    screen.is_live()
    return screen


def row(screen: Screen, text: str) -> Locator:
    return screen.page.locator(".alert-row", has_text=text)


def test_each_priority_has_its_word_and_its_shape_and_the_most_serious_comes_first(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(alerts=ALL_FOUR)
    screen = open_alerts(new_screen())
    marks = screen.page.locator(".alert-row .alert-mark")
    expect(marks).to_have_text(["Critical", "High", "Normal", "Info"])
    shapes = marks.locator("use").evaluate_all("(all) => all.map((each) => each.getAttribute('href'))")
    assert len(set(shapes)) == 4
    assert len(set(marks.evaluate_all("(all) => all.map((each) => getComputedStyle(each).color)"))) == 4
    link = screen.page.get_by_role("link", name="Alerts, 4 not acknowledged, one is critical")
    expect(link).to_have_attribute("aria-current", "page")
    expect(row(screen, "is damaged")).to_contain_text("5 min ago")
    assert screen.overflowing() == []


def test_a_critical_alert_stands_on_every_screen_until_it_is_acknowledged_and_stays_open_then(
    home: Screen, house: FakeHouse
) -> None:
    bar = home.page.locator(".bar-critical")
    expect(bar).to_be_hidden()
    house.show(alerts=ALL_FOUR)
    expect(bar).to_contain_text("market.db is damaged.")
    home.page.goto(home.url + "/#/more")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Acknowledge").click()
    expect(bar).to_be_hidden()
    assert house.commands(AcknowledgeAlert) == [AcknowledgeAlert(5)]
    home.page.goto(home.url + "/#/alerts")
    expect(row(home, "is damaged")).to_contain_text("acknowledged 10:31")
    expect(row(home, "is damaged").get_by_role("button", name="Acknowledge")).to_be_hidden()


def test_a_critical_alert_is_said_aloud_once(home: Screen, house: FakeHouse, site: Site) -> None:
    home.may_lose_server = True
    aloud = home.page.locator("#assertive")
    house.show(alerts=(DAMAGED,))
    expect(aloud).to_have_text("Critical alert: market.db is damaged.")
    home.page.evaluate("() => { document.getElementById('assertive').textContent = ''; }")
    house.show(alerts=(replace(DAMAGED, repeats=1),))
    for price, bring_back in ((190.0, site.restart), (191.0, home.page.reload)):
        bring_back()
        # The page that was cut off may not have noticed yet: what is new shows that it is back.
        house.show(cards=(made_card(price=price),))
        home.shows(f"${price:.2f}")
        expect(home.page.locator(".bar-critical")).to_be_visible()
        expect(aloud).to_have_text("")
    house.show(alerts=(made_alert(9, "critical", text="Another thing."), DAMAGED))
    expect(aloud).to_have_text("Critical alert: Another thing.")
    expect(home.page.locator(".bar-critical")).to_contain_text("and 1 more")


def test_dismissing_ends_an_alert_and_what_is_over_is_found_page_by_page(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    with site.system.transaction() as connection:
        for number in range(1, 26):
            id_ = alert_rows.insert(connection, made_alert(number))
            over = made_alert(number, id=id_, resolved_at=NOW, resolved_by=Resolver.CAUSE)
            alert_rows.update(connection, over)
    house.show(alerts=(REJECTED,))
    screen = open_alerts(new_screen("narrow"))
    row(screen, "rejected").get_by_role("button", name="Dismiss").click()
    screen.shows("Nothing needs you.")
    assert house.commands(ResolveAlert) == [ResolveAlert(3)]
    expect(screen.page.locator("h1")).to_be_focused()
    screen.page.get_by_role("tab", name="Over").click()
    rows = screen.page.locator(".alert-row")
    expect(rows).to_have_count(20)
    expect(rows.first).to_contain_text("order 25")
    expect(rows.first).to_contain_text("over by itself 10:31")
    screen.button("Show older ones").click()
    expect(rows).to_have_count(25)
    expect(rows.nth(20).locator(".row-title")).to_be_focused()
    expect(screen.button("Show older ones")).to_be_hidden()


def test_a_refusal_is_said_beside_the_button(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.answers[ResolveAlert] = lambda _: refused(Refusal.CONFLICT, "The disk takes no writes now.")
    house.show(alerts=(REJECTED,))
    screen = open_alerts(new_screen())
    row(screen, "rejected").get_by_role("button", name="Dismiss").click()
    expect(row(screen, "rejected").get_by_role("alert")).to_have_text("The disk takes no writes now.")


def test_what_cannot_be_read_says_so_and_is_read_again(new_screen: Callable[..., Screen]) -> None:
    screen = open_alerts(new_screen())
    broken = BrokenAnswers(screen, "**/api/alerts*", status=400, json={"error": "No."})
    screen.page.get_by_role("tab", name="Over").click()
    screen.shows("The alerts that are over could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.shows("No alert is over yet.")


@pytest.mark.requirement("S2-10")
def test_shares_that_nobody_watches_are_sold_by_a_hold_and_by_nothing_shorter(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.answers[StopAlgorithm] = lambda _: Answer({"id": 1, "shares": Decimal(100), "selling": True, "when": "now"})
    house.show(cards=(made_card(status=AlgorithmStatus.ERROR),), alerts=(FAILED,))
    screen = open_alerts(new_screen())
    screen.shows("It holds 100 shares, about $18,590 of simulated money, and nobody watches them.")
    screen.shows("The algorithm ends for good. Sends a market order, simulated money: the price may differ")
    sell = screen.button("Hold to sell now")
    screen.hold(sell, milliseconds=900)
    assert house.commands(StopAlgorithm) == []
    screen.hold(sell, milliseconds=1700)
    screen.shows("AAPL is stopped. 100 shares are being sold now.")
    assert house.commands(StopAlgorithm) == [StopAlgorithm(1, is_selling=True)]
    screen.page.get_by_role("link", name="AAPL SMA crossover").click()
    expect(screen.page.get_by_role("heading", name="AAPL SMA crossover")).to_be_visible()


def test_a_sale_in_a_closed_market_says_when_and_names_real_money_also_without_a_price(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.answers[StopAlgorithm] = lambda _: Answer(
        {"id": 1, "shares": Decimal(100), "selling": True, "when": "next_open"}
    )
    unattended = made_card(status=AlgorithmStatus.ERROR, price=None)
    house.show(cards=(unattended,), alerts=(FAILED,), market=CLOSED, mode="LIVE")
    screen = open_alerts(new_screen("tiny"))
    screen.shows(
        "It holds 100 shares, and nobody watches them. The market is closed. The algorithm ends now; its shares are"
        " sold when the market opens next, Mon 9:30. Sends a market order, real money: the price is not known now."
    )
    assert screen.overflowing() == []
    screen.hold(screen.button("Hold to sell at the next open"), milliseconds=1700)
    screen.shows("AAPL is stopped. 100 shares are being sold at the next open.")


def test_shares_are_sold_by_the_pin_for_whoever_cannot_hold(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.answers[StopAlgorithm] = lambda _: Answer({"id": 1, "shares": Decimal(100), "selling": True, "when": "now"})
    house.show(cards=(made_card(status=AlgorithmStatus.ERROR),), alerts=(FAILED,))
    screen = open_alerts(new_screen("tiny"))
    screen.button("Confirm with PIN").click()
    screen.type_pin("314159")
    screen.shows("Wrong PIN.")
    assert screen.overflowing() == []
    assert house.commands(StopAlgorithm) == []
    screen.type_pin(PIN)
    screen.shows("AAPL is stopped. 100 shares are being sold now.")
    assert house.commands(StopAlgorithm) == [StopAlgorithm(1, is_selling=True)]


def test_of_shares_that_are_watched_nothing_is_offered(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(cards=(made_card(),), alerts=(FAILED,))
    screen = open_alerts(new_screen())
    expect(row(screen, "switched off")).to_be_visible()
    expect(screen.button("Hold to sell now")).to_be_hidden()


@pytest.mark.parametrize("size", ["short", "tiny"])
def test_hostile_text_stays_text_and_inside_the_window(
    new_screen: Callable[..., Screen], house: FakeHouse, size: str
) -> None:
    hostile = "<img src=x onerror=alert(1)>" + "W" * 300
    house.show(alerts=(made_alert(1, "critical", text=hostile, symbol="<b>AAPL</b>"),))
    screen = open_alerts(new_screen(size))
    expect(row(screen, "onerror").locator(".alert-text")).to_have_text(hostile)
    expect(screen.page.locator(".alert-symbol")).to_have_text("<b>AAPL</b>")
    expect(screen.page.locator(".bar-critical .bar-text")).to_have_text(hostile)
    assert screen.page.locator("main img, .bars img").count() == 0
    assert screen.overflowing() == []


def test_everything_works_by_keyboard(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(alerts=(REJECTED,))
    screen = open_alerts(new_screen())
    for _ in range(2):
        screen.page.keyboard.press("Tab")
    expect(row(screen, "rejected").get_by_role("button", name="Acknowledge")).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(row(screen, "rejected")).to_contain_text("acknowledged")
    expect(row(screen, "rejected").get_by_role("button", name="Dismiss")).to_be_focused()
    screen.page.keyboard.press("Enter")
    screen.shows("Nothing needs you.")


@pytest.mark.parametrize(("place", "next_place"), [(".alert-row", "Dismiss"), (".bar-critical", None)])
def test_whoever_works_by_key_keeps_their_place_when_the_feed_is_faster_than_the_answer(
    new_screen: Callable[..., Screen], house: FakeHouse, place: str, next_place: str | None
) -> None:
    house.show(alerts=(DAMAGED,))
    screen = open_alerts(new_screen())
    answers = []
    screen.page.route("**/acknowledge", lambda route: answers.append((route, route.fetch())))
    screen.page.locator(place).get_by_role("button", name="Acknowledge").press("Enter")
    screen.wait(lambda: answers)
    expect(screen.page.locator(".bar-critical")).to_be_hidden()
    [(route, response)] = answers
    route.fulfill(response=response)
    kept = screen.button(next_place) if next_place else screen.page.locator("h1")
    expect(kept).to_be_focused()


def test_a_screen_that_is_cut_off_offers_no_act(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    house.show(cards=(made_card(status=AlgorithmStatus.ERROR),), alerts=(DAMAGED, FAILED))
    screen = new_screen()
    screen.may_lose_server = True
    open_alerts(screen)
    site.wire.freeze()
    screen.pass_time(9_000)
    expect(row(screen, "is damaged").get_by_role("button", name="Dismiss")).to_be_disabled()
    for name in ("Hold to sell now", "Confirm with PIN"):
        expect(screen.button(name)).to_be_disabled()
    site.wire.thaw()
