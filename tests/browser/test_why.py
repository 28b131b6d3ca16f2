"""Why a minute went as it did: from a card, a decision, a fill to what was seen, said, stopped and done."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from database.bar import MINUTE
from database.timestamps import iso_minute
from orchestra.messages.live_snapshot import LastDecision
from tests.browser.conftest import SIZES
from tests.browser.fake_house import NOW, OPEN, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.browser.traded_house import BOUGHT, DENIED, LAST_BAR, OPEN_AT, SOLD, decide, order, trade_a_morning

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


@pytest.fixture
def traded(site: Site) -> Site:
    trade_a_morning(site)
    return site


@pytest.fixture
def screen(new_screen: Callable[..., Screen], traded: Site) -> Screen:
    return new_screen()


def why(screen: Screen, minute: int) -> Screen:
    screen.open(f"/#/algorithm/1/why/{iso_minute(minute)}")
    screen.page.locator(".why-lead").wait_for()
    return screen


def part(screen: Screen, title: str) -> str:
    """Return the text of one part, without its heading."""
    found = screen.page.locator(".why-part", has=screen.page.get_by_role("heading", name=title, exact=True))
    return found.inner_text().removeprefix(title).strip()


@pytest.mark.requirement("S2-09")
def test_a_bought_minute_tells_what_was_seen_said_and_done(screen: Screen) -> None:
    why(screen, BOUGHT)
    heading = screen.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Why? AAPL SMA crossover, Nov 20, 09:50")
    screen.shows("It wanted to buy 100 shares, and was let through. Its order: filled at $184.68.")
    saw = part(screen, "What it saw")
    for words in ("Prices of the minute before: open $185.95", "sma short\n185.62", "Its cash\n$1,532.00"):
        assert words in saw
    assert "crossed above" in part(screen, "What it said")
    steps = re.sub(r"\s+", " ", part(screen, "What became of the order"))
    assert (
        "09:50:02 Order noted: buy 100 shares, market order. 09:50:03 Sent to the broker. "
        "09:50:05 Bought 60 shares at $184.60. 09:50:06 Bought 40 shares at $184.80. 09:50:09 Filled at $184.68."
    ) in steps


def test_a_denied_minute_names_the_rule_in_words_and_no_order(screen: Screen) -> None:
    why(screen, DENIED)
    screen.shows("It wanted to buy 900 shares, and AutoTrader did not let it.")
    assert part(screen, "What stopped it") == "Its own cash was not enough.\n\nneeds $166,500.00, has $1,532.00"
    assert screen.page.get_by_role("heading", name="What became of the order").count() == 0


def test_from_minute_to_minute_and_back_in_one_step(home: Screen, traded: Site) -> None:
    page = home.page
    page.locator("a.card[data-status]").click()
    page.get_by_role("tab", name="Decisions").click()
    page.locator("a.decision", has_text="sell 100 shares").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("10:10")
    page.get_by_role("link", name="Later minute").click()
    expect(heading).to_contain_text("10:11")
    home.shows("It held: nothing was bought or sold.")
    page.get_by_role("link", name="Earlier minute").click()
    expect(heading).to_contain_text("10:10")
    page.get_by_role("link", name="Back to the algorithm").click()
    expect(page.get_by_role("tab", name="Decisions")).to_have_attribute("aria-selected", "true")
    page.go_back()
    page.locator(".summary").wait_for()


def test_the_reason_line_of_a_card_is_one_tap_from_its_why(home: Screen, traded: Site) -> None:
    link = home.page.get_by_role("link", name="Why? AAPL 10:31 hold: 20-bar average 185.62")
    box = link.bounding_box()
    assert box
    assert box["height"] >= 48
    link.click()
    expect(home.page.get_by_role("heading", level=1)).to_have_text("Why? AAPL SMA crossover, Nov 20, 10:31")
    home.page.get_by_role("link", name="Back to the algorithm").click()
    home.page.locator(".summary").wait_for()


def test_a_card_without_a_decision_has_no_why(home: Screen, house: FakeHouse) -> None:
    house.show(cards=(made_card(decision=None, note="waits for its first minute"),))
    home.shows("waits for its first minute")
    assert home.page.get_by_role("link", name="Why?").count() == 0


@pytest.mark.parametrize(
    ("minute", "words"),
    [
        (OPEN_AT - 3600, "The algorithm did not exist yet. It was started Nov 20, 09:29."),
        (OPEN_AT, "The session had just opened: the first turn comes when its first minute is over."),
        (LAST_BAR + 60 * MINUTE, "This minute has not been reached yet."),
    ],
)
def test_a_minute_without_a_turn_says_what_is_known(screen: Screen, minute: int, words: str) -> None:
    why(screen, minute).shows(words)
    assert screen.page.locator(".why-part").count() == 0


@pytest.mark.parametrize(
    ("outcome", "action", "words"),
    [
        ("MISSED", "none", "It had no turn: AutoTrader was not running at this minute, or was late."),
        ("SKIPPED", "none", "It had no turn: the minute was over before its turn came."),
        ("FAILED", "none", "Its turn ended in an error."),
        ("INTERRUPTED", "none", "Its turn took too long and was ended."),
    ],
)
def test_a_minute_that_went_wrong_says_how(
    new_screen: Callable[..., Screen], traded: Site, outcome: str, action: str, words: str
) -> None:
    with traded.system.transaction() as connection:
        connection.execute("DELETE FROM decisions WHERE minute = ?", (SOLD + MINUTE,))
    decide(traded, SOLD + MINUTE, action, "0", outcome, "ZeroDivisionError: division by zero")
    screen = why(new_screen(), SOLD + MINUTE)
    screen.shows(words)
    assert screen.page.get_by_role("heading", name="What it saw").count() == (outcome in ("FAILED", "INTERRUPTED"))


def test_the_owners_own_sale_is_told_as_such(new_screen: Callable[..., Screen], traded: Site) -> None:
    minute = LAST_BAR + 2 * MINUTE
    order(traded, minute, "sell", [("10", "185.00")], purpose="MANUAL")
    traded.house.show(market=replace(OPEN, now=NOW.replace(minute=35)))
    why(new_screen(), minute).shows("You asked for this order yourself; the algorithm decided nothing here.")


def test_an_order_that_still_works_is_read_again(new_screen: Callable[..., Screen], traded: Site) -> None:
    minute = LAST_BAR + MINUTE
    order(traded, minute, "buy", [], status="UNKNOWN")
    screen = why(new_screen(), minute)
    screen.shows("Its order: checking with broker.")
    with traded.system.transaction() as connection:
        connection.execute(
            "UPDATE orders SET status = 'REJECTED', reject_reason = 'insufficient buying power'"
            " WHERE status = 'UNKNOWN'"
        )
    screen.pass_time(5500)
    screen.shows("Its order: rejected by the broker: insufficient buying power.")


def test_hostile_texts_of_a_strategy_show_as_texts(
    new_screen: Callable[..., Screen], traded: Site, house: FakeHouse
) -> None:
    minute = LAST_BAR + MINUTE
    with traded.system.transaction() as connection:
        connection.execute(
            "UPDATE decisions SET reason = ?, gate = ?, outcome = 'DENIED', saw = ? WHERE minute = ?",
            (HOSTILE, HOSTILE, f'{{"{"x" * 300}": "{"y" * 900}", "<b>": "<script>1</script>", "n": NaN}}', minute),
        )
    decision = LastDecision(minute, "hold", "0", "HELD", HOSTILE)
    house.show(cards=(made_card(decision=decision),))
    screen = new_screen()
    for address in (f"why/{iso_minute(minute)}", "decisions"):
        screen.open(f"/#/algorithm/1/{address}")
        screen.shows(HOSTILE)
        screen.shows("<script>1</script>")
        assert screen.page.locator("main img, main script").count() == 0
        for width, height, _ in SIZES.values():
            screen.page.set_viewport_size({"width": width, "height": height})
            assert screen.overflowing() == []
        screen.page.set_viewport_size({"width": 800, "height": 480})
    assert "AutoTrader" in screen.page.title()


def test_a_minute_that_cannot_be_read_says_so(screen: Screen) -> None:
    screen.open("/#/algorithm/9/why/2026-11-20T15:31:00Z").shows("This minute could not be read. Trading goes on.")
    screen.open("/#/algorithm/1/why/yesterday").shows("This minute could not be read. Trading goes on.")


def test_every_why_fits_every_screen(screen: Screen) -> None:
    wide = {}
    for minute in (BOUGHT, DENIED, DENIED + MINUTE):
        why(screen, minute)
        for percent in (100, 200):
            screen.page.evaluate(
                "(size) => document.documentElement.style.setProperty('font-size', `${size}%`)", percent
            )
            for size, (width, height, _) in SIZES.items():
                screen.page.set_viewport_size({"width": width, "height": height})
                wide[f"{minute}, {size} at {percent} %"] = screen.overflowing()
    assert {where: found for where, found in wide.items() if found} == {}
