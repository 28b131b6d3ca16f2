"""What a fill does on Home: its card's border flashes once, a screen reader hears of it once, nothing else moves."""

import re
from dataclasses import replace
from decimal import Decimal

from playwright.sync_api import expect

from orchestra.messages.events import OrderChanged, OrderFilled
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus
from tests.browser.fake_house import NOW, FakeHouse, made_card
from tests.browser.screen import Screen
from tests.system_databse.made_orders import order_in

# Notes each time a card begins to flash.
COUNT_FLASHES = """() => {
  window.flashes = [];
  new MutationObserver((found) => {
    for (const { target, oldValue } of found) {
      const isNew = target.classList.contains("is-flashing") && !oldValue.includes("is-flashing");
      if (isNew) window.flashes.push(target.getAttribute("href"));
    }
  }).observe(document.querySelector(".cards"), {
    subtree: true, attributes: true, attributeFilter: ["class"], attributeOldValue: true,
  });
}"""


def fill_of(order: Order) -> Fill:
    return Fill(
        client_order_id=order.client_order_id,
        algorithm_id=order.algorithm_id,
        symbol=order.symbol,
        side=order.side,
        execution_id="x",
        qty=order.qty,
        price=Decimal("185.9"),
        cumulative_qty=order.qty,
        source="stream",
        at=NOW,
    )


def tell(house: FakeHouse, order: Order) -> None:
    """Publish a fill the way the engine does: first the execution, then the order's new state."""
    house.board.on_event(OrderFilled(fill_of(order)))
    house.board.on_event(OrderChanged(order))


def test_a_fill_flashes_the_border_of_its_card_once_and_is_said_once(home: Screen, house: FakeHouse) -> None:
    house.show(cards=(made_card(1), made_card(2, ticker="MSFT")))
    home.shows("MSFT")
    said = home.page.locator("#polite")
    expect(said).to_have_text("Connected")
    home.page.evaluate(COUNT_FLASHES)
    home.stop_time()
    filled = replace(order_in(), status=OrderStatus.FILLED, filled_qty=Decimal(10), filled_notional=Decimal(1859))
    tell(house, filled)
    card = home.page.locator("a.card[href='#/algorithm/1']")
    home.wait(lambda: home.page.evaluate("window.flashes.length") > 0)
    expect(said).to_have_text("SPY: buy 10 shares filled at $185.90.")
    home.pass_time(1000)
    expect(card).not_to_have_class(re.compile("is-flashing"))
    # A second one within three seconds does not flash again.
    tell(house, replace(filled, client_order_id="at-abc123-1-x-1", qty=Decimal(20)))
    expect(said).to_have_text("SPY: buy 20 shares filled at $185.90.")
    home.page.clock.resume()
    house.show(cards=(made_card(1, price=199.5), made_card(2, ticker="MSFT")))
    home.shows("$199.50")
    assert home.page.evaluate("window.flashes") == ["#/algorithm/1"]
    # Another card has its own three seconds.
    tell(house, replace(filled, client_order_id="at-abc123-1-x-2", algorithm_id=2))
    home.wait(lambda: home.page.evaluate("window.flashes.length") == 2)
    assert home.page.evaluate("window.flashes[1]") == "#/algorithm/2"


def test_a_price_alone_never_flashes(home: Screen, house: FakeHouse) -> None:
    home.page.evaluate(COUNT_FLASHES)
    house.show(cards=(made_card(price=199.5),))
    home.shows("$199.50")
    assert home.page.evaluate("window.flashes") == []


def test_what_follows_at_once_cuts_nothing_off_that_is_being_said(home: Screen, house: FakeHouse) -> None:
    said = home.page.locator("#polite")
    expect(said).to_have_text("Connected")
    # Three seconds pass, and with them the second of that word.
    home.stop_time()
    filled = replace(order_in(), status=OrderStatus.FILLED, filled_qty=Decimal(10), filled_notional=Decimal(1859))
    house.board.on_event(OrderFilled(fill_of(filled)))
    expect(said).to_have_text("SPY: buy 10 shares filled at $185.90.")
    for number, shares in ((1, 20), (2, 30)):
        more = replace(filled, client_order_id=f"at-abc123-1-x-{number}", qty=Decimal(shares))
        house.board.on_event(OrderFilled(fill_of(more)))
    home.wait(lambda: sum(frame.count('"trade.executed"') for frame in home.frames) == 3)
    home.pass_time(500)
    expect(said).to_have_text("SPY: buy 10 shares filled at $185.90.")
    home.pass_time(500)
    expect(said).to_have_text(re.compile("buy 20 shares filled .* buy 30 shares filled"))
