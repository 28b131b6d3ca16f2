"""Stop all: one tap and one hold away, by mouse, touch and key; nothing shorter, nothing by accident."""

from collections.abc import Callable

from playwright.sync_api import expect

from orchestra.messages.commands import CancelOpenOrders
from tests.browser.fake_house import FakeHouse
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

LONG_ENOUGH, TOO_SHORT = 1700, 900


def ask(screen: Screen) -> None:
    screen.button("Stop all algorithms").click()
    screen.shows("Nothing is sold: positions stay as they are.")
    expect(screen.button("Keep running")).to_be_focused()


def test_a_hold_stops_all_and_resuming_needs_the_pin(home: Screen, house: FakeHouse) -> None:
    ask(home)
    home.hold(home.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    home.shows("by this machine. New orders are blocked; nothing was sold. 2 open orders canceled.")
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
    for end in ways.values():
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


def test_a_stop_that_did_not_arrive_says_so(new_screen: Callable[..., Screen], house: FakeHouse, site: Site) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    screen.open().page.wait_for_selector(".summary")
    ask(screen)
    site.break_off()
    screen.hold(screen.button("Hold to stop all"), milliseconds=LONG_ENOUGH)
    screen.shows("No answer yet")
    site.come_back()
    screen.pass_time(2_100)
    screen.page.wait_for_timeout(200)
    screen.pass_time(2_100)
    screen.shows("AutoTrader knows nothing of it. Look whether it was done before trying again.")
    assert house.commands(CancelOpenOrders) == []
    expect(screen.button("Hold to stop all")).to_be_enabled()
