"""Signals: a proposal is noticed on Home, weighed, approved or rejected by one act; what was wanted is looked up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from database.timestamps import iso_milliseconds
from orchestra.messages.commands import Answer, ApproveSignal, Refusal, RejectSignal, refused
from system_databse.rows import algorithms
from system_databse.signals import proposal_rows
from system_databse.signals.proposal import Proposal
from system_databse.signals.signal_status import SignalStatus
from system_databse.trading_signal import Action, Source
from tests.browser.fake_house import NOW, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

HOSTILE = "<img src=x onerror=alert(1)>"
BUY = Proposal(
    *(7, Source.AI, 1, "sma_crossover", "AAPL", Action.BUY, Decimal(8), NOW - timedelta(minutes=3)),
    confidence=0.72,
    reason="The earnings beat.",
    price=185.0,
)
SELL = replace(BUY, id=8, source=Source.MANUAL, action=Action.SELL, confidence=None, reason="")


def open_signals(new_screen: Callable[..., Screen], **options: str) -> Screen:
    screen = new_screen(**options)
    screen.open("/#/signals")
    expect(screen.page.get_by_role("heading", name="Signals", level=1)).to_be_focused()
    screen.is_live()
    return screen


def row(screen: Screen, text: str) -> Locator:
    return screen.page.locator(".alert-row", has_text=text)


def test_home_says_that_something_waits_and_leads_there(home: Screen, house: FakeHouse) -> None:
    link = home.page.locator(".home-waiting")
    expect(link).to_be_hidden()
    house.show(proposals=(BUY,))
    expect(link).to_have_text("1 proposal waits for your word")
    link.click()
    home.shows("Buy 8 AAPL for SMA crossover")
    expect(home.page.get_by_role("link", name="More")).to_have_attribute("aria-current", "page")


def test_a_proposal_tells_what_it_would_cost_and_who_wants_it_why(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(proposals=(BUY, SELL))
    screen = open_signals(new_screen)
    buy = row(screen, "Buy 8 AAPL")
    for text in ("The earnings beat.", "It costs about $1,487 of simulated money", "the algorithm has $1,532.00"):
        expect(buy).to_contain_text(text)
    expect(buy).to_contain_text("AI · confidence 72% · 3 min ago · expires in 57 min")
    expect(row(screen, "Sell 8 AAPL")).to_contain_text("the algorithm holds 100 shares")
    house.show(cards=(made_card(1, price=200.0),))
    expect(buy).to_contain_text("$1,600")
    assert screen.overflowing() == []


@pytest.mark.requirement("S1-27")
def test_a_proposal_is_approved_once_and_leaves(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    def approve(_: ApproveSignal) -> Answer:
        house.show(proposals=())
        return Answer({"id": 7, "status": "ORDERED", "order_status": "ACCEPTED", "shares": Decimal(8), "reason": ""})

    house.answers[ApproveSignal] = approve
    house.show(proposals=(BUY,))
    screen = open_signals(new_screen)
    screen.button("Approve").dblclick()
    screen.shows("Approved: Buy 8 AAPL is ordered.")
    screen.shows("Nothing waits for you.")
    assert house.commands(ApproveSignal) == [ApproveSignal(7)]


def test_the_second_half_of_a_double_tap_approves_nothing_else(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    def approve(command: ApproveSignal) -> Answer:
        house.show(proposals=(replace(BUY, id=9, symbol="MSFT"),))
        return Answer({"id": command.signal_id, "status": "ORDERED", "shares": Decimal(8), "reason": ""})

    house.answers[ApproveSignal] = approve
    house.show(proposals=(BUY, replace(BUY, id=9, symbol="MSFT")))
    screen = open_signals(new_screen)
    screen.stop_time()
    approval = screen.button("Approve").first
    place = approval.bounding_box()
    assert place is not None
    tap = (place["x"] + 20, place["y"] + 20)
    screen.page.mouse.click(*tap)
    screen.shows("Approved: Buy 8 AAPL is ordered.")
    screen.rests()
    screen.pass_time(450)
    screen.page.mouse.click(*tap)
    screen.rests()
    assert house.commands(ApproveSignal) == [ApproveSignal(7)]
    screen.pass_time(600)
    expect(row(screen, "Buy 8 AAPL")).to_have_count(0)
    screen.page.mouse.click(*tap)
    screen.shows("Approved: Buy 8 MSFT is ordered.")
    assert house.commands(ApproveSignal) == [ApproveSignal(7), ApproveSignal(9)]


def test_a_proposal_is_rejected(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(proposals=(BUY,))
    screen = open_signals(new_screen)
    screen.button("Reject").click()
    screen.shows("Rejected: Buy 8 AAPL. Nothing is ordered.")
    assert house.commands(RejectSignal) == [RejectSignal(7)]


def test_a_refusal_stands_beside_the_button_and_the_proposal_stays(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    why = "Trading is halted, so nothing is bought: resume first."
    house.answers[ApproveSignal] = lambda _: refused(Refusal.CONFLICT, why)
    house.show(proposals=(BUY,))
    screen = open_signals(new_screen)
    screen.button("Approve").click()
    expect(row(screen, "Buy 8 AAPL").get_by_role("alert")).to_have_text(why)
    expect(screen.button("Approve")).to_be_enabled()


def test_with_real_money_approving_is_held(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(proposals=(BUY,), mode="LIVE")
    screen = open_signals(new_screen)
    expect(row(screen, "Buy 8 AAPL")).to_contain_text("of real money")
    screen.button("Hold to approve").click()
    screen.pass_time(3000)
    assert house.commands(ApproveSignal) == []


def test_with_real_money_the_pin_approves_for_whoever_cannot_hold(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.answers[ApproveSignal] = lambda _: Answer({"id": 7, "status": "ORDERED", "shares": Decimal(8), "reason": ""})
    house.show(proposals=(BUY,), mode="LIVE")
    screen = open_signals(new_screen, size="tiny")
    screen.button("Confirm with PIN").click()
    screen.type_pin(PIN)
    screen.shows("Approved: Buy 8 AAPL is ordered.")
    assert screen.overflowing() == []
    assert house.commands(ApproveSignal) == [ApproveSignal(7)]


def test_what_was_wanted_lately_is_told_with_what_became_of_it_and_hostile_words_stay_words(
    new_screen: Callable[..., Screen], site: Site
) -> None:
    with site.system.transaction() as connection:
        algorithms.insert(connection, made_card(1).record, iso_milliseconds(NOW))
        for status, reason in ((SignalStatus.EXPIRED, "nobody approved it"), (SignalStatus.REJECTED, HOSTILE * 5)):
            number = proposal_rows.insert(connection, replace(BUY, reason=HOSTILE * 5), dedupe_key=None)
            proposal_rows.end(connection, number, status, reasons=(reason,), at=NOW)
        waiting = proposal_rows.insert(connection, SELL, dedupe_key=None)
        proposal_rows.order(connection, waiting, at=iso_milliseconds(NOW))
    screen = open_signals(new_screen, size="tiny")
    rows = screen.page.locator(".table-signals tbody .table-row")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Ordered")
    expect(rows.nth(1)).to_contain_text("Rejected")
    expect(rows.nth(2)).to_contain_text("nobody approved it")
    assert screen.page.locator("main img").count() == 0
    assert screen.overflowing() == []
