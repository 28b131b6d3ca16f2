"""Notifications on the screen: whom, a test, how loudly, quiet hours, the heartbeat. No address ever comes back."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from orchestra.notifications.lane import LaneState
from orchestra.notifications.wishes import FileWishes
from tests.browser.screen import Screen
from tests.browser.served_site import PIN, Site

PATH = "/#/settings/notifications"
SECRET = "ntfys://my-secret-topic"
WRONG = "739164"


def open_notifications(screen: Screen) -> Screen:
    screen.open(PATH)
    screen.is_live()
    screen.shows("Quiet hours")
    return screen


@pytest.fixture
def notifications(new_screen: Callable[..., Screen]) -> Screen:
    return open_notifications(new_screen())


def add(screen: Screen, address: str = SECRET) -> None:
    screen.button("Add an address").click()
    screen.page.get_by_label("Address", exact=True).fill(address)
    screen.button("Next").click()
    screen.type_pin(PIN)


def test_nobody_is_told_until_an_address_is_added_with_the_pin(notifications: Screen, site: Site) -> None:
    notifications.shows("Nobody is told yet.")
    add(notifications)
    notifications.shows("ntfys://…pic")
    notifications.shows("Added on this screen. Told nothing yet.")
    assert "secret" not in notifications.page.content()
    assert [row["address"] for row in described(site)["targets"]] == ["ntfys://…pic"]
    assert notifications.page.locator("dialog[open]").count() == 0


def described(site: Site) -> dict:  # type: ignore[type-arg]
    return site.desk.describe()


def test_a_wrong_pin_changes_nothing_and_counts_its_tries(notifications: Screen, site: Site) -> None:
    notifications.button("Add an address").click()
    notifications.page.get_by_label("Address", exact=True).fill(SECRET)
    notifications.button("Next").click()
    notifications.type_pin(WRONG)
    notifications.shows("Wrong PIN. 4 tries left.")
    notifications.page.keyboard.press("Escape")
    expect(notifications.button("Add an address")).to_be_focused()
    assert described(site)["targets"] == []


def test_an_address_nobody_knows_is_refused_beside_its_field_and_keeps_what_was_typed(notifications: Screen) -> None:
    notifications.button("Add an address").click()
    notifications.page.get_by_label("Address", exact=True).fill("my topic")
    notifications.button("Next").click()
    notifications.shows("An address begins with the name of a service and ://.")
    notifications.page.get_by_label("Address", exact=True).fill("nonsense://topic")
    notifications.button("Next").click()
    notifications.type_pin(PIN)
    notifications.shows(re.compile("This is no address that Apprise knows"))
    expect(notifications.page.get_by_label("Address", exact=True)).to_have_value("nonsense://topic")


def test_a_test_is_sent_and_a_service_that_refuses_is_told_in_words(notifications: Screen, site: Site) -> None:
    add(notifications)
    notifications.button("Send a test").click()
    notifications.shows("The service took the test. Look whether it arrives.")
    assert [message.title for _, message in site.services.sent] == ["AutoTrader: test"]
    site.services.down = {SECRET}
    # Later than the second half of a double tap.
    notifications.pass_time(600)
    notifications.button("Send a test").click()
    notifications.shows("Not sent: The service did not take it.")


def test_a_target_that_fails_says_so_with_hostile_words_as_text(notifications: Screen, site: Site) -> None:
    add(notifications)
    notifications.shows("ntfys://…pic")
    [target] = described(site)["targets"]
    problem = "<img src=x onerror=alert(1)> said no."
    site.notifier._states = {target["key"]: LaneState("", "2026-11-20T15:31:00.000Z", problem, 3)}
    open_notifications(notifications)
    notifications.page.reload()
    notifications.shows(f"Does not arrive since Fri 10:31: {problem} It is tried again by itself.")
    assert notifications.page.locator("main img").count() == 0


def test_an_address_is_removed_with_the_pin(notifications: Screen, site: Site) -> None:
    add(notifications)
    notifications.button("Remove").click()
    notifications.shows("ntfys://…pic is told no more. Enter the PIN to remove it.")
    notifications.type_pin(PIN)
    notifications.shows("Nobody is told yet.")
    assert described(site)["targets"] == []


def test_an_address_of_the_file_has_no_way_out_here(new_screen: Callable[..., Screen], site: Site) -> None:
    site.told_by_files = FileWishes((SECRET,), heartbeat="https://beats.example/secret-id")
    site.restart()
    screen = open_notifications(new_screen())
    screen.shows("Set in .env. Told nothing yet.")
    assert screen.button("Remove").count() == 0
    screen.shows("The address is set in .env; change it there and start AutoTrader again.")
    assert screen.button("Change the address").count() == 0


def test_loudness_is_a_table_of_choices_saved_one_by_one_also_by_keys(notifications: Screen, site: Site) -> None:
    row = notifications.page.get_by_role("row", name="Shares bought or sold")
    normal = row.get_by_role("radio", name="Shares bought or sold: Normal")
    expect(normal).to_be_checked()
    normal.focus()
    notifications.page.keyboard.press("ArrowRight")
    notifications.shows("Saved.")
    fill = next(topic for topic in described(site)["topics"] if topic["topic"] == "fill")
    assert fill["loudness"] == "urgent"
    row.get_by_role("radio", name="Shares bought or sold: Off").click()
    notifications.wait(lambda: described(site)["topics"][0]["loudness"] == "off")


def test_a_choice_that_could_not_be_saved_goes_back_and_says_so(
    notifications: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "orchestra.notifications.notification_desk.NotificationDesk.set_loudness", lambda *_: "Not now."
    )
    row = notifications.page.get_by_role("row", name="Shares bought or sold")
    row.get_by_role("radio", name="Shares bought or sold: Off").click()
    notifications.shows("Shares bought or sold: not saved. Not now.")
    expect(row.get_by_role("radio", name="Shares bought or sold: Normal")).to_be_checked()


def test_quiet_hours_are_set_changed_and_ended(notifications: Screen, site: Site) -> None:
    notifications.shows("There are none: everything is told at any hour.")
    notifications.button("Set quiet hours").click()
    notifications.page.get_by_label("From").fill("2200")
    notifications.page.get_by_label("To", exact=True).fill("2560")
    notifications.button("Save").click()
    notifications.shows("This is no time of day.")
    notifications.page.get_by_label("To", exact=True).fill("700")
    notifications.button("Save").click()
    notifications.shows("From 22:00 to 07:00 only what is urgent is told. The rest comes afterwards.")
    assert described(site)["quiet_hours"] == {"from": "22:00", "to": "07:00"}
    notifications.button("End quiet hours").click()
    notifications.shows("There are none: everything is told at any hour.")


def test_the_heartbeat_is_set_shown_and_ended(notifications: Screen, site: Site) -> None:
    notifications.button("Set an address").click()
    notifications.page.get_by_label("Address", exact=True).fill("https://beats.example/secret-id")
    notifications.button("Next").click()
    notifications.type_pin(PIN)
    notifications.shows("https://…-id")
    site.heartbeat.state = replace(
        site.heartbeat.state, last_success="2026-11-20T15:31:00.000Z", problem="The address answered 500."
    )
    notifications.page.reload()
    notifications.shows("Fri 10:31")
    notifications.shows("The address answered 500.")
    notifications.button("End the heartbeat").click()
    notifications.type_pin(PIN)
    notifications.shows("Set an address")


def test_a_kiosk_types_an_address_on_its_own_keys(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen().open(f"/?kiosk{PATH[1:]}")
    screen.shows("Quiet hours")
    screen.button("Add an address").click()
    keys = screen.page.locator("dialog .keypad")
    expect(keys).to_be_visible()
    for key in "abc":
        keys.get_by_role("button", name=key, exact=True).click()
    expect(screen.page.get_by_label("Address", exact=True)).to_have_value("abc")
    assert screen.overflowing() == []


def test_what_cannot_be_read_says_so_and_tries_again(notifications: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    from database.errors import StorageError

    def broken(*_: object) -> None:
        raise StorageError("door.db cannot be read.")

    notifications.may_lose_server = True
    with monkeypatch.context() as patch:
        patch.setattr("orchestra.notifications.notification_desk.NotificationDesk.describe", broken)
        notifications.page.reload()
        notifications.shows("The notifications could not be read. Trading goes on.")
    notifications.button("Try again").click()
    notifications.shows("Nobody is told yet.")


def test_a_replay_says_that_it_tells_nobody(new_screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "orchestra.api.routes.settings.notifications._why_not", lambda _api: "A replay of recorded days tells nobody."
    )
    screen = new_screen().open(PATH)
    screen.shows("A replay of recorded days tells nobody.")
    assert screen.button("Add an address").count() == 0


def test_more_leads_here_and_back(home: Screen) -> None:
    home.page.get_by_role("link", name="More").click()
    home.page.get_by_role("link", name="Notifications").click()
    expect(home.page.locator("h1")).to_have_text("Notifications")
    expect(home.page.locator("h1")).to_be_focused()
    home.page.get_by_role("link", name="Back to More").click()
    expect(home.page.locator("h1")).to_have_text("More")


@pytest.mark.parametrize("size", ["short", "narrow", "phone", "tiny"])
def test_nothing_is_cut_off_on_any_display(new_screen: Callable[..., Screen], site: Site, size: str) -> None:
    site.told_by_files = FileWishes((f"{SECRET}-{'x' * 40}",))
    site.restart()
    screen = open_notifications(new_screen(size))
    assert screen.overflowing() == []
    screen.button("Add an address").click()
    screen.page.get_by_label("Address", exact=True).fill(SECRET)
    assert screen.overflowing() == []
    screen.button("Next").click()
    screen.shows("Enter the PIN to save this address.")
    assert screen.overflowing() == []
