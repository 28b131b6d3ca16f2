"""The account: what it held before, where it and our books disagree, what others traded, and settling that in words."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from orchestra.api.protocol import ROUTES
from orchestra.messages.commands import (
    Answer,
    ConfirmBaseline,
    DifferenceChoice,
    Refusal,
    SettleDifference,
    refused,
)
from orchestra.messages.live_snapshot import Discrepancy
from system_databse.truth import baseline_rows
from tests.browser.fake_house import NOW, FakeHouse, made_alert, made_card
from tests.browser.held_answers import BrokenAnswers, HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

pytestmark = pytest.mark.requirement("S2-39")

MISSING = Discrepancy(
    "AAPL",
    account=Decimal(98),
    algorithms=Decimal(100),
    not_ours=Decimal(0),
    unexplained=Decimal(-2),
    change=Decimal(-2),
    is_confirmed=True,
    causes=("an order that is not ours <b>sold</b> 2",),
)
SUSPECTED = Discrepancy("MSFT", Decimal(12), Decimal(10), Decimal(0), Decimal(2), Decimal(2), is_confirmed=False)
SOLD_BY_HAND = Discrepancy("AAPL", Decimal(95), Decimal(100), Decimal(-5), Decimal(0), Decimal(-5), is_confirmed=True)


def open_account(screen: Screen) -> Screen:
    screen.open("/#/account")
    expect(screen.page.get_by_role("heading", name="Account", level=1)).to_be_focused()
    screen.is_live()
    return screen


def settle(screen: Screen, choice: str) -> None:
    screen.button("Settle AAPL").click()
    screen.page.get_by_text(f"{choice}:").click()


def test_an_account_that_agrees_says_so(new_screen: Callable[..., Screen]) -> None:
    screen = open_account(new_screen())
    screen.shows("The account and AutoTrader's books agree.")
    screen.page.get_by_role("tab", name="Held before").click()
    screen.shows("The account held nothing before AutoTrader first started.")
    screen.page.get_by_role("tab", name="Traded by others").click()
    screen.shows("Nobody but AutoTrader has traded in this account since it first started.")


def test_a_difference_is_told_in_numbers_and_causes_and_one_seen_once_waits(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(discrepancies=(MISSING, SUSPECTED))
    screen = open_account(new_screen())
    cards = screen.page.locator(".difference")
    expect(cards.first).to_contain_text("2 shares are missing from the account.")
    expect(cards.first.locator("dd")).to_have_text(["98 shares", "100 shares", "0 shares", "−2 shares"])
    expect(cards.first.locator(".causes li")).to_have_text("an order that is not ours <b>sold</b> 2")
    expect(cards.last).to_contain_text("Seen once so far.")
    expect(screen.button("Settle MSFT")).to_have_count(0)
    assert screen.overflowing() == []


def test_a_difference_is_adopted_after_the_money_was_named(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(discrepancies=(MISSING,))
    screen = open_account(new_screen())
    settle(screen, "Adopt")
    expect(screen.page.get_by_label("Price of a share in dollars")).to_be_hidden()
    screen.button("Next").click()
    screen.shows("2 shares of AAPL, worth about $372 of simulated money, are noted as taken out by you.")
    expect(screen.button("Back")).to_be_focused()
    house.show(discrepancies=())
    screen.button("Adopt").click()
    screen.shows("The account and AutoTrader's books agree.")
    assert house.commands(SettleDifference) == [SettleDifference("AAPL", DifferenceChoice.ADOPT)]


def test_a_difference_is_assigned_to_an_algorithm_at_a_price_by_our_own_keys(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(discrepancies=(MISSING,), cards=(made_card(1), made_card(2), made_card(3, ticker="MSFT")))
    screen = new_screen()
    screen.open("/?kiosk#/account")
    screen.is_live()
    settle(screen, "Assign")
    screen.page.get_by_text("AAPL SMA crossover, number 2, running").click()
    expect(screen.page.get_by_text("MSFT SMA crossover")).to_have_count(0)
    screen.page.get_by_label("Price of a share in dollars").click()
    keys = screen.page.locator(".keypad-decimal")
    keys.get_by_role("button", name="0", exact=True).click()
    screen.button("Next").click()
    screen.shows("Write the price of one share, such as 12.50, or leave it empty.")
    keys.get_by_role("button", name="Delete").click()
    for key in "180.5":
        keys.get_by_role("button", name=key, exact=True).click()
    screen.button("Next").click()
    screen.shows("2 shares of AAPL, worth about $361 of simulated money, are booked as sold by AAPL SMA crossover")
    screen.button("Assign").click()
    screen.wait(lambda: house.commands(SettleDifference))
    assert house.commands(SettleDifference) == [SettleDifference("AAPL", DifferenceChoice.ASSIGN, 2, Decimal("180.5"))]


def test_flattening_needs_a_hold_or_the_pin(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(discrepancies=(MISSING,), mode="LIVE")
    screen = open_account(new_screen())
    settle(screen, "Flatten")
    screen.button("Next").click()
    screen.shows("real money, are booked as sold by AAPL SMA crossover (number 1). The algorithm is stopped for good")
    screen.hold(screen.button("Hold to flatten"), milliseconds=900)
    assert house.commands(SettleDifference) == []
    screen.button("Confirm with PIN").click()
    screen.type_pin("314159")
    screen.shows("Wrong PIN.")
    assert house.commands(SettleDifference) == []
    screen.type_pin(PIN)
    screen.shows("AAPL is settled.")
    assert house.commands(SettleDifference) == [SettleDifference("AAPL", DifferenceChoice.FLATTEN, 1)]


def test_what_strangers_sold_of_an_algorithm_cannot_be_adopted_and_a_refusal_is_told(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.answers[SettleDifference] = lambda _: refused(Refusal.CONFLICT, "An order in AAPL still works.")
    house.show(discrepancies=(SOLD_BY_HAND,))
    screen = open_account(new_screen("phone"))
    screen.shows("Orders that are not AutoTrader's sold 5 shares that an algorithm holds.")
    screen.button("Settle AAPL").click()
    expect(screen.page.get_by_text("Adopt:")).to_have_count(0)
    expect(screen.page.get_by_role("radio").first).to_be_focused()
    screen.button("Next").click()
    screen.button("Assign").click()
    screen.shows("An order in AAPL still works.")
    screen.page.keyboard.press("Escape")
    expect(screen.button("Settle AAPL")).to_be_focused()


def test_a_difference_without_an_algorithm_cannot_be_given_to_one(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(discrepancies=(MISSING,), cards=(made_card(ticker="MSFT"),))
    screen = open_account(new_screen())
    screen.button("Settle AAPL").click()
    expect(screen.page.get_by_role("radio")).to_have_count(2)
    expect(screen.page.get_by_text("Assign:")).to_have_count(0)


def test_what_was_held_before_is_confirmed_singly_or_all_together(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    with site.system.transaction() as connection:
        baseline_rows.take(connection, {"KO": Decimal("12.5"), "NEW": Decimal(3), "OLD": Decimal(1)}, NOW)

    def confirm(command: ConfirmBaseline) -> Answer:
        with site.system.transaction() as connection:
            baseline_rows.confirm(connection, command.symbols, NOW)
            waiting = [each.symbol for each in baseline_rows.holdings(connection) if not each.confirmed_at]
        return Answer({"confirmed": list(command.symbols), "waiting": waiting})

    house.answers[ConfirmBaseline] = confirm
    screen = open_account(new_screen("narrow"))
    # What waits for the owner is turned to at once.
    screen.shows("The account held these before AutoTrader first started.")
    screen.button("Confirm NEW").click()
    screen.shows("Confirmed. 2 more to go.")
    screen.button("Confirm all 2").click()
    screen.shows("AutoTrader may trade beside these holdings, and never sells them.")
    expect(screen.page.get_by_text("confirmed 10:31")).to_have_count(3)
    assert house.commands(ConfirmBaseline) == [ConfirmBaseline(("NEW",)), ConfirmBaseline(("KO", "OLD"))]
    assert screen.overflowing() == []


def test_what_is_refused_after_the_list_was_read_anew_is_still_told(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    with site.system.transaction() as connection:
        baseline_rows.take(connection, {"KO": Decimal("12.5")}, NOW)
    screen = open_account(new_screen())
    held = HeldAnswers(screen, f"**{ROUTES['baseline']}")
    screen.button("Confirm KO").click()
    held.wait()
    house.show(alerts=(made_alert(1, kind="account.changed", text="KO was split."),))
    expect(screen.button("Confirm KO")).to_be_enabled()
    held.routes[0].fulfill(status=409, json={"error": "The books are being read."})
    screen.shows("The books are being read.")


def test_what_others_traded_is_shown(new_screen: Callable[..., Screen], site: Site) -> None:
    with site.system.transaction() as connection:
        connection.execute("INSERT INTO external_fills VALUES('x', 'AAPL', '-2', '2026-11-20T15:10:00.000Z', '185.25')")
    screen = open_account(new_screen())
    screen.page.get_by_role("tab", name="Traded by others").click()
    screen.shows("Sold 2 shares")
    screen.shows("10:10 · at $185.25")


def test_the_screen_follows_what_the_alerts_say_and_is_reached_from_them(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(alerts=(made_alert(1, "critical", kind="reconcile.mismatch", text="AAPL differs."),))
    screen = new_screen().open("/#/alerts")
    screen.page.get_by_role("link", name="Account").click()
    screen.shows("The account and AutoTrader's books agree.")
    again = made_alert(1, "critical", kind="reconcile.mismatch", text="AAPL differs.", repeats=1)
    house.show(discrepancies=(MISSING,), alerts=(again,))
    screen.shows("2 shares are missing from the account.")


def test_what_cannot_be_read_says_so(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    broken = BrokenAnswers(screen, "**/api/account-truth", status=400, json={"error": "No."})
    screen.open("/#/account")
    screen.shows("What the account holds could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.shows("The account and AutoTrader's books agree.")
