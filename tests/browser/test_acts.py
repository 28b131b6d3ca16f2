"""What the owner does: start an algorithm, pause it, stop and keep, stop and sell. Each act is sent once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from orchestra.messages.commands import Answer, PauseAlgorithm, Refusal, StartAlgorithm, StopAlgorithm, refused
from system_databse.rows import algorithms
from tests.browser.fake_house import CLOSED, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.served_site import Site

STRATEGY = {
    "name": "sma_crossover",
    "help": "Trade one ticker on the crossing of two moving averages of minute closes.",
    "parameters": [
        {"name": "sma_short", "default": 20, "range": [2, 200], "help": "Bars of the short average"},
        {"name": "shares", "default": None, "range": [1, 1_000_000], "help": "Shares a buy"},
    ],
    "error": None,
}
BROKEN = {"name": "my_idea", "help": "", "parameters": [], "error": "SyntaxError: invalid syntax (line 3)"}
MSFT = {"name": "Microsoft Corporation", "tradable": True, "fractionable": True, "class": "us_equity"}


@pytest.fixture
def shop(site: Site) -> None:
    site.strategies = [STRATEGY, BROKEN]
    site.lookups.assets = {"MSFT": MSFT, "ZHX": {**MSFT, "tradable": False}}
    site.lookups.prices = {"MSFT": 421.0}


def reach_ticker(screen: Screen) -> None:
    screen.page.get_by_role("link", name="New algorithm").click()
    screen.page.get_by_role("button", name="SMA crossover").click()
    screen.page.get_by_label("Ticker").wait_for()


def reach_money(screen: Screen) -> None:
    reach_ticker(screen)
    screen.page.get_by_label("Ticker").fill("msft")
    screen.button("Check").click()
    screen.shows("$20,000.00 available.")


def reach_review(screen: Screen) -> None:
    reach_money(screen)
    screen.button("75 %").click()
    screen.button("Next").click()
    screen.shows("SMA crossover on MSFT with $15,000.00.")


def open_detail(screen: Screen) -> None:
    screen.page.locator("a.card[data-status]").click()
    screen.page.wait_for_selector(".detail")


@pytest.mark.usefixtures("shop")
def test_an_algorithm_is_started_in_four_steps(home: Screen, house: FakeHouse) -> None:
    house.answers[StartAlgorithm] = lambda _: Answer({"id": 7})
    reach_money(home)
    home.shows("MSFT, Microsoft Corporation, last price $421.00")
    home.button("75 %").click()
    home.shows("Buys about 35 shares.")
    home.page.get_by_label("sma short").fill("10")
    home.button("Next").click()
    home.shows("It trades simulated money: up to $15,000.00 is at risk.")
    home.button("Start").click()
    home.shows("MSFT started.")
    [command] = house.commands(StartAlgorithm)
    assert command.command_id
    assert replace(command, command_id=None) == StartAlgorithm(
        "sma_crossover", "MSFT", Decimal("15000.00"), {"sma_short": 10}
    )
    home.page.wait_for_selector(".summary")


@pytest.mark.usefixtures("shop")
def test_an_algorithm_that_cannot_be_loaded_is_listed_with_its_error(home: Screen) -> None:
    home.page.get_by_role("link", name="New algorithm").click()
    home.shows("Cannot be loaded: SyntaxError: invalid syntax (line 3)")
    expect(home.page.get_by_role("button", name="My idea")).to_be_disabled()


@pytest.mark.usefixtures("shop")
def test_a_ticker_that_cannot_be_traded_stays_in_its_step(home: Screen) -> None:
    reach_ticker(home)
    field = home.page.get_by_label("Ticker")
    for ticker, words in [
        ("ZZTOP", "ZZTOP is not known to the broker."),
        ("ZHX", "ZHX cannot be traded at the broker now; it may be halted."),
        ("1$", "A ticker is 1 to 10 letters"),
    ]:
        field.fill(ticker)
        field.press("Enter")
        home.shows(words)
        expect(field).to_be_focused()
        assert field.get_attribute("aria-invalid") == "true"
        home.shows("Step 2 of 4")


@pytest.mark.usefixtures("shop")
def test_wrong_money_and_wrong_settings_are_said_beside_their_fields(home: Screen) -> None:
    reach_money(home)
    cash = home.page.get_by_label("Cash for this algorithm")
    for amount, words in [
        ("", "Say how many dollars"),
        ("-5", "Say how many dollars"),
        ("1e400", "Say how many dollars"),
        ("20000.01", "That is more than the $20,000.00 available."),
        ("1.234", "Dollars and cents only"),
    ]:
        cash.fill(amount)
        home.button("Next").click()
        home.shows(words)
        expect(cash).to_be_focused()
    cash.fill("2,500.00")
    home.page.get_by_label("sma short").fill("1")
    home.button("Next").click()
    home.shows("A number from 2 to 200.")
    home.shows("Step 3 of 4")


@pytest.mark.usefixtures("shop")
def test_what_the_server_refuses_is_said_and_start_can_be_tried_again(home: Screen, house: FakeHouse) -> None:
    reason = "not enough cash: $15,000.00 wanted, $200.00 available"
    house.answers[StartAlgorithm] = lambda _: refused(Refusal.CONFLICT, reason)
    reach_review(home)
    home.button("Start").click()
    home.shows(reason)
    house.answers[StartAlgorithm] = lambda _: Answer({"id": 7})
    home.button("Start").click()
    home.shows("MSFT started.")
    assert len(house.commands(StartAlgorithm)) == 2


@pytest.mark.usefixtures("shop")
def test_real_money_needs_a_hold_and_says_so(home: Screen, house: FakeHouse) -> None:
    house.show(mode="LIVE")
    expect(home.page.locator(".mode-chip")).to_have_text("LIVE")
    reach_review(home)
    home.shows("It trades real money")
    start = home.button("Hold to start with real money")
    start.click()
    home.page.wait_for_timeout(200)
    assert house.commands(StartAlgorithm) == []
    home.hold(start, milliseconds=1700)
    home.wait(lambda: house.commands(StartAlgorithm))


@pytest.mark.requirement("S2-33", "S2-14")
def test_stop_and_keep_sells_nothing(home: Screen, house: FakeHouse) -> None:
    house.answers[StopAlgorithm] = lambda _: Answer({"id": 1, "shares": "100", "selling": False, "when": None})
    open_detail(home)
    home.button("Stop").click()
    home.shows("Its 100 shares stay in your account; nothing is sold.")
    home.button("Stop, keep position").click()
    home.shows("AAPL is stopped. 100 shares stay in your account.")
    assert house.commands(StopAlgorithm) == [StopAlgorithm(1, is_selling=False)]


def test_stop_and_sell_names_the_shares_and_a_double_tap_sends_once(home: Screen, house: FakeHouse) -> None:
    house.answers[StopAlgorithm] = lambda _: Answer({"id": 1, "shares": "100", "selling": True, "when": "now"})
    open_detail(home)
    home.button("Stop").click()
    home.shows("Sends a market order, simulated money")
    home.tap_twice("Stop and sell 100 shares now (about $18,590)")
    home.shows("AAPL is stopped. 100 shares are being sold now.")
    assert house.commands(StopAlgorithm) == [StopAlgorithm(1, is_selling=True)]
    posts = [url for url in home.requested if url.endswith("/stop")]
    assert len(posts) == 1


def test_selling_in_a_closed_market_says_when(home: Screen, house: FakeHouse) -> None:
    house.answers[StopAlgorithm] = lambda _: Answer({"id": 1, "shares": "100", "selling": True, "when": "next_open"})
    house.show(market=CLOSED)
    home.shows("Closed, opens Mon")
    open_detail(home)
    home.button("Stop").click()
    home.shows("The market is closed.")
    home.button("Stop and sell 100 shares at the next open (about $18,590)").click()
    home.shows("100 shares are being sold at the next open.")


def test_an_algorithm_without_a_position_has_one_way_to_stop(home: Screen, house: FakeHouse) -> None:
    house.show(cards=(made_card(shares=Decimal(0)),))
    home.shows("no position")
    open_detail(home)
    home.button("Stop").click()
    home.shows("It holds nothing, so nothing is sold.")
    assert home.page.locator("dialog button").all_inner_texts() == ["Stop", "Do not stop"]
    home.page.keyboard.press("Escape")
    assert home.page.locator("dialog[open]").count() == 0
    assert house.commands(StopAlgorithm) == []


def test_pause_is_one_tap(home: Screen, house: FakeHouse) -> None:
    house.answers[PauseAlgorithm] = lambda _: Answer({"id": 1, "status": "PAUSED"})
    open_detail(home)
    home.button("Pause").click()
    home.shows("Paused: no turns, its position stays.")
    assert house.commands(PauseAlgorithm) == [PauseAlgorithm(1)]


def test_decisions_are_listed_with_their_reasons(home: Screen, site: Site) -> None:
    rows = [
        ("2026-11-20T14:45:00Z", "2026-11-20T15:30:00Z", "hold", "0", "HELD", "averages have not crossed", None),
        ("2026-11-20T15:31:00Z", "2026-11-20T15:31:00Z", "buy", "53", "DENIED", "its cash is not enough", "CASH"),
    ]
    with site.system.transaction() as connection:
        algorithms.insert(connection, made_card().record, "2026-11-20T14:30:00.000Z")
        connection.executemany(
            "INSERT INTO decisions"
            "(algo_id, minute, until_minute, action, shares, outcome, reason, gate, saw, elapsed_ms)"
            " VALUES(1, unixepoch(?), unixepoch(?), ?, ?, ?, ?, ?, '{}', 1)",
            rows,
        )
    open_detail(home)
    home.page.get_by_role("tab", name="Decisions").click()
    home.page.locator(".decision").first.wait_for()
    first, second = (" ".join(row.inner_text().split()) for row in home.page.locator(".decisions > li").all())
    assert first == "10:31 buy 53 shares, denied its cash is not enough (CASH)"
    assert second == "46 × hold, 09:45–10:30 averages have not crossed"


@pytest.mark.parametrize("is_refused", [False, True])
def test_an_act_whose_menu_was_left_goes_on_and_its_end_is_told_wherever_the_owner_is(
    home: Screen, house: FakeHouse, *, is_refused: bool
) -> None:
    may_answer = threading.Event()

    def slow(_: StopAlgorithm) -> Answer:
        may_answer.wait(30)
        if is_refused:
            return refused(Refusal.CONFLICT, "It is stopped already.")
        return Answer({"id": 1, "shares": "100", "selling": False, "when": None})

    house.answers[StopAlgorithm] = slow
    open_detail(home)
    home.button("Stop").click()
    home.button("Stop, keep position").click()
    home.wait(lambda: house.commands(StopAlgorithm))
    home.button("Close").click()
    home.page.get_by_role("link", name="Alerts").click()
    home.shows("Nothing needs you.")
    may_answer.set()
    home.shows("It is stopped already." if is_refused else "AAPL is stopped. 100 shares stay in your account.")
    expect(home.page.get_by_role("heading", name="Alerts", level=1)).to_be_attached()
    assert home.page.url.endswith("#/alerts")


def test_an_act_without_an_answer_says_so_and_its_state_is_read_again_not_resent(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    may_answer = threading.Event()

    def slow(_: StopAlgorithm) -> Answer:
        may_answer.wait(30)
        return Answer({"id": 1, "shares": "100", "selling": False, "when": None})

    house.answers[StopAlgorithm] = slow
    screen = new_screen().open()
    screen.page.wait_for_selector(".summary")
    open_detail(screen)
    screen.button("Stop").click()
    screen.button("Stop, keep position").click()
    expect(screen.button("Sending")).to_be_disabled()
    screen.wait(lambda: house.commands(StopAlgorithm))
    screen.pass_time(10_100)
    screen.shows("No answer yet")
    may_answer.set()
    screen.pass_time(2_100)
    screen.shows("AAPL is stopped.")
    assert len(house.commands(StopAlgorithm)) == 1
