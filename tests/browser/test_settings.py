"""Settings in the browser: what is chosen is kept, refusals stand beside it, what is loosened asks for the PIN."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from orchestra.api.auth.peer import Peer
from orchestra.api.auth.readers.reader_keys import ReaderKeys
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.api.auth.sessions import Sessions
from orchestra.api.protocol import ROUTES
from orchestra.messages.commands import Answer, ChangePin, Refusal, SetLimit, SetPreferences, refused
from orchestra.messages.setup import Keys, ModeWish, Standing
from system_databse.control import limit_rows
from system_databse.control.limit import Limit, LimitName
from tests.browser.fake_house import FakeHouse
from tests.browser.held_answers import BrokenAnswers, HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

PLACES = ("", "/display", "/timezone", "/limits", "/account", "/network", "/keys", "/pin", "/live")
WRONG = "314159"
KEY, SECRET = "PKAAAABBBBCCCCDDDD", "sEcReTsEcReTsEcReTsEcReTsEcReTsEcReT1234"


def at(screen: Screen, place: str) -> Screen:
    """Go to a screen of the settings, and wait for it."""
    screen.open(f"/#/settings{place}")
    screen.is_live()
    expect(screen.page.locator("main h1")).not_to_have_text("AutoTrader")
    return screen


def let_the_pin_grow_old(site: Site) -> None:
    site.clock.shift = timedelta(minutes=6)


@pytest.mark.requirement("S2-90")
def test_a_preference_is_kept_at_once_and_told_to_every_screen(home: Screen, house: FakeHouse) -> None:
    at(home, "/display")
    home.page.get_by_label("150 %").check()
    home.page.get_by_label("60 min").check()
    home.wait(lambda: len(house.commands(SetPreferences)) == 2)
    assert [command.changes for command in house.commands(SetPreferences)] == [{"scale": 150}, {"lock_minutes": 60}]
    at(home, "")
    home.shows("size 150 %")


def test_a_refused_preference_falls_back_and_says_why(home: Screen, house: FakeHouse) -> None:
    house.answers[SetPreferences] = lambda _: refused(Refusal.CONFLICT, "The disk takes no writes now.")
    at(home, "/display")
    home.page.get_by_label("200 %").click()
    home.shows("The disk takes no writes now.")
    expect(home.page.get_by_label("100 %")).to_be_checked()
    hours = home.page.locator(".preference", has_text="Screen off")
    hours.get_by_label("Each day").click()
    expect(hours.get_by_role("alert")).to_have_text("The disk takes no writes now.")
    expect(hours.get_by_label("Never")).to_be_checked()
    expect(hours.get_by_role("button", name="From half an hour later")).to_be_hidden()


def test_hours_are_switched_on_moved_and_taken_back(home: Screen, house: FakeHouse) -> None:
    at(home, "/display")
    hours = home.page.locator(".preference", has_text="Screen off")
    hours.get_by_label("Each day").check()
    hours.get_by_role("button", name="From half an hour later").click()
    hours.get_by_label("Never").check()
    home.wait(lambda: len(house.commands(SetPreferences)) == 3)
    night = {"from": "22:00", "to": "07:00"}
    wanted = [night, {**night, "from": "22:30"}, None]
    assert [command.changes["screen_off"] for command in house.commands(SetPreferences)] == wanted


def test_of_two_choices_the_later_one_holds_however_late_the_earlier_one_arrives(
    home: Screen, house: FakeHouse
) -> None:
    at(home, "/display")
    held = HeldAnswers(home, f"**{ROUTES['preferences']}")
    hours = home.page.locator(".preference", has_text="Screen off")
    hours.get_by_label("Each day").check()
    held.wait()
    hours.get_by_role("button", name="From half an hour later").click()
    home.page.wait_for_timeout(300)
    assert len(held.routes) == 1
    held.let_go()
    home.wait(lambda: len(house.commands(SetPreferences)) == 2)
    assert [command.changes["screen_off"]["from"] for command in house.commands(SetPreferences)] == ["22:00", "22:30"]


def test_a_time_zone_is_found_by_its_part_of_the_world(home: Screen, house: FakeHouse) -> None:
    at(home, "/timezone")
    home.button("Another one").click()
    home.button("Australia").click()
    home.page.get_by_role("button", name=re.compile("^Sydney")).click()
    home.wait(lambda: bool(house.commands(SetPreferences)))
    assert house.commands(SetPreferences)[0].changes == {"timezone": "Australia/Sydney"}
    home.shows(re.compile("^Now: Sydney"))


def test_a_limit_is_set_and_a_higher_one_asks_for_the_pin(home: Screen, site: Site, house: FakeHouse) -> None:
    with site.system.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.DAILY_LOSS, Decimal(100)))
    let_the_pin_grow_old(site)
    at(home, "/limits")
    home.shows("$100.00")
    home.button("Set Largest buy").click()
    home.button("Set the limit").click()
    home.shows("Type a number, such as 1000.")
    home.page.get_by_label("Limit", exact=True).fill("500")
    home.button("Set the limit").click()
    home.wait(lambda: len(house.commands(SetLimit)) == 1)
    home.button("Change Largest loss of a session").click()
    home.button("Lift the limit").click()
    home.shows("This needs the PIN")
    home.type_pin(WRONG)
    home.shows("Wrong PIN. 4 tries left.")
    home.type_pin(PIN)
    home.wait(lambda: len(house.commands(SetLimit)) == 2)
    tighter, lifted = house.commands(SetLimit)
    assert (tighter.name, tighter.value) == (LimitName.MAX_TRADE_VALUE, Decimal(500))
    assert (lifted.name, lifted.value) == (LimitName.DAILY_LOSS, None)


def test_without_the_pin_nothing_is_lifted(home: Screen, site: Site, house: FakeHouse) -> None:
    with site.system.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.DAILY_LOSS, Decimal(100)))
    let_the_pin_grow_old(site)
    at(home, "/limits")
    home.button("Change Largest loss of a session").click()
    home.button("Lift the limit").click()
    home.shows("This needs the PIN")
    home.page.keyboard.press("Escape")
    home.shows("Enter the PIN: this needs the PIN of the last five minutes.")
    assert house.commands(SetLimit) == []


@pytest.mark.requirement("S2-88")
def test_the_pin_is_changed_and_every_other_screen_is_locked(home: Screen, site: Site, house: FakeHouse) -> None:
    Sessions(site.door, site.clock).open(Peer("127.0.0.1", is_loopback=True, source="loopback"), "another screen")
    assert site.live_sessions() == 2
    at(home, "/pin")
    home.type_pin(PIN)
    home.shows("Choose a new PIN")
    home.type_pin("123456")
    home.type_pin("123456")
    home.shows("The digits follow each other")
    home.type_pin("602914")
    home.type_pin("602915")
    home.shows("The two were not the same.")
    home.type_pin("602914")
    home.type_pin("602914")
    home.shows("The PIN is changed.")
    assert len(house.commands(ChangePin)) == 1
    assert site.live_sessions() == 1
    home.is_live()


def test_a_wrong_old_pin_changes_nothing(home: Screen, house: FakeHouse) -> None:
    at(home, "/pin")
    for pin in (WRONG, "602914", "602914"):
        home.type_pin(pin)
    home.shows("Wrong PIN. 4 tries left.")
    home.shows("Enter the PIN you have")
    assert house.commands(ChangePin) == []


def test_screens_are_listed_and_ended(home: Screen, site: Site) -> None:
    phone = Peer("192.168.1.40", is_loopback=False, source="192.168.1.40")
    for _ in range(2):
        Sessions(site.door, site.clock).open(phone, "Mozilla/5.0 (iPhone) Safari/604.1")
    at(home, "/network")
    home.shows("This machine, this screen")
    home.shows(re.compile("Safari on iPhone"))
    home.button("End").first.click()
    home.wait(lambda: site.live_sessions() == 2)
    home.button("End all others").click()
    home.wait(lambda: site.live_sessions() == 1)
    expect(home.button("End all others")).to_have_count(0)


def test_the_network_is_opened_with_its_warning(home: Screen, site: Site) -> None:
    let_the_pin_grow_old(site)
    at(home, "/network")
    home.shows("The connection is not encrypted")
    home.button("Open the page to the network").click()
    home.type_pin(PIN)
    home.shows("AutoTrader is starting again")
    home.wait(lambda: site.setup.restarts)
    assert (site.setup.lan, site.setup.restarts) == ([True], 1)


def test_keys_are_checked_before_they_are_kept_and_never_shown(new_screen: Callable[..., Screen], site: Site) -> None:
    screen = new_screen("short")
    screen.open("/?kiosk#/settings/account")
    screen.shows("Connect a paper account")
    screen.button("Check the connection").click()
    screen.shows("Enter this key.")
    key = screen.page.get_by_label("API key")
    key.click()
    for face, letters in (("ABC", "PK"), ("123", "12"), ("ABC", ""), ("abc", "ab")):
        screen.page.locator(".keypad:visible").get_by_role("button", name=face, exact=True).click()
        for letter in letters:
            screen.page.locator(".keypad:visible").get_by_role("button", name=letter, exact=True).click()
    expect(key).to_have_value("PK12ab")
    key.fill(KEY)
    screen.page.get_by_label("Secret key").fill(SECRET)
    expect(screen.page.get_by_label("Secret key")).to_have_attribute("type", "password")
    site.setup.refusal = "Alpaca refuses these keys (401)."
    screen.button("Check the connection").click()
    screen.shows("Alpaca refuses these keys (401).")
    expect(screen.button("Connect and switch to paper")).to_be_hidden()
    site.setup.refusal = ""
    screen.button("Check the connection").click()
    screen.shows("…3456")
    screen.shows("feed iex works")
    screen.button("Connect and switch to paper").click()
    screen.shows("AutoTrader is starting again")
    assert site.setup.switched == [ModeWish("PAPER", Keys(KEY, SECRET))]
    assert SECRET not in screen.page.content()


def test_an_obstacle_is_told_instead_of_the_way(home: Screen, site: Site) -> None:
    site.setup.stands = Standing("DEMO", None, False, "AutoTrader was started with --seed.", False)
    at(home, "/account")
    home.shows("AutoTrader was started with --seed.")
    expect(home.button("Check the connection")).to_have_count(0)


@pytest.fixture
def at_last_step(home: Screen, site: Site) -> Screen:
    """Return the way to real money, gone up to its PIN."""
    at(home, "/live")
    home.shows("cost real money")
    home.button("Next").click()
    home.button("Next").click()
    home.shows("Check the connection first.")
    home.page.get_by_label("API key").fill(KEY)
    home.page.get_by_label("Secret key").fill(SECRET)
    home.button("Check the connection").click()
    home.shows("The keys open this account.")
    home.button("Next").click()
    home.button("Next").click()
    home.shows("Type how many dollars")
    home.page.get_by_label("Dollars").fill("250")
    home.button("Next").click()
    home.shows("Enter the PIN to go on")
    return home


@pytest.mark.requirement("S2-90")
def test_real_money_takes_keys_an_amount_the_pin_and_three_seconds(at_last_step: Screen, site: Site) -> None:
    screen = at_last_step
    screen.type_pin(WRONG)
    screen.shows("Wrong PIN. 4 tries left.")
    screen.type_pin(PIN)
    screen.shows("at most $250.00 in one position")
    button = screen.button("Hold three seconds to trade with real money")
    button.click()
    screen.hold(button, milliseconds=2000)
    assert site.setup.switched == [], "neither a tap nor a hold of two seconds"
    screen.hold(button, milliseconds=3100)
    screen.shows("AutoTrader is starting again")
    assert site.setup.switched == [ModeWish("LIVE", Keys(KEY, SECRET), Decimal(250))]


def test_real_money_takes_the_pin_again_from_whoever_cannot_hold(at_last_step: Screen, site: Site) -> None:
    screen = at_last_step
    screen.type_pin(PIN)
    screen.shows("at most $250.00 in one position")
    screen.button("Confirm with PIN").click()
    screen.type_pin(WRONG)
    screen.shows("Wrong PIN. 4 tries left.")
    assert site.setup.switched == []
    assert screen.overflowing() == []
    screen.type_pin(PIN)
    screen.shows("AutoTrader is starting again")
    assert site.setup.switched == [ModeWish("LIVE", Keys(KEY, SECRET), Decimal(250))]


def test_real_money_refuses_a_wrong_pin_whatever_the_page_says(at_last_step: Screen, site: Site) -> None:
    body = {"mode": "LIVE", "key": KEY, "secret": SECRET, "most_dollars": "250", "pin": WRONG}
    status = at_last_step.page.evaluate(
        """async (body) => (await fetch("/api/setup/mode", {method: "POST", body: JSON.stringify(body),
           headers: {"Content-Type": "application/json", "X-AutoTrader": "1"}})).status""",
        body,
    )
    assert (status, site.setup.switched) == (401, [])


def test_with_real_money_every_screen_says_so(home: Screen, house: FakeHouse, site: Site) -> None:
    house.show(mode="LIVE")
    site.setup.stands = Standing("LIVE", "…AAAA", True, "", False)
    at(home, "/account")
    expect(home.page.locator(".mode-chip")).to_have_text("LIVE")
    frame = home.page.evaluate("() => getComputedStyle(document.querySelector('#app'), '::after').borderTopWidth")
    assert frame == "4px"
    home.shows("real money")
    home.button("Switch to paper").click()
    home.shows("AutoTrader is starting again")
    assert site.setup.switched == [ModeWish("PAPER")]


def test_after_the_start_anew_the_page_comes_back_by_itself(home: Screen, site: Site) -> None:
    at(home, "/network")
    home.may_lose_server = True
    home.button("Open the page to the network").click()
    home.shows("AutoTrader is starting again")
    site.restart()
    expect(home.page.locator(".summary")).to_be_visible()


@pytest.mark.parametrize("size", ["short", "narrow", "wide", "phone", "tiny"])
def test_nothing_is_cut_off(size: str, new_screen: Callable[..., Screen], site: Site) -> None:
    site.setup.stands = replace(site.setup.stands, is_lan=True, addresses=("http://192.168.100.200:5001",))
    screen = new_screen(size)
    for place in (*(f"settings{place}" for place in PLACES), "welcome", "more", "about"):
        screen.open(f"/#/{place}")
        screen.is_live()
        screen.page.wait_for_selector("main h1[tabindex]")
        expect(screen.page.locator("[aria-busy='true']")).to_have_count(0)
        assert screen.overflowing() == [], place


def test_a_reading_that_fails_says_so_and_tries_again(home: Screen) -> None:
    home.may_lose_server = True
    broken = BrokenAnswers(home, "**/api/limits", status=503, json={"error": "Not now."})
    at(home, "/limits")
    home.shows("The limits could not be read.")
    broken.mend()
    home.button("Try again").click()
    home.shows("Largest buy")


def test_a_limit_is_answered_by_the_engine(home: Screen, house: FakeHouse) -> None:
    house.answers[SetLimit] = lambda _: refused(Refusal.INVALID, "max_trade_value must be more than 0.")
    at(home, "/limits")
    home.button("Set Largest buy").click()
    home.page.get_by_label("Limit", exact=True).fill("0.0000001")
    home.button("Set the limit").click()
    home.shows(re.compile("max_trade_value must"))
    house.answers[SetLimit] = lambda _: Answer({"limits": []})


def keys_of(site: Site) -> ReaderKeys:
    return ReaderKeys(site.door, site.clock, ReaderWishes())


def test_a_key_is_made_shown_once_copied_and_revoked(home: Screen, site: Site) -> None:
    let_the_pin_grow_old(site)
    at(home, "/keys")
    home.shows("No program has a key yet.")
    home.button("Make a key").click()
    home.button("Make the key").click()
    home.shows("Type a name")
    home.page.get_by_label("Name").fill("my dashboard")
    home.page.get_by_label("A year").check()
    home.button("Make the key").click()
    home.type_pin(PIN)
    shown = home.page.get_by_label("Key", exact=True)
    expect(shown).to_have_value(re.compile("^at_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$"))
    key = shown.input_value()
    assert keys_of(site).find(key) is not None
    home.button("Copy").click()
    home.shows(re.compile("Copied|copy it from there"))
    home.button("Done").click()
    home.shows("last used")
    expect(home.page.locator("body")).not_to_contain_text(key[12:])
    home.button("Revoke my dashboard").click()
    home.button("Keep the key").click()
    assert keys_of(site).find(key) is not None
    home.button("Revoke my dashboard").click()
    home.button("Revoke the key").click()
    home.shows("No program has a key yet.")
    assert keys_of(site).find(key) is None


def test_a_name_that_is_taken_is_refused_beside_the_button(home: Screen, site: Site) -> None:
    keys_of(site).make("<b>my dashboard</b>", days=30)
    at(home, "/keys")
    home.shows("<b>my dashboard</b>")
    home.button("Make a key").click()
    home.page.get_by_label("Name").fill("<b>my dashboard</b>")
    home.button("Make the key").click()
    home.shows("There is a key named <b>my dashboard</b> already")
