"""Nobody touches the page: the kiosk dims, every page locks, the kiosk reloads at night; forms survive all of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from orchestra.messages.commands import AcknowledgeAlert
from tests.browser.fake_house import ACCOUNT, CLOSED, FakeHouse, made_alert
from tests.browser.held_answers import HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site
from tests.browser.socket_line import SocketLine

SECOND, MINUTE = 1000, 60_000
STRATEGY = {"name": "sma_crossover", "help": "", "parameters": [], "error": None}
ALERT = {"id": 1, "at": "2026-11-20T15:30:00Z", "priority": "critical", "symbol": "AAPL", "acknowledged_at": None}
NIGHT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


@pytest.fixture
def kiosk(new_screen: Callable[..., Screen]) -> Screen:
    return opened(new_screen(has_touch=True), "/?kiosk")


def opened(screen: Screen, path: str) -> Screen:
    screen.open(path).page.wait_for_selector(".summary")
    screen.is_live()
    # From now on the page watches for touches.
    expect(screen.page.locator(".lock-warning")).to_be_attached()
    return screen


def leave_alone(screen: Screen, milliseconds: int) -> None:
    """Let that much time pass untouched, and the page look at its clock."""
    screen.pass_time(milliseconds)
    # So long a silence looks like a lost connection; while a new one is made no more time may pass.
    if not screen.may_lose_server:
        screen.page.wait_for_function("() => document.documentElement.dataset.link === 'live'")
    screen.pass_time(SECOND)


def dim(screen: Screen) -> None:
    leave_alone(screen, 3 * MINUTE)
    expect(screen.page.locator(".dim")).to_be_visible()


def is_awake(screen: Screen) -> None:
    screen.pass_time(100)
    expect(screen.page.locator(".dim")).to_be_hidden()


def presses(screen: Screen) -> list[str]:
    found: list[str] = screen.page.evaluate("() => window.presses")
    return found


def watch_presses(screen: Screen) -> None:
    screen.page.evaluate(
        "() => { window.presses = []; document.querySelectorAll('a, button').forEach((each) => "
        "each.addEventListener('click', () => window.presses.push(each.textContent))); }"
    )


def test_the_first_touch_on_the_dimmed_screen_only_wakes_it(kiosk: Screen) -> None:
    watch_presses(kiosk)
    stop = kiosk.button("Stop all algorithms").bounding_box()
    middle = (stop["x"] + stop["width"] / 2, stop["y"] + stop["height"] / 2)
    page = kiosk.page
    ways: dict[str, Callable[[], object]] = {
        "finger": lambda: page.touchscreen.tap(*middle),
        "mouse": lambda: page.mouse.click(*middle),
        "Enter": lambda: page.keyboard.press("Enter"),
        "Escape": lambda: page.keyboard.press("Escape"),
        "Space": lambda: page.keyboard.press("Space"),
    }
    for way in ways.values():
        kiosk.button("Stop all algorithms").focus()
        dim(kiosk)
        way()
        is_awake(kiosk)
        assert presses(kiosk) == []
        assert page.locator("dialog[open]").count() == 0
    page.touchscreen.tap(*middle)
    kiosk.shows("Stop all algorithms?")
    assert len(presses(kiosk)) == 1


def test_the_dimmed_screen_tells_what_matters_in_one_muted_colour(kiosk: Screen, house: FakeHouse) -> None:
    dim(kiosk)
    view = kiosk.page.locator(".dim")
    for part in ("DEMO", "Open, closes in", "$101,284.50", "Today +$1,284.50 +1.28%", "No alerts"):
        expect(view).to_contain_text(part)
    expect(view.locator(".dim-clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    colours = "() => [...new Set([...document.querySelectorAll('.dim p')].map((each) => getComputedStyle(each).color))]"
    assert kiosk.page.evaluate(colours) == ["rgb(169, 182, 198)"]
    house.show(is_halted=True, market=CLOSED)
    leave_alone(kiosk, SECOND)
    expect(view).to_contain_text("ALL STOPPED")
    expect(view).to_contain_text("Closed, opens Mon 9:30")
    assert kiosk.overflowing() == []


def test_the_dimmed_block_moves_each_minute_by_a_few_pixels(kiosk: Screen) -> None:
    dim(kiosk)
    places = []
    # Far at times, when it begins anew: never so often in a row.
    for _ in range(4):
        box = kiosk.page.locator(".dim-block").bounding_box()
        places.append((round(box["x"]), round(box["y"])))
        leave_alone(kiosk, MINUTE)
    steps = [abs(x - to_x) + abs(y - to_y) for (x, y), (to_x, to_y) in pairwise(places)]
    assert all(step > 0 for step in steps)
    assert min(steps) <= 10


def test_nothing_is_painted_below_the_dimmed_view(kiosk: Screen, house: FakeHouse) -> None:
    dim(kiosk)
    card = kiosk.page.locator("a.card[data-status] .card-price")
    house.show(cards=(), account=None)
    expect(kiosk.page.locator(".dim-value")).to_have_text("–")
    expect(card).to_have_text("$185.90")
    kiosk.page.keyboard.press("Enter")
    is_awake(kiosk)
    expect(card).to_have_count(0)


def test_a_dimmed_screen_that_is_cut_off_shows_no_figure(
    new_screen: Callable[..., Screen], site: Site, house: FakeHouse
) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    opened(screen, "/?kiosk")
    dim(screen)
    screen.page.wait_for_function("() => document.documentElement.dataset.link === 'live'")
    site.break_off()
    expect(screen.page.locator(".dim-value")).to_have_text("$101,284.50")
    leave_alone(screen, 20 * SECOND)
    expect(screen.page.locator(".dim-value")).to_have_text("–")
    screen.shows("Not connected. Trading continues on the appliance.")
    # Whether there are alerts by now, it does not know either.
    expect(screen.page.locator(".dim-alerts")).to_have_text("")


def test_only_a_kiosk_dims(new_screen: Callable[..., Screen]) -> None:
    screen = opened(new_screen("phone"), "/")
    leave_alone(screen, 5 * MINUTE)
    assert screen.page.locator(".dim").count() == 0
    assert screen.page.locator("dialog[open]").count() == 0


def test_a_half_filled_form_survives_dimming_lock_and_unlocking(kiosk: Screen, site: Site) -> None:
    site.strategies = [STRATEGY]
    page = kiosk.page
    page.get_by_role("link", name="New algorithm").click()
    page.locator(".choice-row").click()
    for letter in "AAP":
        kiosk.button(letter).click()
    dim(kiosk)
    leave_alone(kiosk, 11 * MINUTE + 41 * SECOND)
    kiosk.shows(re.compile(r"This screen locks in 1\d s\."))
    leave_alone(kiosk, 20 * SECOND)
    # Locked below, and live as before: a screen on a wall is looked at from afar.
    expect(page.locator(".dim-value")).to_have_text("$101,284.50")
    page.touchscreen.tap(400, 240)
    is_awake(kiosk)
    kiosk.shows("Enter PIN")
    kiosk.type_pin(PIN)
    expect(page.locator(".gate")).to_be_hidden()
    expect(page.get_by_label("Ticker")).to_have_value("AAP")


def test_a_reload_opens_no_lock(kiosk: Screen) -> None:
    dim(kiosk)
    leave_alone(kiosk, 12 * MINUTE)
    kiosk.page.reload()
    expect(kiosk.page.locator(".dim-value")).to_have_text("$101,284.50")
    kiosk.page.keyboard.press("a")
    is_awake(kiosk)
    kiosk.shows("Enter PIN")


def test_a_screen_that_nobody_touches_for_days_goes_on_showing_how_things_stand(
    new_screen: Callable[..., Screen], site: Site, house: FakeHouse
) -> None:
    kiosk = opened(new_screen(), "/?kiosk")
    value = kiosk.page.locator(".dim-value")
    dim(kiosk)
    leave_alone(kiosk, 13 * MINUTE)
    site.pass_hours(60)
    # Its line breaks, and is made anew.
    kiosk.may_lose_server = True
    site.wire.cut()
    house.show(account=replace(ACCOUNT, equity=Decimal("90000.00")))
    expect(value).to_have_text("$90,000.00")
    kiosk.page.reload()
    expect(value).to_have_text("$90,000.00")
    house.show(alerts=(made_alert(1, "critical", text="The broker refuses every order."),))
    expect(kiosk.page.locator(".dim")).to_be_hidden()
    # It shows, and does nothing before the PIN.
    kiosk.shows("Enter PIN")
    kiosk.type_pin(PIN)
    kiosk.page.locator(".bar-critical").get_by_role("button", name="Acknowledge").click()
    kiosk.wait(lambda: house.commands(AcknowledgeAlert))


def test_a_screen_that_never_locks_asks_for_the_pin_once_its_session_is_over_and_still_shows(
    new_screen: Callable[..., Screen], site: Site
) -> None:
    screen = new_screen()
    line = SocketLine(screen)
    opened(screen, "/?kiosk")
    line.keep({"preferences": {"dim_minutes": 3, "lock_minutes": 0, "timezone": "America/New_York"}})
    site.pass_hours(30)
    screen.shows("$101,284.50")
    expect(screen.page.locator(".gate")).to_be_hidden()
    screen.page.get_by_role("link", name="Trades").click()
    screen.shows("Enter PIN")
    dim(screen)
    expect(screen.page.locator(".dim-value")).to_have_text("$101,284.50")
    expect(screen.page.locator(".dim-note")).to_be_hidden()


def test_a_session_that_was_ended_while_locked_is_said_instead_of_a_lost_connection(
    new_screen: Callable[..., Screen], site: Site
) -> None:
    kiosk = opened(new_screen(), "/?kiosk")
    dim(kiosk)
    leave_alone(kiosk, 13 * MINUTE)
    kiosk.may_lose_server = True
    site.end_sessions()
    site.wire.cut()
    note = kiosk.page.locator(".dim-note")
    expect(note).to_have_text("Enter the PIN to see how things stand.")
    kiosk.pass_time(40_000)
    expect(kiosk.page.locator(".dim-value")).to_have_text("–")
    expect(kiosk.page.get_by_text("Not connected")).to_have_count(0)
    kiosk.page.keyboard.press("a")
    is_awake(kiosk)
    kiosk.type_pin(PIN)
    expect(kiosk.page.locator(".gate")).to_be_hidden()
    kiosk.is_live()
    dim(kiosk)
    expect(note).to_be_hidden()


def test_a_screen_that_waits_for_the_pin_dims_and_the_first_touch_presses_no_key(
    new_screen: Callable[..., Screen],
) -> None:
    screen = new_screen(is_unlocked=False, has_touch=True).open("/?kiosk")
    screen.shows("Enter PIN")
    expect(screen.page.locator(".lock-warning")).to_be_attached()
    watch_presses(screen)
    key = screen.button("5").bounding_box()
    screen.pass_time(3 * MINUTE)
    screen.shows("Enter the PIN to see how things stand.")
    screen.page.touchscreen.tap(key["x"] + 20, key["y"] + 20)
    is_awake(screen)
    assert presses(screen) == []
    screen.type_pin(PIN)
    screen.shows("$101,284.50")


def test_elsewhere_the_lock_warns_and_ends_the_session(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = opened(new_screen("wide"), "/")
    leave_alone(screen, 14 * MINUTE + 41 * SECOND)
    screen.shows(re.compile(r"This screen locks in 1\d s\."))
    assert screen.overflowing() == []
    screen.page.keyboard.press("Shift")
    leave_alone(screen, 30 * SECOND)
    expect(screen.page.locator(".lock-warning")).to_be_hidden()
    screen.pass_time(15 * MINUTE)
    screen.shows("Enter PIN")
    screen.wait(lambda: site.live_sessions() == 0)


def test_the_owner_says_when_it_dims_and_that_it_never_locks(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    line = SocketLine(screen)
    opened(screen, "/?kiosk")
    line.keep({"preferences": {"dim_minutes": 10, "lock_minutes": 0, "timezone": "Asia/Tokyo"}})
    leave_alone(screen, 9 * MINUTE)
    assert screen.page.locator(".dim").is_hidden()
    leave_alone(screen, MINUTE)
    expect(screen.page.locator(".dim")).to_be_visible()
    leave_alone(screen, 600 * MINUTE)
    screen.page.keyboard.press("a")
    is_awake(screen)
    expect(screen.page.locator(".gate")).to_be_hidden()


def test_a_new_critical_alert_wakes_the_screen_and_no_other_does(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    line = SocketLine(screen)
    opened(screen, "/?kiosk")
    old = {**ALERT, "text": "AAPL fell below its stop."}
    line.keep({"alerts": [old]})
    screen.shows("AAPL fell below its stop.")
    dim(screen)
    high = {**ALERT, "id": 2, "priority": "high", "text": "MSFT is slow."}
    line.keep({"alerts": [high, old]})
    leave_alone(screen, SECOND)
    expect(screen.page.locator(".dim-alerts")).to_have_text("2 alerts: MSFT is slow.")
    line.keep({"alerts": [{**ALERT, "id": 3, "text": "The broker refuses every order."}, high, old]})
    is_awake(screen)


def test_the_kiosk_reloads_once_a_night_when_nothing_is_under_way(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    site.strategies = [STRATEGY]
    screen = opened(new_screen(), "/?kiosk")
    page = screen.page
    page.get_by_role("link", name="New algorithm").click()
    page.locator(".choice-row").click()
    leave_alone(screen, 7 * 60 * MINUTE)
    page.clock.set_system_time(NIGHT)
    leave_alone(screen, SECOND)
    house.show(market=CLOSED)
    leave_alone(screen, SECOND)
    # The half-filled form keeps it from doing so, as the open market did before.
    assert screen.loads == 1
    page.keyboard.press("a")
    is_awake(screen)
    screen.type_pin(PIN)
    screen.button("Back").click()
    page.wait_for_selector(".choice-row")
    leave_alone(screen, 11 * MINUTE)
    screen.wait(lambda: screen.loads == 2)
    expect(page.locator(".dim")).to_be_visible()
    leave_alone(screen, 30 * MINUTE)
    assert screen.loads == 2


def test_a_server_that_is_slow_at_night_is_asked_for_the_page_once(
    new_screen: Callable[..., Screen], house: FakeHouse
) -> None:
    house.show(market=CLOSED)
    screen = opened(new_screen(), "/?kiosk")
    leave_alone(screen, 7 * 60 * MINUTE)
    held = HeldAnswers(screen, "**/?kiosk")
    screen.page.clock.set_system_time(NIGHT)
    held.wait()
    # It goes on looking at its clock until the new page is there.
    screen.page.wait_for_timeout(3500)
    held.let_go()
    screen.wait(lambda: screen.loads == 2)
    assert len(held.routes) == 1


def test_a_server_that_is_away_at_night_leaves_the_page_as_it_is(
    new_screen: Callable[..., Screen], house: FakeHouse, site: Site
) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    opened(screen, "/?kiosk")
    house.show(market=CLOSED)
    screen.shows("Closed, opens Mon")
    site.break_off()
    screen.page.wait_for_function("() => document.documentElement.dataset.link !== 'live'")
    screen.pass_time(7 * 60 * MINUTE)
    screen.page.clock.set_system_time(NIGHT)
    screen.pass_time(SECOND)
    screen.pass_time(SECOND)
    screen.shows("Not connected. Trading continues on the appliance.")
    assert screen.loads == 1
    site.come_back()
    screen.page.wait_for_function("() => document.documentElement.dataset.link === 'live'")
    screen.pass_time(SECOND)
    screen.wait(lambda: screen.loads == 2)
    expect(screen.page.locator(".dim-value")).to_have_text("$101,284.50")
