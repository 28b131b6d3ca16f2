"""Health and About: is it working, what to do where it is not, whose work is in it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from orchestra.api.protocol import ROUTES
from orchestra.messages.diagnosis import bad, well
from tests.browser.fake_examiner import LINES, TROUBLE, FakeExaminer
from tests.browser.fake_house import FakeHouse
from tests.browser.held_answers import BrokenAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import Site


@pytest.fixture
def health(new_screen: Callable[..., Screen]) -> Screen:
    screen = new_screen().open("/#/more/health")
    expect(screen.page.locator(".verdict").first).to_have_text("Nothing is bad; 1 of 13 deserves a look.")
    return screen


def rows(screen: Screen) -> list[str]:
    return screen.page.locator(".diagnosis h2").all_text_contents()


def test_every_line_says_how_it_is_in_a_word_the_figure_and_what_to_do(health: Screen) -> None:
    assert rows(health) == ["Browser", *(line.what for line in LINES if line.what != "Browser")]
    worst = health.page.locator(".diagnosis").first
    expect(worst.locator(".state-word")).to_have_text("Doubtful")
    expect(worst).to_contain_text("Chromium on this machine holds 812 MB.")
    expect(worst).to_contain_text("What to do: reload this page; restart the display if it stays above 700 MB.")
    shapes = health.page.locator(".diagnosis .state-mark path").evaluate_all(
        "(all) => all.map((each) => each.getAttribute('d'))"
    )
    assert len(set(shapes)) == 2
    assert shapes[0] != shapes[1]


def test_it_is_read_anew_while_it_shows_and_not_afterwards(health: Screen, site: Site) -> None:
    first = health.page.locator(".diagnosis h2").first.element_handle()
    site.examiner.lines = (*TROUBLE, *LINES[1:5])
    health.pass_time(5000)
    expect(health.page.locator(".verdict").first).to_have_text("1 of 6 is bad, 1 doubtful.")
    assert rows(health)[:2] == ["Clock", "New positions"]
    # The rows are kept: only their texts change.
    assert first.evaluate("(row) => row.isConnected")
    health.page.get_by_role("link", name="Home").click()
    health.page.wait_for_selector(".summary")
    health.rests()
    asked = site.examiner.asked
    health.pass_time(20_000)
    health.rests()
    assert site.examiner.asked == asked


def test_the_last_day_is_a_line_with_its_range_in_words(health: Screen, site: Site) -> None:
    health.shows("Memory of AutoTrader, last 16 h 40 min: 200 MB to 218 MB, now 203 MB")
    health.shows("How long after its minute a decision was done, last 16 h 40 min: 2.1 s to 2.5 s, now 2.5 s")
    site.examiner.trend = site.examiner.trend[:5]
    health.pass_time(5000)
    # Five points are no trend.
    expect(health.page.locator(".trend").first).to_be_hidden()


def test_the_doctor_is_waited_for_and_lists_what_it_found(health: Screen, site: Site) -> None:
    site.examiner.may_end.clear()
    health.button("Run the doctor").click()
    health.shows("Looking at everything.")
    expect(health.button("Run the doctor")).to_be_disabled()
    site.examiner.may_end.set()
    found = health.page.get_by_role("list", name="What the doctor found")
    expect(found.get_by_role("listitem")).to_have_count(2)
    expect(found).to_contain_text("What to do: run 'chmod 600 .env'.")
    expect(health.button("Run the doctor")).to_be_enabled()


def test_what_cannot_be_read_is_said_and_read_again(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    broken = BrokenAnswers(screen, f"**{ROUTES['health_report']}")
    screen.open("/#/more/health").shows("The health of AutoTrader could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.shows("Nothing is bad; 1 of 13 deserves a look.")
    expect(screen.page.locator(".error-panel")).to_have_count(0)


def test_a_frozen_server_is_asked_once_and_given_up_after_ten_seconds(
    new_screen: Callable[..., Screen], site: Site
) -> None:
    # So that the files of the screen are here.
    screen = new_screen().open("/#/more/health")
    screen.may_lose_server = True
    screen.shows("Nothing is bad; 1 of 13 deserves a look.")
    screen.page.get_by_role("link", name="Back to More").click()
    screen.page.wait_for_selector(".more")
    screen.is_live()
    screen.rests()
    screen.requested.clear()
    site.wire.freeze()
    screen.page.get_by_role("link", name="Health").click()
    screen.page.wait_for_selector(".health")

    def asked() -> list[str]:
        return [url for url in screen.requested if url.endswith(ROUTES["health_report"])]

    screen.wait(asked)
    failed: list[str] = []
    screen.page.on("requestfailed", lambda request: failed.append(request.url))
    for _ in range(2):
        screen.pass_time(5000)
        assert len(asked()) == 1
    screen.shows("The health of AutoTrader could not be read. Trading goes on.")
    # It holds no connection for ever: what is stopped meanwhile would wait behind it.
    screen.wait(lambda: failed == asked(), milliseconds=40_000)
    site.wire.thaw()
    screen.shows("Nothing is bad; 1 of 13 deserves a look.")


def test_hostile_text_stays_text(new_screen: Callable[..., Screen], site: Site) -> None:
    evil = "<img src=x onerror=alert(1)> " + "A" * 300
    site.examiner.lines = (bad("Disk", evil, evil), well("Program", "runs"))
    screen = new_screen("tiny").open("/#/more/health")
    screen.shows(re.compile("<img src=x onerror"))
    assert screen.page.locator("main img").count() == 0
    assert screen.overflowing() == []


@pytest.mark.parametrize("size", ["short", "narrow", "phone", "tiny"])
def test_more_leads_to_each_and_all_fit(new_screen: Callable[..., Screen], site: Site, size: str) -> None:
    site.examiner.lines = (*TROUBLE, *LINES)
    site.logs.mkdir(exist_ok=True)
    screen = new_screen(size).open("/#/more")
    for name, waited in (("Health", ".diagnosis"), ("Log", ".log-foot"), ("About", ".package")):
        screen.page.get_by_role("link", name=name, exact=True).click()
        screen.page.wait_for_selector(waited)
        assert screen.page.evaluate("() => document.activeElement.tagName") == "H1"
        expect(screen.page.locator(".nav-link[aria-current]")).to_have_text("More")
        assert screen.overflowing() == []
        screen.page.get_by_role("link", name="Back to More").click()
        screen.page.wait_for_selector(".more")


def test_about_says_what_is_promised_and_whose_work_is_in_it(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen().open("/#/more/about")
    screen.shows("No profit. Past results do not predict future ones.")
    screen.shows("AutoTrader 0.1.0, on Python")
    screen.shows(re.compile("Contains socket.io-client, © 2014-present Guillermo Rauch and contributors, MIT licence"))
    screen.page.get_by_text("socket.io-client.LICENSE").click()
    screen.shows("Permission is hereby granted")
    flask = screen.page.get_by_label("Packages").get_by_role("listitem").filter(has_text=re.compile(r"^Flask \d"))
    expect(flask).to_contain_text("BSD")


WITHOUT_PACKAGES = {"version": "1", "python": "3", "page": [], "packages": []}


@pytest.mark.parametrize("is_kiosk", [False, True])
def test_the_chart_librarys_notice_shows_with_its_link_which_is_text_in_kiosk(
    new_screen: Callable[..., Screen], is_kiosk: bool
) -> None:
    screen = new_screen()
    screen.page.route(f"**{ROUTES['about']}", lambda route: route.fulfill(json=WITHOUT_PACKAGES))
    screen.open(f"/{'?kiosk' if is_kiosk else ''}#/more/about").shows(
        re.compile("TradingView Lightweight Charts™, Copyright")
    )
    link = screen.page.get_by_role("link", name="https://www.tradingview.com/")
    expect(link).to_have_count(0 if is_kiosk else 1)
    screen.shows("https://www.tradingview.com/")
    screen.shows("None are listed here.")


def test_the_fake_lines_are_what_the_page_may_be_told(house: FakeHouse) -> None:
    assert {str(line.state) for line in (*LINES, *TROUBLE)} == {"ok", "warn", "bad"}
    assert FakeExaminer().report().lines == LINES
