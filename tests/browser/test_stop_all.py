"""Stop all: one tap and one hold away, by mouse, touch and key; nothing shorter, nothing by accident."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Route, expect

from orchestra.api.protocol import ROUTES
from orchestra.messages.commands import Answer, CancelOpenOrders, FlattenAll
from orchestra.messages.events import RiskHalted
from orchestra.messages.halt import Halt, HaltKind
from tests.browser.fake_house import CLOSED, HEALTHY, NOW, FakeHouse, made_alert, made_card
from tests.browser.held_answers import HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site
from tests.browser.test_link import KEEP_WHAT_IS_SAID

LONG_ENOUGH, TOO_SHORT = 1700, 900


def ask(screen: Screen) -> None:
    screen.button("Stop all algorithms").click()
    screen.shows("Nothing is sold: positions stay as they are.")
    expect(screen.button("Keep running")).to_be_focused()


def test_a_hold_stops_all_and_resuming_needs_the_pin(home: Screen, house: FakeHouse) -> None:
    ask(home)
    home.hold(home.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    home.shows(
        "by this screen. New orders are blocked; nothing was sold. 2 open orders canceled, as the broker confirmed."
    )
    assert house.commands(CancelOpenOrders) == [CancelOpenOrders()]
    home.page.goto(home.page.url.split("#")[0] + "#/more")
    home.shows("ALL STOPPED")
    home.button("Resume").click()
    home.type_pin("314159")
    home.shows("Wrong PIN.")
    home.type_pin(PIN)
    expect(home.page.locator(".bar-stopped")).to_be_hidden()


def test_what_is_no_hold_stops_nothing(home: Screen, house: FakeHouse) -> None:
    page, button = home.page, home.button("Hold to stop all")
    ways: dict[str, Callable[[], object]] = {
        "short press": page.mouse.up,
        "drag off": lambda: page.mouse.move(5, 5),
        "focus lost": home.button("Keep running").focus,
        "escape": lambda: page.keyboard.press("Escape"),
    }
    ask(home)
    # On a busy machine a short press would last too long.
    home.stop_time()
    for end in ways.values():
        if button.is_hidden():
            ask(home)
        button.hover()
        page.mouse.down()
        home.pass_time(TOO_SHORT)
        end()
        home.pass_time(LONG_ENOUGH)
        page.mouse.up()
    expect(button).to_be_hidden()
    ask(home)
    button.focus()
    page.keyboard.down("Space")
    home.pass_time(TOO_SHORT)
    page.keyboard.up("Space")
    home.pass_time(LONG_ENOUGH)
    assert house.commands(CancelOpenOrders) == []
    expect(page.locator(".bar-stopped")).to_be_hidden()


def test_a_key_held_down_stops_all(home: Screen, house: FakeHouse) -> None:
    ask(home)
    home.button("Hold to stop all").focus()
    home.page.keyboard.down("Enter")
    home.pass_time(LONG_ENOUGH)
    home.page.keyboard.up("Enter")
    home.shows("ALL STOPPED")
    assert len(house.commands(CancelOpenOrders)) == 1


def test_a_finger_held_down_stops_all(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    screen = new_screen("narrow", has_touch=True).open()
    screen.page.wait_for_selector(".summary")
    screen.button("Stop all algorithms").tap()
    box = screen.button("Hold to stop all").bounding_box()
    fingers = screen.context.new_cdp_session(screen.page)
    spot = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [spot]})
    screen.pass_time(LONG_ENOUGH)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    screen.shows("ALL STOPPED")
    assert len(house.commands(CancelOpenOrders)) == 1


def test_the_pin_stops_all_for_whoever_cannot_hold(home: Screen, house: FakeHouse) -> None:
    ask(home)
    home.button("Confirm with PIN").click()
    home.type_pin("314159")
    home.shows("Wrong PIN.")
    assert house.commands(CancelOpenOrders) == []
    home.type_pin(PIN)
    home.shows("ALL STOPPED")


def test_the_pins_keys_come_whole_also_before_any_other_screen(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    held = HeldAnswers(screen, "**/css/pads.css")
    screen.open().page.wait_for_selector(".summary")
    ask(screen)
    screen.button("Confirm with PIN").click()
    held.wait()
    held.open()
    keys = screen.page.locator(".pin-keys button")
    expect(keys.first).to_be_focused()
    expect(keys).to_have_count(12)
    assert lowest(keys) <= 480
    assert all(box["width"] > 100 for box in boxes_of(keys)), boxes_of(keys)
    screen.type_pin("314159")
    wrong = screen.page.get_by_text("Wrong PIN. 4 tries left.")
    wrong.wait_for()
    assert boxes_of(wrong)[0]["top"] >= 0
    assert lowest(keys) <= 480


def boxes_of(several: Locator) -> list[dict[str, float]]:
    return several.evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().toJSON())")


def lowest(several: Locator) -> float:
    return max(box["bottom"] for box in boxes_of(several))


def test_a_stop_that_did_not_arrive_says_so(new_screen: Callable[..., Screen], house: FakeHouse, site: Site) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    screen.open().page.wait_for_selector(".summary")
    ask(screen)
    site.break_off()
    screen.hold(screen.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    screen.shows("Not delivered yet: AutoTrader does not answer. Algorithms go on.")
    assert screen.overflowing() == []
    site.come_back()
    screen.pass_time(2_100)
    screen.page.wait_for_timeout(200)
    screen.pass_time(2_100)
    screen.shows("Not delivered: AutoTrader knows nothing of it. Look whether it was done before trying again.")
    assert house.commands(CancelOpenOrders) == []
    expect(screen.button("Hold to stop all")).to_be_enabled()


def stops_on_their_way(screen: Screen) -> list[Route]:
    """Hold up every stop that is sent from now on."""
    sent: list[Route] = []

    def hold_up(route: Route) -> None:
        sent.append(route)

    screen.page.route(f"**{ROUTES['halt']}", hold_up)
    return sent


def test_leaving_the_dialog_takes_a_stop_that_was_sent_not_back_and_says_so(home: Screen) -> None:
    sent = stops_on_their_way(home)
    ask(home)
    home.hold(home.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    home.wait(lambda: sent)
    expect(home.button("Keep running")).to_be_hidden()
    home.button("Close").click()
    sent[0].continue_()
    expect(home.page.locator("#assertive")).to_have_text(
        "All stopped. 2 open orders canceled, as the broker confirmed."
    )
    home.shows("ALL STOPPED 10:31 by this screen.")


def test_a_stop_that_is_refused_after_its_dialog_was_closed_is_said_until_it_is_read(home: Screen) -> None:
    sent = stops_on_their_way(home)
    ask(home)
    home.hold(home.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    home.wait(lambda: sent)
    home.page.keyboard.press("Escape")
    expect(home.page.locator("dialog[open]")).to_have_count(0)
    sent[0].fulfill(status=409, json={"error": "The disk takes no writes now."})
    home.shows("The disk takes no writes now.")
    expect(home.page.locator("#assertive")).to_have_text("Not done: Hold to stop all. The disk takes no writes now.")
    home.pass_time(60_000)
    home.button("Close").click()
    expect(home.page.locator("dialog[open]")).to_have_count(0)
    # Refused beside its button, the dialog may be left as before.
    ask(home)
    home.hold(home.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    home.wait(lambda: len(sent) == 2)
    expect(home.button("Close")).to_be_visible()
    sent[1].fulfill(status=409, json={"error": "Not now."})
    home.shows("Not now.")
    expect(home.button("Keep running")).to_be_visible()


def stop_by_hold(screen: Screen) -> None:
    ask(screen)
    screen.hold(screen.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    screen.shows("ALL STOPPED 10:31 by this screen.")


def test_selling_everything_is_a_second_choice_that_names_the_money_and_needs_the_pin(
    home: Screen, house: FakeHouse
) -> None:
    expect(home.button("Sell everything")).to_be_hidden()
    stop_by_hold(home)
    home.button("Sell everything").click()
    home.shows("are sold now at the market price: 1 position, about $18,590 of simulated money.")
    expect(home.button("Keep the positions")).to_be_focused()
    home.page.keyboard.press("Escape")
    expect(home.button("Sell everything")).to_be_focused()
    home.button("Sell everything").click()
    home.type_pin("314159")
    home.shows("Wrong PIN.")
    assert house.commands(FlattenAll) == []
    home.type_pin(PIN)
    home.shows("The shares of 1 algorithm are being sold.")
    assert len(house.commands(FlattenAll)) == 1
    house.show(alerts=(made_alert(1, "info", kind="risk.flatten"),))
    home.shows("everything the algorithms hold is being sold. 2 open orders canceled")
    expect(home.button("Sell everything")).to_be_hidden()


def test_nothing_is_offered_for_sale_where_nothing_is_held(home: Screen, house: FakeHouse) -> None:
    house.show(cards=(made_card(shares=Decimal(0)),))
    stop_by_hold(home)
    expect(home.button("Resume")).to_be_visible()
    expect(home.button("Sell everything")).to_be_hidden()


def test_while_the_market_is_closed_the_sale_says_when(home: Screen, house: FakeHouse) -> None:
    house.answers[FlattenAll] = lambda _: Answer({"selling": 1, "when": "next_open"})
    house.show(market=CLOSED, mode="LIVE")
    ask(home)
    home.hold(home.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    home.button("Sell everything").click()
    home.shows(
        "are sold at the market price when the market opens (Mon 9:30): 1 position, about $18,590 of real money."
    )
    home.type_pin(PIN)
    home.shows("The shares of 1 algorithm are sold when the market opens.")


def test_stopping_only_the_buying_is_a_choice_of_its_own(home: Screen, house: FakeHouse, site: Site) -> None:
    ask(home)
    home.shows("orders that work already stay, and algorithms may still sell what they hold.")
    home.button("Stop buying only").click()
    home.shows("BUYING STOPPED 10:31 by this screen. Nothing new is bought")
    assert house.commands(CancelOpenOrders) == []
    assert site.halt.halt is not None
    assert site.halt.halt.kind is HaltKind.STOP_ENTRIES
    expect(home.button("Sell everything")).to_be_hidden()
    stop_by_hold(home)
    assert len(house.commands(CancelOpenOrders)) == 1


def test_orders_that_the_broker_has_not_ended_are_counted(home: Screen, house: FakeHouse) -> None:
    house.answers[CancelOpenOrders] = lambda _: Answer({"canceled": 1, "still_open": 2})
    stop_by_hold(home)
    home.shows("1 open order canceled, 2 still open at the broker.")


def test_a_halt_of_its_own_names_who_halted(home: Screen, house: FakeHouse, site: Site) -> None:
    site.halt.set(Halt("2026-11-20T14:02:00.000Z", "the check of the databases", is_automatic=True))
    house.show()
    home.shows("ALL STOPPED 09:02 by the check of the databases. New orders are blocked; nothing was sold.")


def test_another_stop_does_not_show_what_this_screen_counted_at_its_own(
    home: Screen, house: FakeHouse, site: Site
) -> None:
    stop_by_hold(home)
    home.shows("2 open orders canceled")
    # The news that it was resumed in between did not come.
    site.halt.clear()
    site.halt.set(Halt("2026-11-20T15:40:00.000Z", "the phone"))
    house.show()
    bar = home.page.locator(".bar-stopped p")
    expect(bar).to_have_text("ALL STOPPED 10:40 by the phone. New orders are blocked; nothing was sold.")
    home.button("Sell everything").click()
    home.type_pin(PIN)
    home.shows("The shares of 1 algorithm are being sold.")
    house.show(alerts=(made_alert(1, "info", kind="risk.flatten"),))
    expect(bar).to_have_text(
        "ALL STOPPED 10:40 by the phone. New orders are blocked; everything the algorithms hold is being sold."
    )


@pytest.mark.parametrize(
    ("kind", "words"), [(HaltKind.STOP_ALL, "All stopped."), (HaltKind.STOP_ENTRIES, "Buying stopped.")]
)
def test_a_stop_from_elsewhere_is_announced_as_what_it_is(
    home: Screen, house: FakeHouse, kind: HaltKind, words: str
) -> None:
    home.is_live()
    home.page.evaluate(KEEP_WHAT_IS_SAID)
    house.board.on_event(RiskHalted("2026-11-20T15:40:00.000Z", "the phone", kind=kind))
    home.wait(lambda: words in home.page.evaluate("() => said.join()"))


def test_what_is_down_is_named_with_since_when_and_what_is_done_instead(home: Screen, house: FakeHouse) -> None:
    streams = replace(HEALTHY.streams, is_data_connected=False, is_orders_connected=False)
    gates = ("the order stream is down", "only 81 MB are free on the disk")
    house.show(health=replace(HEALTHY, streams=streams, down_since={"data": NOW, "orders": NOW}, closed_gates=gates))
    bar = home.page.locator(".bar-down")
    expect(bar).to_have_text(
        "Market data is down since 10:31: prices are asked for each minute instead."
        " The broker's order stream is down since 10:31: orders are asked for every few seconds instead."
        " Meanwhile nothing new is bought; algorithms may still sell."
        " Nothing new is bought: only 81 MB are free on the disk."
    )
    house.show(health=HEALTHY)
    expect(bar).to_be_hidden()


def test_a_pad_over_home_waits_for_its_styles(home: Screen, house: FakeHouse, site: Site) -> None:
    # As on a first tap, faster than what Home does without has come.
    held = HeldAnswers(home, "**/css/pads.css*")
    site.halt.set(Halt("2026-11-20T15:40:00.000Z", "the phone"))
    house.show(is_halted=True)
    home.page.reload()
    home.button("Resume").click()
    home.wait(lambda: any("resume_all" in address for address in home.requested))
    home.page.wait_for_timeout(500)
    expect(home.page.get_by_text("Enter the PIN to resume")).to_have_count(0)
    held.let_go()
    home.shows("Algorithms may buy again, with simulated money. Enter the PIN to resume.")
    expect(home.page.locator("dialog .pin-keys").last).to_have_css("display", "grid")
