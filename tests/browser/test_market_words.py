"""What the header says of the market: each phase in words, its countdown, and the zone change in between."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from database.calendar_manager import MarketCalendar
from orchestra.office.market_clock import market_clock
from tests.browser.fake_house import OPEN, FakeHouse, made_card
from tests.browser.screen import Screen

CALENDAR = MarketCalendar()
COUNT_CHANGES = """() => {
  window.changes = [];
  const note = (records) => changes.push(...records.map((each) => each.target.textContent));
  const all = { childList: true, characterData: true, subtree: true };
  new MutationObserver(note).observe(document.getElementById("app"), all);
}"""


def at(text: str) -> datetime:
    """Return a moment, half a minute later: a screen that is some seconds slower says the same."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("moment", "words", "time"),
    [
        # New York is five hours behind in winter.
        ("2026-11-20T13:00", "Pre-market, opens Fri 9:30 (in 1 h 29 min)", "08:00 New York"),
        ("2026-11-20T15:31", "Open, closes in 5 h 28 min", "10:31 New York"),
        ("2026-11-20T22:00", "After-hours, opens Mon 9:30 (in 2 d 16 h)", "17:00 New York"),
        ("2026-11-21T15:00", "Closed, opens Mon 9:30 (in 1 d 23 h)", "10:00 New York"),
        # The day after Thanksgiving closes at 13:00.
        ("2026-11-27T15:00", "Half day, closes in 2 h 59 min", "10:00 New York"),
        ("2026-11-27T18:30", "After-hours, opens Mon 9:30 (in 2 d 19 h)", "13:30 New York"),
        # Thanksgiving itself.
        ("2026-11-26T15:00", "Closed, opens Fri 9:30 (in 23 h 29 min)", "10:00 New York"),
        # Clocks go forward on 14 March: the weekend has an hour less, in autumn one more.
        ("2027-03-13T15:00", "Closed, opens Mon 9:30 (in 1 d 22 h)", "10:00 New York"),
        ("2026-10-31T15:00", "Closed, opens Mon 9:30 (in 1 d 23 h)", "11:00 New York"),
    ],
)
def test_every_phase_is_told_with_what_comes_next(
    new_screen: Callable[..., Screen], house: FakeHouse, moment: str, words: str, time: str
) -> None:
    house.show(market=market_clock(CALENDAR, at(moment)))
    screen = new_screen("phone", timezone_id="Asia/Tokyo").open()
    expect(screen.page.locator(".market-words")).to_have_text(words)
    expect(screen.page.locator(".market-time")).to_have_text(time)
    assert screen.overflowing() == []


@pytest.mark.parametrize(
    ("price_at", "moment", "tag"),
    [
        # Before the open and in the evening a price is of the last close, or it is not.
        ("2026-11-19T20:59", "2026-11-20T13:00", "at close"),
        ("2026-11-20T20:59", "2026-11-20T22:00", "at close"),
        ("2026-11-20T20:57", "2026-11-20T22:00", "at close"),
        ("2026-11-20T20:57", "2026-11-22T15:00", "at close"),
        ("2026-11-27T17:59", "2026-11-27T22:00", "at close"),
        ("2026-11-20T20:56", "2026-11-20T22:00", "at 15:56"),
        ("2026-11-20T18:02", "2026-11-20T22:00", "at 13:02"),
        ("2026-11-20T18:02", "2026-11-21T15:00", "at Nov 20, 13:02"),
        ("2026-11-19T20:59", "2026-11-20T22:00", "at Nov 19, 15:59"),
        ("2026-11-19T20:59", "2026-11-20T15:31", re.compile(r"\d+ h old")),
    ],
)
def test_outside_the_session_a_price_is_at_close_or_says_of_when_it_is(
    new_screen: Callable[..., Screen], house: FakeHouse, price_at: str, moment: str, tag: str | re.Pattern[str]
) -> None:
    second = int(datetime.fromisoformat(price_at).replace(tzinfo=UTC).timestamp())
    house.show(market=market_clock(CALENDAR, at(moment)), cards=(made_card(price_at=second),))
    screen = new_screen("phone").open()
    card = screen.page.locator("a.card[data-status]")
    expect(card.locator(".stale-tag")).to_have_text(tag)
    assert ("is-stale" in (card.get_attribute("class") or "")) is (tag != "at close")
    assert screen.overflowing() == []


def test_the_countdown_ticks_each_second_only_below_ten_minutes(home: Screen, house: FakeHouse) -> None:
    words = home.page.locator(".market-words")
    assert OPEN.closes_at
    house.show(market=replace(OPEN, now=OPEN.closes_at - timedelta(minutes=9, seconds=30)))
    expect(words).to_have_text(re.compile(r"Open, closes in 9:(30|2\d)"))
    before = words.text_content()
    home.pass_time(3000)
    expect(words).not_to_have_text(before or "")
    expect(words).to_have_text(re.compile(r"Open, closes in 9:2\d"))


def test_while_nothing_changes_no_text_is_touched(home: Screen, house: FakeHouse) -> None:
    house.show(market=replace(OPEN, now=OPEN.now + timedelta(seconds=5)))
    home.is_live()
    home.page.wait_for_timeout(1500)
    home.page.evaluate(COUNT_CHANGES)
    # Not at once: a page that hears nothing for six seconds says so.
    for _ in range(2):
        heard = len(home.frames)
        home.pass_time(2000)
        home.wait(lambda heard=heard: len(home.frames) > heard)
    home.page.wait_for_timeout(1500)
    assert home.page.evaluate("() => changes") == []


def test_a_halted_symbol_says_why_it_is_not_bought(home: Screen, house: FakeHouse) -> None:
    house.show(cards=(made_card(note="not bought: trading is halted (T1)"),))
    home.shows(re.compile(r"10:31 hold: not bought: trading is halted \(T1\)"))
