"""Backtests on the page: the form, progress that outlives the screen, cancel, failures in words, what results say."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from orchestra.backtest.jobs.job import JobState, read_request
from orchestra.backtest.request import BacktestRequest
from orchestra.messages.commands import Answer, StartAlgorithm
from tests.browser.fake_house import FakeHouse, made_card
from tests.browser.held_answers import BrokenAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import Site, copy_house
from tests.browser.socket_line import SocketLine
from tests.browser.test_acts import BROKEN, MSFT, STRATEGY
from tests.browser.test_kept_forms import connect_anew
from tests.orchestra.backtest.made_run import made_result
from tests.orchestra.backtest.screen_room import Room, open_room

HOSTILE = "<img src=x onerror=alert(1)>"
PAST = "Past results do not predict future ones."


@pytest.fixture
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """Return backtests whose players wait for the test; with `indirect` True they are real."""
    opened = open_room(tmp_path, is_real=getattr(request, "param", False))
    yield opened
    opened.close()


@pytest.fixture
def site(house: FakeHouse, claimed: tuple[Path, str], tmp_path: Path, room: Room) -> Iterator[Site]:
    served = Site(house, copy_house(claimed[0], tmp_path), backtests=room.screens)
    served.strategies = [STRATEGY, BROKEN]
    served.lookups.assets = {"ACME": MSFT}
    house.show(cards=(made_card(ticker="ACME"),))
    yield served
    served.close()


@pytest.fixture
def screen(new_screen: Callable[..., Screen]) -> Screen:
    return new_screen().open("/#/test")


def go(screen: Screen, hash_: str) -> None:
    screen.page.evaluate("(hash) => { location.hash = hash; }", hash_)


def open_form(screen: Screen) -> None:
    go(screen, "#/test/new")
    screen.page.get_by_label("Ticker", exact=True).fill("acme")


def run_from_form(screen: Screen, room: Room) -> str:
    """Fill the form, run it, and return the id once its player is up."""
    open_form(screen)
    screen.button("Run backtest").click()
    screen.page.wait_for_url(re.compile(r"#/test/\d"))
    id_ = screen.page.url.rpartition("/")[2]
    room.wait(lambda: room.jobs.job(id_).state is JobState.RUNNING)
    return id_


def asked(room: Room, id_: str) -> BacktestRequest:
    return read_request(room.shelf.folder / f".{id_}")


def test_with_nothing_there_one_sentence_says_what_to_do(screen: Screen) -> None:
    screen.shows("No backtest yet.")
    screen.page.locator(".empty").get_by_role("link", name="New backtest").click()
    expect(screen.page.get_by_role("heading", name="New backtest")).to_be_focused()


def test_progress_is_shown_and_leaving_the_page_changes_nothing(screen: Screen, room: Room) -> None:
    id_ = run_from_form(screen, room)
    screen.shows("Running: the bars are being read")
    room.tell(id_, 61, 100, at="2024-03-13")
    screen.shows("61 %, 2024-03-13, about 19 s left")
    bar = screen.page.get_by_role("progressbar", name="Progress of SMA crossover on ACME")
    assert bar.get_attribute("value") == "0.61"
    screen.page.get_by_role("link", name="Home").click()
    screen.page.wait_for_selector(".summary")
    room.tell(id_, 80, 100, at="2024-03-15")
    screen.page.get_by_role("link", name="Test").click()
    screen.shows("80 %, 2024-03-15, about 8 s left")
    screen.page.reload()
    screen.shows("80 %, 2024-03-15, about 8 s left")
    screen.page.get_by_role("link", name="SMA crossover on ACME").click()
    screen.shows("trading comes first, and leaving this page changes nothing")
    assert screen.overflowing() == []


def test_the_second_job_shows_its_place_and_canceling_the_first_begins_it(screen: Screen, room: Room) -> None:
    first = run_from_form(screen, room)
    open_form(screen)
    screen.button("Run backtest").click()
    screen.shows("Waiting: next in the queue")
    second = screen.page.url.rpartition("/")[2]
    go(screen, f"#/test/{first}")
    screen.shows("Running: the bars are being read")
    screen.button("Cancel").click()
    screen.shows("Canceled")
    room.wait(lambda: room.jobs.job(second).state is JobState.RUNNING)
    go(screen, f"#/test/{second}")
    screen.shows("Running: the bars are being read")
    assert [room.jobs.job(id_).state for id_ in (first, second)] == [JobState.CANCELED, JobState.RUNNING]


def test_a_failure_is_told_in_its_own_words_and_can_be_tried_with_changes(screen: Screen, room: Room) -> None:
    id_ = run_from_form(screen, room)
    room.fail(id_, f"There is not enough memory for it. {HOSTILE}")
    screen.shows("Failed")
    screen.shows(f"There is not enough memory for it. {HOSTILE}")
    screen.page.get_by_role("link", name="Change and run again").click()
    expect(screen.page.get_by_label("Ticker", exact=True)).to_have_value("ACME")
    go(screen, f"#/test/{id_}")
    screen.button("Remove").click()
    screen.shows("It is removed.")
    assert room.jobs.jobs() == []


def test_everything_in_the_form_reaches_the_job(screen: Screen, room: Room) -> None:
    open_form(screen)
    screen.shows("3 of 4 sessions have them")
    screen.page.get_by_label("From").fill("2024-03-12")
    screen.page.get_by_label("To", exact=True).fill("2024-03-13")
    screen.shows("2 of 2 sessions have them")
    screen.page.get_by_label("Cash for each ticker").fill("2,500.50")
    screen.page.get_by_label("SMA short").fill("10")
    screen.page.get_by_role("radio", name="My own").check()
    screen.page.get_by_label("Spread, basis points").fill("3.5")
    screen.page.get_by_label("Part of a bar's volume").fill("0.1")
    screen.page.get_by_role("checkbox", name="Regulatory fees").uncheck()
    screen.button("Run backtest").click()
    screen.page.wait_for_url(re.compile(r"#/test/\d"))
    values = asked(room, screen.page.url.rpartition("/")[2]).to_values()
    assert values["algorithms"] == [
        {"algorithm": "sma_crossover", "ticker": "ACME", "capital": "2500.50", "params": {"sma_short": 10}}
    ]
    assert (values["from"], values["to"]) == ("2024-03-12", "2024-03-13")
    costs = {name: value for name, value in values["costs"].items() if value not in ("0", None, False)}
    assert costs == {"spread_bps": "3.5", "slippage_bps": "1", "volume_fraction": "0.1"}


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Ticker", "", "Say which ticker, such as AAPL."),
        ("Ticker", "12#", "12# is no ticker"),
        ("Cash for each ticker, dollars", "0", "Say how many dollars, more than 0."),
        ("SMA short", "1", "A number from 2 to 200."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_sent(
    screen: Screen, room: Room, label: str, value: str, words: str
) -> None:
    open_form(screen)
    field = screen.page.get_by_label(label, exact=True)
    field.fill(value)
    screen.button("Run backtest").click()
    screen.shows(words)
    expect(field).to_be_focused()
    assert field.get_attribute("aria-invalid") == "true"
    assert room.jobs.jobs() == []


def test_a_refusal_of_the_server_stands_beside_the_button(screen: Screen) -> None:
    open_form(screen)
    screen.page.get_by_label("Ticker", exact=True).fill("OTHER")
    screen.shows("There are no bars of OTHER here yet.")
    screen.button("Run backtest").click()
    screen.shows("There are no bars of OTHER in these days: fetch them first, or choose others.")


def test_missing_days_are_named_and_fetched_on_demand(screen: Screen, room: Room) -> None:
    open_form(screen)
    screen.shows("2024-03-14 has none.")
    screen.button("Fetch the missing days of ACME").click()
    screen.shows("4 of 4 sessions have them")
    assert len(room.broker.asked) == 1
    expect(screen.button("Fetch the missing days of ACME")).to_have_count(0)


def test_the_form_survives_leaving_it(screen: Screen) -> None:
    open_form(screen)
    screen.page.get_by_label("SMA short").fill("33")
    go(screen, "#/home")
    screen.page.wait_for_selector(".summary")
    go(screen, "#/test/new")
    expect(screen.page.get_by_label("SMA short")).to_have_value("33")
    expect(screen.page.get_by_label("Ticker", exact=True)).to_have_value("acme")


def test_what_is_changed_to_run_again_stays_over_a_lost_line(
    new_screen: Callable[..., Screen], room: Room, site: Site
) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    line = SocketLine(screen)
    screen.open("/#/test")
    id_ = run_from_form(screen, room)
    room.fail(id_, "It was not meant to work.")
    go(screen, f"#/test/again/{id_}")
    screen.page.get_by_label("Ticker", exact=True).fill("other")
    screen.page.get_by_label("SMA short").fill("33")
    screen.is_live()
    connect_anew(screen, site, line)
    expect(screen.page.get_by_label("Ticker", exact=True)).to_have_value("other")
    expect(screen.page.get_by_label("SMA short")).to_have_value("33")


def test_a_result_shows_its_plots_with_words_its_assumptions_and_no_promise(screen: Screen, room: Room) -> None:
    id_ = room.keep(made_result(70))
    go(screen, f"#/test/{id_}")
    screen.page.locator(".tile").first.wait_for()
    for words in (PAST, "Each side pays half a spread of 2 basis points", "simulated money", "bars from"):
        screen.shows(re.compile(words))
    plots = screen.page.get_by_role("img")
    for name, words in (
        ("Value at each close", "From 20,000.00 to"),
        ("Falls from the highest value so far", "The deepest fall is"),
    ):
        plot = plots.and_(screen.page.get_by_label(name))
        expect(plot).to_be_visible()
        described = plot.get_attribute("aria-describedby")
        assert words in screen.page.locator(f"#{described}").inner_text()
        assert plot.locator("polyline").count() >= 1
    assert "Buy and hold" in screen.page.locator(".tile").first.inner_text()
    screen.shows("Returns by month")
    explained = screen.page.locator(".tile", has_text="Sharpe ratio")
    explained.locator("summary").click()
    screen.shows("Daily return per unit of its ups and downs")
    screen.page.get_by_role("tab", name="Price and round trips").click()
    screen.shows("buys (triangles up)")
    assert screen.page.locator(".plot-mark").count() > 0
    screen.shows(re.compile(r"^Round trips \(\d"))
    # What is assumed stands beside every part.
    expect(screen.page.get_by_text(PAST).last).to_be_attached()


def test_texts_of_strategies_stay_texts(screen: Screen, room: Room) -> None:
    result = made_result(5)
    hostile = replace(
        result,
        algorithms=[{**result.algorithms[0], "name": HOSTILE, "last_error": HOSTILE}],
        reasons=[{**result.reasons[0], "reason": HOSTILE}],
        warnings=[HOSTILE],
        round_trips=[{**result.round_trips[0], "enter_reason": HOSTILE, "symbol": HOSTILE}],
    )
    go(screen, f"#/test/{room.keep(hostile)}")
    screen.shows(HOSTILE)
    for tab in ("Price and round trips", "Decisions"):
        screen.page.get_by_role("tab", name=tab).click()
        screen.shows(re.compile(re.escape(HOSTILE)))
    go(screen, "#/test")
    screen.page.locator("a.row-title").wait_for()
    assert screen.page.locator("main img").count() == 0


def test_results_are_sorted_compared_and_deleted_after_a_question(screen: Screen, room: Room) -> None:
    kept = [room.keep(made_result(5)), room.keep(made_result(5, bars=50))]
    screen.page.reload()
    titles = screen.page.locator("a.row-title")
    expect(titles).to_have_count(2)
    assert titles.first.get_attribute("href") == f"#/test/{kept[1]}"
    screen.page.get_by_role("radio", name="Smallest fall").check()
    # Who never bought never fell.
    assert titles.first.get_attribute("href") == f"#/test/{kept[1]}"
    for box in screen.page.get_by_role("checkbox").all():
        box.check()
    screen.page.get_by_role("link", name="Compare the two").click()
    screen.shows("What was asked differently")
    screen.shows("bars 50")
    screen.shows(re.compile("The first returned"))
    assert screen.overflowing() == []
    go(screen, "#/test")
    screen.page.get_by_role("button", name="Delete Swings on ACME").first.click()
    screen.button("Keep it").click()
    assert len(room.shelf.listings()) == 2
    screen.page.get_by_role("button", name="Delete Swings on ACME").first.click()
    screen.button("Delete").click()
    expect(titles).to_have_count(1)
    assert len(room.shelf.listings()) == 1


def test_a_damaged_result_is_named_and_can_be_deleted(screen: Screen, room: Room) -> None:
    id_ = room.keep(made_result(5))
    (room.shelf.folder / id_ / "head.json").write_text("{")
    screen.page.reload()
    screen.shows("It cannot be read: its files are damaged.")
    expect(screen.button("Delete Result", exact=True)).to_be_visible()


def test_the_report_opens_in_a_tab_and_runs_nothing(screen: Screen, room: Room) -> None:
    id_ = room.keep(made_result(5))
    go(screen, f"#/test/{id_}")
    link = screen.page.get_by_role("link", name="Report, in a new tab")
    link.wait_for()
    complaints: list[str] = []
    page = screen.context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(screen.url + str(link.get_attribute("href")))
    assert "Backtest of swings on ACME" in page.title()
    # The report's own style holds: the page's policy would refuse it.
    assert page.evaluate("() => getComputedStyle(document.body).maxWidth") == "1024px"
    # What the tests put into every window for the page's sake is a script, and does not run here.
    assert all(each.startswith("Blocked script execution") for each in complaints)


def test_a_result_that_convinces_is_started_as_an_algorithm(screen: Screen, room: Room, house: FakeHouse) -> None:
    house.answers[StartAlgorithm] = lambda _: Answer({"id": 7})
    result = made_result(5)
    algorithm = {"algorithm": "sma_crossover", "ticker": "ACME", "capital": "5000", "params": {"sma_short": 10}}
    request: dict[str, Any] = {**result.request, "algorithms": [algorithm]}
    go(screen, f"#/test/{room.keep(replace(result, request=request))}")
    screen.page.get_by_role("link", name="Start for real").click()
    screen.button("Check").click()
    screen.shows("$20,000.00 available.")
    expect(screen.page.get_by_label("Cash for this algorithm")).to_have_value("5000")
    screen.button("Next").click()
    screen.button("Start", exact=True).click()
    screen.shows("ACME started.")
    [started] = house.commands(StartAlgorithm)
    assert (started.algorithm, started.ticker, started.params) == ("sma_crossover", "ACME", {"sma_short": 10})


def test_in_kiosk_days_and_numbers_come_from_our_own_keys(new_screen: Callable[..., Screen], room: Room) -> None:
    screen = new_screen().open("/?kiosk=1#/test/new")
    screen.button("ACME").click()
    to = screen.page.get_by_role("button", name=re.compile("^To "))
    to.click()
    dialog = screen.page.get_by_role("dialog")
    for label in ("Year", "Month", "Day"):
        expect(dialog.get_by_role("group", name=label)).to_be_visible()
    # The market stands at 2026-11-20.
    for _ in range(2):
        screen.button("Year: one less").click()
    for _ in range(8):
        screen.button("Month: one less").click()
    for _ in range(5):
        screen.button("Day: one less").click()
    screen.shows("Friday, 2024-03-15")
    assert screen.overflowing() == []
    screen.button("Take this day").click()
    expect(to).to_have_text("2024-03-15")
    assert screen.page.locator("input[type=date]").count() == 0
    cash = screen.page.get_by_label("Cash for each ticker")
    cash.fill("")
    cash.click()
    pad = screen.page.locator(".field.has-keys .keypad")
    for key in "750":
        pad.get_by_role("button", name=key, exact=True).click()
    screen.button("Run backtest").click()
    screen.page.wait_for_url(re.compile(r"#/test/\d"))
    request = asked(room, screen.page.url.rpartition("/")[2])
    assert str(request.last_day) == "2024-03-15"
    assert request.algorithms[0].capital == 750


def test_in_kiosk_nothing_leads_out_of_the_page(new_screen: Callable[..., Screen], room: Room) -> None:
    id_ = room.keep(made_result(5))
    screen = new_screen().open(f"/?kiosk=1#/test/{id_}")
    screen.shows("can be had on a phone or laptop")
    assert screen.page.locator("a[target], a[download]").count() == 0


def test_a_list_that_cannot_be_read_says_so_and_is_tried_again(screen: Screen, room: Room) -> None:
    screen.shows("No backtest yet.")
    broken = BrokenAnswers(screen, "**/api/backtests", status=409, json={"error": "The shelf is locked."})
    go(screen, "#/home")
    screen.page.wait_for_selector(".summary")
    go(screen, "#/test")
    screen.shows("The backtests could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.shows("No backtest yet.")


@pytest.mark.parametrize("room", [True], ids=["real"], indirect=True)
@pytest.mark.requirement("S2-31")
def test_a_backtest_is_played_by_a_process_of_its_own_from_the_form_to_the_result(screen: Screen, room: Room) -> None:
    open_form(screen)
    screen.page.get_by_label("SMA short").fill("3")
    screen.button("Run backtest").click()
    screen.page.wait_for_url(re.compile(r"#/test/\d"))
    id_ = screen.page.url.rpartition("/")[2]
    screen.shows("Backtest of sma_crossover on ACME", timeout=120_000)
    result = room.shelf.result(id_)
    assert result.days == ["2024-03-12", "2024-03-13", "2024-03-15"]
    label = screen.page.locator(".tile .label").get_by_text("Round trips", exact=True)
    expect(label.locator("xpath=following-sibling::strong")).to_have_text(str(result.metrics["all"]["total_trades"]))
    screen.page.get_by_role("link", name="Backtests").click()
    expect(screen.page.locator("a.row-title")).to_have_text("SMA crossover on ACME")
