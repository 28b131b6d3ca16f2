"""The log on the screen: filter, follow, older, download; strangers' lines are text and secrets never show."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from orchestra.api.protocol import ROUTES
from tests.browser.held_answers import BrokenAnswers, HeldAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import SECRET, Site

HOSTILE = "<script>alert(1)</script> <b>bold</b> \x1b[31mred\x00"


def entry(number: int, *, level: str = "INFO", text: str = "") -> str:
    return (
        f"2026-11-20 10:{number // 60 % 60:02d}:{number % 60:02d},000 - {level} - {text or f'Line number {number}.'}\n"
    )


@pytest.fixture
def log_file(site: Site) -> Path:
    site.logs.mkdir()
    path = site.logs / "orchestrator.log"
    text = "".join(entry(number, level="WARNING" if number % 50 == 0 else "INFO") for number in range(250))
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def logs(log_file: Path, new_screen: Callable[..., Screen]) -> Screen:
    screen = new_screen().open("/#/more/logs")
    screen.shows("Line number 249.")
    return screen


def lines(screen: Screen) -> Locator:
    return screen.page.locator(".log-line")


def add(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_the_newest_lines_show_at_the_end_with_the_zone_of_their_times(logs: Screen) -> None:
    expect(lines(logs)).to_have_count(100)
    expect(lines(logs).last).to_have_text("2026-11-20 10:04:09 INFO Line number 249.")
    expect(lines(logs).last).to_be_in_viewport()
    logs.shows(re.compile(r"Times are this machine's: \S+ \(UTC[+-]\d{4}\)"))


def test_older_lines_come_on_demand_and_what_was_read_stays_in_place(logs: Screen) -> None:
    logs.button("Filter").click()
    logs.button("Show older").click()
    expect(lines(logs)).to_have_count(200)
    expect(lines(logs).nth(100)).to_have_text(re.compile("Line number 150"))
    logs.button("Show older").click()
    expect(lines(logs)).to_have_count(250)
    expect(lines(logs).first).to_have_text(re.compile("Line number 0"))
    expect(logs.button("Show older")).to_be_hidden()


def test_only_lines_of_a_level_and_with_a_text_are_shown(logs: Screen) -> None:
    logs.page.get_by_label("Warnings").check()
    expect(lines(logs)).to_have_count(5)
    logs.page.get_by_label("Only lines with").fill("NUMBER 200")
    expect(lines(logs)).to_have_count(1)
    logs.page.get_by_label("Only lines with").fill("nothing like that")
    logs.shows("No line of this kind was found.")
    expect(lines(logs)).to_have_count(0)


def test_following_cancels_no_answer_of_a_new_filter(logs: Screen) -> None:
    held = HeldAnswers(logs, f"**{ROUTES['logs']}?level=WARNING*")
    # As where few lines leave it in sight: whoever scrolls up to it pauses the following.
    logs.page.get_by_label("Warnings").evaluate("(choice) => choice.click()")
    held.wait()
    for _ in range(3):
        logs.pass_time(2000)
    expect(logs.button("Following: pause")).to_be_visible()
    held.let_go()
    expect(lines(logs)).to_have_count(5)
    logs.shows("Line number 200.")


def test_following_cancels_no_older_lines(logs: Screen) -> None:
    held = HeldAnswers(logs, f"**{ROUTES['logs']}?*before=*")
    logs.button("Show older").evaluate("(button) => button.click()")
    held.wait()
    for _ in range(3):
        logs.pass_time(2000)
    expect(logs.button("Following: pause")).to_be_visible()
    held.let_go()
    expect(lines(logs)).to_have_count(200)


def test_older_lines_of_another_filter_are_not_mixed_in(logs: Screen) -> None:
    held = HeldAnswers(logs, f"**{ROUTES['logs']}?level=WARNING*")
    logs.button("Filter").click()
    logs.page.get_by_label("Warnings").check()
    held.wait()
    logs.button("Show older").click()
    held.let_go()
    expect(lines(logs)).to_have_count(5)


def test_new_lines_come_while_it_is_followed_also_over_a_rotation(logs: Screen, log_file: Path) -> None:
    add(log_file, entry(250))
    logs.pass_time(2000)
    logs.shows("Line number 250.")
    expect(lines(logs).last).to_be_in_viewport()
    add(log_file, entry(251))
    log_file.rename(log_file.with_name("orchestrator.log.1"))
    log_file.write_text(entry(252), encoding="utf-8")
    logs.pass_time(2000)
    logs.shows("Line number 252.")
    expect(lines(logs).filter(has_text="Line number 251.")).to_have_count(1)


def test_scrolling_up_pauses_and_following_again_brings_what_was_missed(logs: Screen, log_file: Path) -> None:
    logs.page.locator(".log-lines").hover()
    logs.page.mouse.wheel(0, -600)
    expect(logs.button("Paused: follow")).to_be_visible()
    add(log_file, entry(250) + entry(251))
    logs.pass_time(6000)
    logs.page.wait_for_timeout(300)
    expect(lines(logs).last).to_have_text(re.compile("Line number 249"))
    logs.button("Paused: follow").click()
    logs.shows("Line number 251.")
    expect(lines(logs).last).to_be_in_viewport()
    expect(logs.button("Following: pause")).to_have_attribute("aria-pressed", "true")


SCROLL_UP_WITH_THE_ANSWER = """() => {
  const ask = window.fetch;
  let isFirst = true;
  window.fetch = async (...question) => {
    const answer = await ask(...question);
    const read = answer.json.bind(answer);
    // In the turn in which the page goes on; the browser tells of it a frame later.
    answer.json = async () => {
      const body = await read();
      if (isFirst) document.getElementById("main").scrollTop = 0;
      isFirst = false;
      return body;
    };
    return answer;
  };
}"""


def test_whoever_scrolls_up_as_new_lines_come_stays_there(logs: Screen, log_file: Path) -> None:
    logs.page.evaluate(SCROLL_UP_WITH_THE_ANSWER)
    add(log_file, entry(250))
    logs.pass_time(2000)
    expect(logs.button("Paused: follow")).to_be_visible()
    expect(lines(logs).last).not_to_be_in_viewport()


def test_what_is_typed_is_asked_for_with_its_first_lines(logs: Screen) -> None:
    logs.stop_time()
    logs.page.get_by_label("Only lines with").fill("number 200")
    logs.pass_time(300)
    logs.button("Show older").evaluate("(button) => button.click()")
    logs.wait(lambda: any("before=" in url for url in logs.requested))
    [older] = [url for url in logs.requested if "before=" in url]
    assert "text=&" in older, "lines of one kind are continued by lines of that kind"
    logs.rests()
    logs.pass_time(200)
    expect(lines(logs)).to_have_count(1)


def test_hostile_lines_are_text_and_secrets_are_hidden(logs: Screen, log_file: Path) -> None:
    add(log_file, entry(250, level="ERROR", text=f"{HOSTILE} key {SECRET} password=hunter22"))
    logs.pass_time(2000)
    expect(lines(logs).last).to_contain_text("<script>alert(1)</script> <b>bold</b>")
    expect(lines(logs).last).to_contain_text("key [hidden] password=[hidden]")
    assert logs.page.locator(".log-lines b, .log-lines script").count() == 0
    assert SECRET not in logs.page.content()


def test_the_whole_log_is_downloaded_without_secrets(logs: Screen, log_file: Path) -> None:
    add(log_file, entry(250, text=f"the key is {SECRET}"))
    with logs.page.expect_download() as download:
        logs.page.get_by_role("link", name="Download").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "autotrader-log.txt"
    assert text.startswith(entry(0, level="WARNING"))
    assert text.endswith("the key is [hidden]\n")


def test_a_kiosk_has_no_download_and_says_how_to_get_the_log(log_file: Path, new_screen: Callable[..., Screen]) -> None:
    screen = new_screen().open("/?kiosk#/more/logs")
    screen.shows("To keep the log, open AutoTrader in a browser on another computer")
    expect(screen.page.get_by_role("link", name="Download")).to_have_count(0)
    screen.button("Filter").click()
    screen.page.get_by_label("Only lines with").click()
    expect(screen.page.locator(".keypad")).to_be_visible()
    assert screen.overflowing() == []


def test_an_empty_log_says_so_and_a_failed_reading_can_be_tried_again(
    new_screen: Callable[..., Screen], site: Site
) -> None:
    screen = new_screen()
    screen.may_lose_server = True
    broken = BrokenAnswers(screen, f"**{ROUTES['logs']}?*")
    screen.open("/#/more/logs").shows("The log could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.shows("Nothing has been logged yet.")


def test_very_many_lines_do_not_stay_on_the_page(logs: Screen, log_file: Path) -> None:
    for start in range(250, 1450, 100):
        add(log_file, "".join(entry(number) for number in range(start, start + 100)))
        logs.pass_time(2000)
        logs.shows(f"Line number {start + 99}.")
    expect(lines(logs)).to_have_count(1000)
    logs.button("Filter").click()
    logs.button("Show older").click()
    expect(lines(logs).first).to_have_text(re.compile("Line number 350"))
