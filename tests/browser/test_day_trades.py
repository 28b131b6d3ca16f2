"""Day trades on the screens: how many are left, whose limit that is, and who got the last one."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from database.timestamps import iso_minute
from orchestra.messages.commands import SetPreferences
from orchestra.messages.live_snapshot import DayTradeStatus
from system_databse.decision import Verdict
from system_databse.rows import signals
from tests.browser.fake_house import FakeHouse
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.browser.traded_house import DENIED, trade_a_morning

SCARCE = DayTradeStatus(2, 1, "2026-11-16", limit_applies=True, policy="advisory")


@pytest.fixture
def screen(new_screen: Callable[..., Screen]) -> Screen:
    return new_screen()


@pytest.mark.requirement("S0-02")
@pytest.mark.parametrize(
    ("told", "line"),
    [
        (SCARCE, "2 of 3 day trades used, 1 left"),
        (replace(SCARCE, trades_used=4, trades_remaining=0), "4 of 3 day trades used, none left"),
        (replace(SCARCE, trades_used=0, trades_remaining=3, policy="enforce"), "0 of 3 day trades used, 3 left"),
        (replace(SCARCE, trades_used=1, trades_remaining=2), ""),
        (replace(SCARCE, limit_applies=False), ""),
        (replace(SCARCE, policy="off"), ""),
        (None, ""),
    ],
)
def test_home_says_it_only_when_it_matters(
    screen: Screen, house: FakeHouse, told: DayTradeStatus | None, line: str
) -> None:
    house.show(day_trades=told)
    screen.open()
    screen.page.locator(".card[data-status]").first.wait_for()
    place = screen.page.locator(".home-line")
    if not line:
        expect(place).to_be_hidden()
        return
    expect(place).to_have_text(line)
    place.get_by_role("link").click()
    expect(screen.page.get_by_role("tab", name="Day trades")).to_have_attribute("aria-selected", "true")


@pytest.mark.requirement("S0-02")
def test_the_account_says_how_many_are_left_and_that_nobody_else_asks_for_it(screen: Screen, house: FakeHouse) -> None:
    house.show(day_trades=SCARCE)
    screen.open("/#/account/day-trades")
    screen.shows("the broker blocks nothing. Nothing is refused: a decision that goes beyond says so.")
    figures = screen.page.locator(".figures")
    expect(figures).to_contain_text("Used2Left1Counted sinceNov 16Policytell me")
    house.show(day_trades=replace(SCARCE, trades_used=3, trades_remaining=0, policy="enforce"))
    expect(figures).to_contain_text("Used3Left0")
    screen.shows("an exit beyond it waits for the next session")
    house.show(day_trades=replace(SCARCE, limit_applies=False))
    screen.shows("so it does not apply")


def test_the_policy_is_one_choice_among_the_risk_limits(screen: Screen, house: FakeHouse) -> None:
    screen.open("/#/settings/limits")
    screen.is_live()
    screen.page.get_by_text("Refuse it").click()
    screen.wait(lambda: bool(house.commands(SetPreferences)))
    assert house.commands(SetPreferences)[0].changes == {"day_trade_policy": "enforce"}


def test_the_size_from_which_on_nothing_is_limited_is_set_beside_it(screen: Screen, house: FakeHouse) -> None:
    screen.open("/#/settings/limits")
    screen.is_live()
    row = screen.page.get_by_role("listitem").filter(has_text="Day trades are free from")
    expect(row).to_contain_text("$25,000")
    screen.button("Change Day trades are free from").click()
    screen.page.get_by_label("Limit", exact=True).fill("a lot")
    screen.button("Set the limit").click()
    screen.shows("must be a whole number of dollars")
    screen.page.get_by_label("Limit", exact=True).fill("40000")
    screen.button("Set the limit").click()
    screen.wait(lambda: bool(house.commands(SetPreferences)))
    assert house.commands(SetPreferences)[0].changes == {"day_trade_equity_threshold": 40_000}
    expect(row).to_contain_text("$40,000")


@pytest.mark.requirement("S0-25")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"left": {"POSITION_PLACE_UNAVAILABLE": "1"}}, "one place for a position was left."),
        (
            {"left": {"PDT_SLOT_UNAVAILABLE": "1"}, "least": 0.005},
            "one day trade was left; it is kept for a score of 0.0050 or more.",
        ),
    ],
)
def test_a_minute_tells_who_got_the_last_one(screen: Screen, site: Site, more: dict[str, object], words: str) -> None:
    trade_a_morning(site)
    inputs = {"confidence": 0.9, "expected_profit": 0.008, "closed": 0, "wins": 0, "rank": 3, "rivals": 3}
    verdict = Verdict(
        "ALLOCATOR",
        "REFUSED",
        ("PDT_SLOT_UNAVAILABLE", 3, 0.0036),
        0.0036,
        {**inputs, **more},
    )
    with site.system.transaction() as connection:
        connection.execute("UPDATE decisions SET gate = 'ALLOCATOR' WHERE minute = ?", (DENIED,))
        cursor = connection.execute(
            "INSERT INTO signals(source, strategy, algo_id, symbol, action, dedupe_key, created_at)"
            " VALUES('algorithm', 'sma_crossover', 1, 'AAPL', 'buy', ?, '2026-11-20T15:20:02.000Z')",
            (f"algorithm:1:{DENIED}",),
        )
        signals.keep_verdict(connection, int(cursor.lastrowid or 0), verdict, at="2026-11-20T15:20:02.000Z")
    screen.open(f"/#/algorithm/1/why/{iso_minute(DENIED)}")
    screen.shows("There was not enough for every buy")
    screen.shows(f"It came third of 3: score 0.0036; {words}")
    expect(screen.page.locator(".why-part", has_text="What it competed for")).to_contain_text("none yet")
