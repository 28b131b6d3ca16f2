"""Trades in a real browser: what is held, ordered and filled, live, in words, and one order canceled."""

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from orchestra.messages.commands import Answer, CancelOrder, Refusal, refused
from orchestra.messages.events import OrderChanged, OrderFilled
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose
from system_databse.truth import baseline_rows
from tests.browser.conftest import SIZES
from tests.browser.fake_house import NOW, FakeHouse, made_card
from tests.browser.held_answers import BrokenAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import Site
from tests.system_databse.trade_diary import TradeDiary

HOSTILE = '<img src=x onerror="document.title=1"><b>403</b>'
REFRESH_MS = 2500


@pytest.fixture
def diary(site: Site) -> TradeDiary:
    return TradeDiary(site.system)


def open_trades(
    new_screen: Callable[..., Screen], tab: str = "orders", size: str = "short", **options: object
) -> Screen:
    screen = new_screen(size, **options).open(f"/#/trades/{tab}")
    screen.page.wait_for_selector("h1:text('Trades')")
    return screen


def row(screen: Screen, text: str) -> Locator:
    return screen.page.get_by_role("row").filter(has_text=text)


def answer_cancels(house: FakeHouse, status: str, **values: object) -> None:
    known = {"status": status, "filled_qty": Decimal(0), "average_price": None, "is_sale_withdrawn": False}
    house.answers[CancelOrder] = lambda _: Answer({**known, **values})


def tell_fill(house: FakeHouse, order: Order) -> None:
    fill = Fill(
        order.client_order_id, 1, order.symbol, order.side, "x", order.qty, Decimal(1), order.qty, "stream", NOW
    )
    house.board.on_event(OrderFilled(fill))


@pytest.mark.requirement("S2-32", "S2-39")
def test_positions_follow_the_engine_and_stand_apart_from_what_is_no_algorithms(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    with site.system.transaction() as connection:
        baseline_rows.take(connection, {"TSLA": Decimal(7)}, NOW)
    screen = open_trades(new_screen, "positions")
    held = row(screen, "SMA crossover")
    for part in ("AAPL", "100 shares", "average $184.68", "$185.90", "$18,590.00", "+$122.00", "−$31.50"):
        expect(held).to_contain_text(part)
    besides = screen.page.get_by_role("table", name="Also in your account")
    expect(besides).to_contain_text("7 shares")
    expect(besides).to_contain_text("not confirmed by you yet")
    house.show(cards=(made_card(price=187.25, price_at=int(NOW.timestamp()) - 400),))
    expect(held).to_contain_text("$187.25")
    expect(held.locator(".stale-tag")).to_have_text(re.compile("min old"))
    house.show(cards=(made_card(shares=Decimal(0)),))
    screen.shows("No algorithm holds any shares now.")
    expect(besides).to_be_visible()


def test_every_state_of_an_order_is_told_in_words_and_unknown_is_no_failure(
    new_screen: Callable[..., Screen], diary: TradeDiary
) -> None:
    words = {
        OrderStatus.PENDING: "Waiting to be sent",
        OrderStatus.UNKNOWN: "Checking with broker",
        OrderStatus.PARTIALLY_FILLED: "Partly filled",
        OrderStatus.EXPIRED: "Expired",
        OrderStatus.ABANDONED: "Given up",
    }
    for status in words:
        diary.order(status, filled=4 if status is OrderStatus.PARTIALLY_FILLED else 0, price="185.21")
    diary.order(OrderStatus.DENIED, refusal="HALTED")
    diary.order(OrderStatus.REJECTED, refusal="403 insufficient buying power")
    screen = open_trades(new_screen)
    main = screen.page.locator("main")
    for text in (*words.values(), "4 of 10 at $185.21", "All was stopped before it was sent.", "403 insufficient"):
        expect(main).to_contain_text(text)
    expect(row(screen, "Denied by our rule")).not_to_contain_text("HALTED")
    expect(main).not_to_contain_text(re.compile("fail", re.IGNORECASE))
    expect(screen.button("Cancel: Buy 10 AAPL")).to_have_count(3)


def test_hostile_text_of_a_broker_or_a_strategy_stays_text(
    new_screen: Callable[..., Screen], diary: TradeDiary
) -> None:
    diary.order(OrderStatus.REJECTED, refusal=HOSTILE * 5)
    diary.round_trip("100", "101", reason=HOSTILE * 5)
    screen = open_trades(new_screen, size="tiny")
    for tab in ("Orders", "Round trips"):
        screen.page.get_by_role("tab", name=tab).click()
        screen.shows(re.compile(re.escape(HOSTILE)))
        assert screen.page.locator("main img").count() == 0
        assert screen.overflowing() == []
    assert "AutoTrader" in screen.page.title()


@pytest.mark.requirement("S2-32")
def test_an_order_is_canceled_after_one_question_and_once(
    new_screen: Callable[..., Screen], house: FakeHouse, diary: TradeDiary
) -> None:
    order = diary.order(OrderStatus.ACCEPTED, side="sell")
    answer_cancels(house, "CANCELED")
    screen = open_trades(new_screen)
    screen.button("Cancel: Sell 10 AAPL").click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("the shares stay and may lose value")
    expect(dialog).to_contain_text("simulated money")
    expect(screen.button("Keep the order")).to_be_focused()
    screen.page.keyboard.press("Escape")
    assert house.commands(CancelOrder) == []
    expect(screen.button("Cancel: Sell 10 AAPL")).to_be_focused()
    screen.page.keyboard.press("Enter")
    diary.end(order, OrderStatus.CANCELED)
    screen.button("Cancel the order").dblclick()
    screen.shows("The order is canceled.")
    assert house.commands(CancelOrder) == [CancelOrder(order.client_order_id)]
    screen.pass_time(REFRESH_MS)
    screen.shows("No order is working.")
    screen.shows("Canceled")


@pytest.mark.parametrize(
    ("status", "values", "words"),
    [
        (
            "FILLED",
            {"filled_qty": Decimal(10), "average_price": Decimal("185.20")},
            "It filled before it could be canceled: 10 shares at $185.20.",
        ),
        ("ACCEPTED", {}, "The broker has not confirmed the cancel yet."),
        ("EXPIRED", {}, "There was nothing left to cancel: expired."),
    ],
)
def test_a_cancel_that_did_not_cancel_says_what_became_of_the_order(
    new_screen: Callable[..., Screen],
    house: FakeHouse,
    diary: TradeDiary,
    status: str,
    values: dict[str, object],
    words: str,
) -> None:
    diary.order(OrderStatus.ACCEPTED)
    answer_cancels(house, status, **values)
    screen = open_trades(new_screen)
    screen.button("Cancel: Buy 10 AAPL").click()
    screen.button("Cancel the order").click()
    expect(screen.page.get_by_role("dialog").get_by_role("alert")).to_contain_text(words)
    screen.button("Close").click()
    expect(screen.page.get_by_role("dialog")).to_have_count(0)


def test_a_refused_cancel_stands_beside_its_button(
    new_screen: Callable[..., Screen], house: FakeHouse, diary: TradeDiary
) -> None:
    diary.order(OrderStatus.ACCEPTED, side="sell", purpose=Purpose.MANUAL)
    house.answers[CancelOrder] = lambda _: refused(Refusal.NOT_FOUND, "AutoTrader knows no order with this number.")
    screen = open_trades(new_screen)
    screen.button("Cancel: Sell 10 AAPL").click()
    expect(screen.page.get_by_role("dialog")).to_contain_text("nothing sells them until you ask again")
    screen.button("Cancel the order").click()
    screen.shows("AutoTrader knows no order with this number.")
    expect(screen.button("Cancel the order")).to_be_enabled()


def test_while_the_screen_is_out_of_date_nothing_can_be_canceled(
    new_screen: Callable[..., Screen], site: Site, diary: TradeDiary
) -> None:
    diary.order(OrderStatus.ACCEPTED)
    screen = open_trades(new_screen)
    screen.button("Cancel: Buy 10 AAPL").click()
    screen.may_lose_server = True
    site.break_off()
    screen.pass_time(20_000)
    expect(screen.button("Cancel the order")).to_be_disabled()


def test_fills_come_a_page_at_a_time_under_their_days(new_screen: Callable[..., Screen], diary: TradeDiary) -> None:
    for _ in range(70):
        diary.order(qty=1)
    screen = open_trades(new_screen, "fills")
    rows = screen.page.locator("tbody tr")
    expect(rows).to_have_count(50)
    expect(screen.page.get_by_role("heading", name="Friday, Nov 20, 2026")).to_have_count(1)
    expect(rows.first).to_contain_text("11:09")
    screen.button("Show older").focus()
    screen.page.keyboard.press("Enter")
    expect(rows).to_have_count(70)
    expect(screen.button("Show older")).to_be_hidden()
    assert screen.page.evaluate("document.activeElement.className") == "paged-list"


def test_a_new_fill_appears_at_the_top_and_never_under_a_finger(
    new_screen: Callable[..., Screen], house: FakeHouse, diary: TradeDiary
) -> None:
    for _ in range(20):
        diary.order(qty=1)
    screen = open_trades(new_screen, "fills")
    rows = screen.page.locator("tbody tr")
    expect(rows).to_have_count(20)
    tell_fill(house, diary.order(qty=77))
    screen.page.wait_for_selector("#polite:text('filled')", state="attached")
    screen.pass_time(REFRESH_MS)
    expect(rows.first).to_contain_text("Buy 77 AAPL")
    rows.nth(15).scroll_into_view_if_needed()
    top = rows.nth(15).bounding_box()
    tell_fill(house, diary.order(qty=88))
    screen.page.wait_for_selector("#polite:text('88')", state="attached")
    screen.pass_time(REFRESH_MS)
    note = screen.button("Show 1 new")
    expect(note).to_be_in_viewport()
    assert rows.nth(15).bounding_box() == top
    assert screen.overflowing() == []
    note.click()
    expect(rows.first).to_contain_text("Buy 88 AAPL")
    expect(rows.first).to_be_in_viewport()


def test_an_order_that_works_changes_where_it_stands(
    new_screen: Callable[..., Screen], house: FakeHouse, diary: TradeDiary
) -> None:
    order = diary.order(OrderStatus.ACCEPTED, qty=5)
    screen = open_trades(new_screen)
    screen.shows("Working at the broker")
    diary.end(order, OrderStatus.UNKNOWN)
    house.board.on_event(OrderChanged(Order(**{**_fields(order), "status": OrderStatus.UNKNOWN})))
    screen.wait(lambda: _hurried(screen, "Checking with broker"))


def _fields(order: Order) -> dict[str, object]:
    return {name: getattr(order, name) for name in Order.__dataclass_fields__}


def _hurried(screen: Screen, text: str) -> bool:
    screen.pass_time(REFRESH_MS)
    return screen.page.get_by_text(text).count() > 0


def test_the_filter_narrows_every_tab_and_the_file(new_screen: Callable[..., Screen], diary: TradeDiary) -> None:
    diary.round_trip("100", "110")
    diary.round_trip("400", "390", algorithm_id=2)
    screen = open_trades(new_screen, "fills")
    expect(screen.page.locator("tbody tr")).to_have_count(4)
    screen.button("Filter").click()
    screen.page.get_by_role("group", name="Symbol").get_by_label("MSFT").check()
    screen.button("Show").click()
    screen.shows("Only MSFT.")
    expect(screen.page.locator("tbody tr")).to_have_count(2)
    assert screen.page.get_by_role("link", name="Save as CSV").get_attribute("href") == "/api/fills.csv?symbol=MSFT"
    screen.page.get_by_role("tab", name="Round trips").click()
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    screen.shows("0 of 1 made money")
    screen.page.get_by_role("tab", name="Positions").click()
    screen.shows("No algorithm holds any shares now.")
    screen.button("Show all").click()
    expect(screen.button("Filter")).to_be_focused()
    expect(row(screen, "AAPL")).to_be_visible()


def test_round_trips_say_what_they_came_to_and_what_the_sums_mean(
    new_screen: Callable[..., Screen], diary: TradeDiary
) -> None:
    diary.round_trip("100", "110", qty=10)
    diary.order(side="buy", price="100", qty=10)
    diary.order(side="sell", price="95", qty=10, purpose=Purpose.MANUAL)
    screen = open_trades(new_screen, "round-trips")
    sums = screen.page.locator(".trip-sums")
    for part in ("+$50.00", "50.0%", "1 of 2 made money", "2.00", "+$25.00", "on average"):
        expect(sums).to_contain_text(part)
    expect(row(screen, "You sold it.")).to_contain_text("−$50.00")
    expect(row(screen, "20-bar average crossed")).to_contain_text("+10.00%")


def test_a_list_is_saved_as_a_file_except_in_a_kiosk(
    new_screen: Callable[..., Screen], diary: TradeDiary, tmp_path: Path
) -> None:
    diary.order()
    screen = open_trades(new_screen, "fills", "wide")
    with screen.page.expect_download() as found:
        screen.page.get_by_role("link", name="Save as CSV").click()
    found.value.save_as(tmp_path / "fills.csv")
    assert found.value.suggested_filename.startswith("autotrader-fills-")
    rows = list(csv.reader((tmp_path / "fills.csv").read_text().splitlines()))
    assert [each[1] for each in rows] == ["symbol", "AAPL"]
    kiosk = new_screen().open("/?kiosk=1#/trades/fills")
    kiosk.shows("To keep this list as a file, open AutoTrader's page on a phone or laptop.")
    expect(kiosk.page.get_by_role("link", name="Save as CSV")).to_have_count(0)


def test_empty_lists_say_what_would_be_there(new_screen: Callable[..., Screen]) -> None:
    screen = open_trades(new_screen)
    screen.shows("No order is working.")
    screen.shows("No order has ended yet.")
    screen.page.get_by_role("tab", name="Fills").click()
    screen.shows("No fills yet.")
    screen.page.get_by_role("tab", name="Round trips").click()
    screen.shows("No round trips yet.")


def test_a_list_that_cannot_be_read_says_so_and_is_asked_for_again(
    new_screen: Callable[..., Screen], diary: TradeDiary
) -> None:
    diary.order()
    screen = new_screen()
    screen.may_lose_server = True
    refusal = {"error": "A database cannot be used now."}
    broken = BrokenAnswers(screen, "**/api/fills*", status=503, json=refusal)
    screen.open("/#/trades/fills")
    screen.shows("The fills could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.shows("Buy 10 AAPL")


def test_tabs_go_by_arrow_keys_and_the_address_keeps_the_tab(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen().open("/#/home")
    screen.page.get_by_role("link", name="Trades").click()
    page: Page = screen.page
    page.get_by_role("tab", name="Positions").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Fills")).to_be_focused()
    assert page.evaluate("location.hash") == "#/trades/fills"
    assert screen.page.get_by_role("link", name="Trades").get_attribute("aria-current") == "page"
    page.reload()
    expect(page.get_by_role("tab", name="Fills")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_spills_over_at_any_size_and_every_target_is_large(
    new_screen: Callable[..., Screen], house: FakeHouse, diary: TradeDiary, size: str
) -> None:
    diary.round_trip("185123.45", "186987.12", qty="12345.678901234", algorithm_id=2)
    diary.order(OrderStatus.REJECTED, refusal="403 40310000 insufficient buying power for the account")
    diary.order(OrderStatus.PARTIALLY_FILLED, qty=123456, filled=100000, price="185.2134")
    house.show(cards=(made_card(price=185900.5, unrealized_pl=Decimal("-123456789.12")),))
    screen = open_trades(new_screen, "positions", size)
    for tab, text in (
        ("Positions", "$185,900.50"),
        ("Orders", "403"),
        ("Fills", "12,345"),
        ("Round trips", "Profit factor"),
    ):
        screen.page.get_by_role("tab", name=tab).click()
        screen.shows(re.compile(re.escape(text)))
        assert screen.overflowing() == [], tab
    screen.page.get_by_role("tab", name="Orders").click()
    button = screen.page.get_by_role("button", name=re.compile("^Cancel: ")).bounding_box()
    assert button
    assert min(button["width"], button["height"]) >= 48
    has_table = screen.page.locator("thead").first.is_visible()
    assert has_table is (size in ("short", "wide"))


def test_today_opens_the_day_by_algorithm_with_fills_fees_and_win_rate(
    home: Screen, house: FakeHouse, site: Site
) -> None:
    diary = TradeDiary(site.system)
    diary.round_trip("100", "110", fee="0.05")
    house.show(cards=(made_card(1), made_card(2, ticker="SPY", price=187.85, day_pl=Decimal("12.00"))))
    home.shows("SPY")
    home.button("Today in detail").click()
    dialog = home.page.get_by_role("dialog")
    for part in (
        "Friday, Nov 20, 2026",
        "+$1,284.50",
        "2 fills: bought $1,000.00, sold $1,100.00, fees $0.10.",
        "1 of 1 round trips made money (100.0%).",
        "SPY since the open: +1.54%.",
    ):
        expect(dialog).to_contain_text(part)
    expect(dialog.get_by_text("+$1,284.50")).to_be_in_viewport()
    rows = dialog.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("+$12.00")
    home.page.keyboard.press("Escape")
    expect(home.button("Today in detail")).to_be_focused()


def test_a_day_without_anything_says_so(home: Screen, house: FakeHouse) -> None:
    house.show(cards=())
    home.shows("No algorithms yet. Add one.")
    home.button("Today in detail").click()
    home.shows("No fills today.")
    home.shows("No round trip has ended today.")
    expect(home.page.get_by_role("dialog")).not_to_contain_text("SPY")
