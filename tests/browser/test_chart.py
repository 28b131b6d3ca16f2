"""The chart in a real browser: what it shows, how it follows, how seldom it paints, what it says in words."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from database.bar import MINUTE
from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from tests.browser.conftest import SIZES
from tests.browser.fake_house import NOW, OPEN, FakeHouse, made_card
from tests.browser.held_answers import BrokenAnswers
from tests.browser.screen import Screen
from tests.browser.served_site import Site, copy_house
from tests.browser.socket_line import SocketLine
from tests.browser.traded_house import LAST_BAR, bar_of, order, trade_a_morning
from tests.source_tree import ROOT

LIBRARY = "lightweight-charts.standalone.production.mjs"
TEXT, SURFACE, GAIN, LOSS = (234, 240, 247), (23, 29, 38), (53, 201, 155), (255, 138, 128)
ACCENT, WARN, WHITE = (109, 183, 255), (255, 194, 77), (255, 255, 255)
# The names that pictures have when they come into the page.
NOTE_NAMES = """() => {
  window.firstNames = [];
  const note = (each) => window.firstNames.push(each.getAttribute("aria-label"));
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((each) => each instanceof Element);
    const all = added.flatMap((each) => [each, ...each.querySelectorAll("*")]);
    all.filter((each) => each.role === "img").forEach(note);
  }).observe(document, { childList: true, subtree: true });
}"""
# How many dots of the chart have exactly that colour.
COUNT = """([red, green, blue]) => [...document.querySelectorAll(".chart-canvas canvas")].reduce((sum, canvas) => {
  if (!canvas.width || !canvas.height) return sum;
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    sum += data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255;
  }
  return sum;
}, 0)"""
# Notes the moments at which a canvas is drawn on, and at which texts of the page change.
WATCH = """
  window.strokes = [];
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    window.strokes.push(performance.now());
    return clear.apply(this, box);
  };
  const fill = CanvasRenderingContext2D.prototype.fillRect;
  CanvasRenderingContext2D.prototype.fillRect = function (...box) {
    window.strokes.push(performance.now());
    return fill.apply(this, box);
  };
"""
SCROLLED = "() => document.getElementById('main').scrollTop"
WATCH_TEXTS = """() => {
  window.strokes.length = 0;
  window.texts = [];
  window.flashes = 0;
  new MutationObserver((changes) => {
    window.texts.push(performance.now());
    window.flashes += changes.filter(({ target }) => target.classList?.contains("is-flashing")).length;
  }).observe(document.getElementById("app"), {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class"],
  });
}"""


@pytest.fixture
def traded(site: Site) -> Site:
    trade_a_morning(site)
    return site


@pytest.fixture
def chart(new_screen: Callable[..., Screen], traded: Site) -> Screen:
    """Return a window at the chart, 800x480."""
    return shown(new_screen())


def shown(screen: Screen, path: str = "/#/algorithm/1") -> Screen:
    screen.open(path)
    screen.page.locator(".chart-canvas canvas").first.wait_for()
    screen.wait(lambda: dots(screen.page, GAIN))
    # It is laid out and drawn more than once, and a busy machine takes its time for it.
    screen.rests()
    screen.wait(lambda: is_settled(screen.page))
    return screen


def is_settled(page: Page) -> bool:
    """Say whether the chart looks as it did when it was last painted: that is at most once a second."""
    before = dots(page, GAIN), dots(page, LOSS)
    page.wait_for_timeout(1200)
    return before == (dots(page, GAIN), dots(page, LOSS))


def dots(page: Page, colour: tuple[int, int, int]) -> int:
    return int(page.evaluate(COUNT, colour))


def questions(screen: Screen) -> list[dict[str, list[str]]]:
    asked = [urlsplit(url) for url in screen.requested if "/chart" in url and "/api/" in url]
    return [parse_qs(url.query) for url in asked]


def moments(page: Page, name: str) -> list[float]:
    """Return the moments of something, those within a frame counted once."""
    found: list[float] = []
    for at in page.evaluate(f"() => window.{name}"):
        if not found or at - found[-1] > 50:
            found.append(at)
    return found


def is_still(page: Page) -> bool:
    """Say whether nothing was drawn for most of a second."""
    before = page.evaluate("() => window.strokes.length")
    page.wait_for_timeout(700)
    return bool(page.evaluate("() => window.strokes.length") == before)


def test_the_chart_shows_bars_buys_sells_and_what_was_denied(chart: Screen) -> None:
    page = chart.page
    chart.shows("New York time (EST)")
    for colour in (ACCENT, WARN, TEXT):
        chart.wait(lambda colour=colour: dots(page, colour))
    words = page.get_by_role("img", name="AAPL").get_attribute("aria-label")
    assert words is not None
    assert "61 one-minute bars from Nov 20, 09:30 to Nov 20, 10:30, New York time (EST)" in words
    assert "last $185.90" in words
    assert words.endswith("2 buys and 1 sell.")


def test_a_candle_is_hollow_up_and_filled_down(new_screen: Callable[..., Screen], site: Site, house: FakeHouse) -> None:
    trade_a_morning(site)
    house.show(cards=(made_card(price=None, price_at=None),))
    screen = shown(new_screen("wide"))
    # About as many bars rise as fall: with both filled there would be as much of one colour as of the other.
    assert dots(screen.page, LOSS) > 1.5 * dots(screen.page, GAIN) > 0


def test_the_library_comes_with_the_first_chart_and_not_before(home: Screen, traded: Site) -> None:
    home.wait(lambda: any("screens/detail.js" in url for url in home.requested))
    home.pass_time(1500)
    home.wait(lambda: any("components/chart/panel.js" in url for url in home.requested))
    assert not any(LIBRARY in url for url in home.requested)
    home.page.locator("a.card[data-status]").click()
    home.page.locator(".chart-canvas canvas").first.wait_for()
    assert sum(LIBRARY in url for url in home.requested) == 1


def test_the_newest_price_forms_the_last_bar_and_a_new_minute_is_asked_for_alone(
    chart: Screen, house: FakeHouse, traded: Site
) -> None:
    chart.button("Show as table").click()
    row = chart.page.locator("tbody tr").first
    expect(row).to_contain_text("10:30")
    house.show(cards=(made_card(price=190.25, price_at=LAST_BAR + MINUTE),))
    chart.shows("$190.25")
    # Before time is hurried: that breaks the line, and with the new one all bars are asked for.
    chart.wait(lambda: len(questions(chart)) > 1)
    [first, *later] = questions(chart)
    assert "since" not in first
    assert {each["since"][0] for each in later} == {"2026-11-20T15:01:00Z"}
    chart.pass_time(61_000)
    expect(row).to_contain_text("10:31")
    expect(row).to_contain_text("close $190.25")
    later_market = replace(OPEN, now=NOW.replace(minute=33))
    BarStore(traded.market, MarketCalendar()).insert([replace(bar_of(LAST_BAR + MINUTE), close=190.0, high=190.5)])
    house.show(market=later_market, cards=(made_card(price=191.0, price_at=LAST_BAR + 2 * MINUTE),))
    chart.shows("$191.00")
    chart.pass_time(2100)
    chart.page.wait_for_timeout(600)
    chart.pass_time(61_000)
    expect(chart.page.locator("tbody tr").nth(1)).to_contain_text("close $190.00")
    expect(row).to_contain_text("10:32")


def test_a_fill_that_is_told_appears_as_a_mark(chart: Screen, traded: Site, house: FakeHouse) -> None:
    order(traded, LAST_BAR, "sell", [("5", "186.00"), ("5", "186.00")])
    house.show(cards=(made_card(price=186.0, price_at=LAST_BAR + MINUTE),))
    chart.pass_time(2100)
    chart.wait(lambda: len(questions(chart)) > 1)
    chart.pass_time(61_000)
    chart.page.wait_for_timeout(400)
    name = chart.page.get_by_role("img", name="AAPL")
    expect(name).to_have_attribute("aria-label", re.compile("2 buys and 3 sells"))


def test_a_stream_of_prices_is_painted_seldom_and_never_flashes(
    new_screen: Callable[..., Screen], traded: Site, house: FakeHouse
) -> None:
    screen = new_screen()
    screen.page.add_init_script(WATCH)
    line = SocketLine(screen)
    shown(screen, "/?kiosk=1#/algorithm/1")
    page = screen.page
    screen.stop_time()
    line.ping()
    page.clock.run_for(3000)
    algorithm = line.snapshot["state"]["algorithms"][0]
    for number in range(330):
        # After six seconds: until then the chart also paints what it has just asked for.
        if number == 30:
            page.evaluate(WATCH_TEXTS)
        figures = {**algorithm["card_calculations"], "last_price": 185 + number % 13 / 10}
        line.tell({"algorithms": [{**algorithm, "card_calculations": figures}]})
        if number % 20 == 0:
            line.ping()
        page.clock.run_for(200)
    texts, strokes = moments(page, "texts"), moments(page, "strokes")
    assert 60 <= len(texts) <= 122
    assert 30 <= len(strokes) <= 62
    assert min(later - earlier for earlier, later in pairwise(strokes)) > 900
    assert page.evaluate("() => window.flashes") == 0
    assert {dots(page, colour) > 0 for colour in (ACCENT, WARN)} == {True}


PAINT_LATER = """async () => {
  const main = document.querySelector("script[type=module]").src;
  const { Painter } = await import(new URL("painter.js", main));
  const pause = () => new Promise((done) => setTimeout(done, 300));
  const painter = new Painter();
  let [isHidden, paints] = [false, 0];
  Object.defineProperty(document, "hidden", { get: () => isHidden });
  painter.add(() => { paints += 1; });
  painter.request();
  isHidden = true;
  await pause();
  const hidden = paints;
  isHidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await pause();
  return [hidden, paints];
}"""


def test_what_was_to_be_painted_waits_when_the_page_is_hidden_first(home: Screen) -> None:
    assert home.page.evaluate(PAINT_LATER) == [0, 1]


TOUCH_AND_PAINT = """async () => {
  const main = document.querySelector("script[type=module]").src;
  const { Painter } = await import(new URL("painter.js", main));
  const painter = new Painter(0);
  window.ownPaints = 0;
  window.touch = () => document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  painter.add(() => { window.ownPaints += 1; });
  painter.request();
  window.touch();
}"""


def test_nothing_moves_within_half_a_second_of_a_touch_and_a_second_one_prolongs_nothing(home: Screen) -> None:
    home.stop_time()
    home.page.evaluate(TOUCH_AND_PAINT)
    home.pass_time(400)
    assert home.page.evaluate("window.ownPaints") == 0
    home.page.evaluate("window.touch()")
    home.pass_time(101)
    assert home.page.evaluate("window.ownPaints") == 1


def test_nothing_is_painted_while_the_page_is_hidden(
    new_screen: Callable[..., Screen], traded: Site, house: FakeHouse
) -> None:
    screen = new_screen()
    screen.page.add_init_script(WATCH)
    shown(screen)
    page = screen.page
    page.evaluate("() => Object.defineProperty(document, 'hidden', { get: () => window.away ?? false })")
    screen.rests()
    # What is painted of that may take its time, on a busy machine.
    screen.wait(lambda: is_still(page))
    page.evaluate("() => { window.away = true; }")
    # What the browser had been given to draw before.
    screen.wait(lambda: is_still(page))
    page.evaluate("() => { window.strokes.length = 0; }")
    house.show(cards=(made_card(price=188.5),))
    page.wait_for_timeout(900)
    assert page.evaluate("() => window.strokes.length") == 0
    page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    screen.wait(lambda: page.evaluate("() => window.strokes.length"))
    screen.shows("$188.50")


def test_an_old_price_dims_its_bar_and_stops_its_line(chart: Screen, house: FakeHouse) -> None:
    page = chart.page
    chart.wait(lambda: dots(page, TEXT) > 100)
    house.show(cards=(made_card(price_at=int(NOW.timestamp()) - 400),))
    chart.wait(lambda: dots(page, TEXT) == 0)


def test_the_colours_follow_the_theme(chart: Screen) -> None:
    page = chart.page
    assert dots(page, SURFACE) > dots(page, WHITE)
    page.evaluate("() => document.documentElement.setAttribute('data-theme', 'light')")
    chart.wait(lambda: dots(page, SURFACE) == 0 and dots(page, WHITE) > 10_000)


def test_longer_bars_fit_and_zoom_by_key(chart: Screen) -> None:
    page = chart.page
    before = dots(page, LOSS)
    page.get_by_role("button", name="Nearer, fewer bars").press("Enter")
    chart.wait(lambda: dots(page, LOSS) != before)
    nearer = dots(page, LOSS)
    page.get_by_role("button", name="Further, more bars").press("Enter")
    chart.wait(lambda: dots(page, LOSS) != nearer)
    chart.button("Fit").press("Enter")
    chart.wait(lambda: dots(page, LOSS) == before)
    chart.button("5 min").click()
    name = page.get_by_role("img", name="AAPL")
    expect(name).to_have_attribute("aria-label", re.compile("13 five-minute bars"))
    assert chart.button("5 min").get_attribute("aria-pressed") == "true"
    chart.button("1 day").click()
    expect(name).to_have_attribute("aria-label", re.compile("1 daily bars from Nov 20 to Nov 20"))
    # The next chart begins as this one was left.
    chart.button("1 min").click()
    expect(name).to_have_attribute("aria-label", re.compile("61 one-minute bars"))


def test_a_tapped_bar_tells_its_prices_and_leads_to_its_why(chart: Screen) -> None:
    page = chart.page
    box = page.locator(".chart-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 60)
    strip = page.locator(".chart-strip")
    expect(strip).to_contain_text(re.compile(r"Nov 20, \d\d:\d\dopen \$18\d"))
    when = strip.locator(".chart-when").inner_text()[-5:]
    strip.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Why? AAPL SMA crossover, Nov 20, {when}")
    chart.page.go_back()
    page.locator(".chart-canvas").wait_for()


def test_the_table_has_the_same_figures_and_a_why_for_each_fill(chart: Screen) -> None:
    page = chart.page
    chart.button("Show as table").click()
    expect(page.locator(".chart-canvas")).to_be_hidden()
    assert page.locator("tbody tr").count() == 60
    bought = page.locator("tbody tr", has_text="09:50")
    assert bought.get_by_role("link").all_inner_texts() == [
        "Bought 60 shares at $184.60. Why?",
        "Bought 40 shares at $184.80. Why?",
    ]
    expect(page.locator("tbody tr", has_text="10:20")).to_contain_text("10:20 buy 900 shares, denied. Why?")
    chart.button("Older bars").click()
    assert page.locator("tbody tr").count() == 61
    expect(chart.button("Older bars")).to_be_hidden()
    bought.get_by_role("link").first.press("Enter")
    chart.shows("20-bar average crossed above the 50-bar average")
    page.go_back()
    chart.button("Show as table").wait_for()


def test_a_finger_pans_along_and_scrolls_the_page_across(new_screen: Callable[..., Screen], traded: Site) -> None:
    screen = shown(new_screen("tiny", has_touch=True))
    page = screen.page
    page.get_by_role("button", name="Nearer, fewer bars").tap()
    page.locator(".chart-canvas").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    fingers = screen.context.new_cdp_session(page)
    box = page.locator(".chart-canvas").bounding_box()
    assert box
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    before, scrolled = dots(page, LOSS), page.evaluate(SCROLLED)
    assert scrolled > 0
    drag_until(lambda: dots(page, LOSS) != before, page, fingers, middle, (90, 0))
    assert page.evaluate(SCROLLED) == scrolled
    drag_until(lambda: page.evaluate(SCROLLED) < scrolled, page, fingers, middle, (0, 90))


def drag_until(  # type: ignore[no-untyped-def]
    condition: Callable[[], bool], page: Page, fingers, start: dict[str, float], way: tuple[float, float]
) -> None:
    """Drag, and again if nothing moved: a chart still laid out takes no finger, and a late one is a long press."""
    for _ in range(5):
        drag(fingers, start, way)
        page.wait_for_timeout(500)
        if condition():
            return
    raise AssertionError("five drags moved nothing")


def drag(fingers, start: dict[str, float], way: tuple[float, float]) -> None:  # type: ignore[no-untyped-def]
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [start]})
    for step in range(1, 11):
        spot = {"x": start["x"] + way[0] * step / 10, "y": start["y"] + way[1] * step / 10}
        fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [spot]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_without_bars_one_sentence_says_when_they_come_and_they_do(home: Screen, house: FakeHouse, site: Site) -> None:
    home.page.locator("a.card[data-status]").click()
    home.shows("No bars yet: the chart begins with the first minute of prices.")
    trade_a_morning(site)
    house.show(cards=(made_card(price_at=LAST_BAR + MINUTE),))
    home.pass_time(2100)
    home.page.locator(".chart-canvas canvas").first.wait_for()


def test_bars_that_cannot_be_read_are_said_and_can_be_tried_again(
    new_screen: Callable[..., Screen], traded: Site
) -> None:
    screen = new_screen()
    broken = BrokenAnswers(screen, re.compile(r"/chart\?"), status=404, json={"error": "Gone."})
    screen.open("/#/algorithm/1").shows("The chart could not be read. Trading goes on.")
    broken.mend()
    screen.button("Try again").click()
    screen.page.locator(".chart-canvas canvas").first.wait_for()


@pytest.fixture
def page_without_library(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    shutil.copytree(ROOT / "frontend", folder, ignore=shutil.ignore_patterns("lightweight*", "node_modules"))
    return folder


@pytest.fixture
def poor_site(
    house: FakeHouse, claimed: tuple[Path, str], tmp_path: Path, page_without_library: Path
) -> Iterator[Site]:
    (tmp_path / "house").mkdir()
    served = Site(house, copy_house(claimed[0], tmp_path / "house"), frontend=page_without_library)
    yield served
    served.close()


def test_a_missing_library_costs_the_chart_and_nothing_else(
    browser: Browser, poor_site: Site, claimed: tuple[Path, str]
) -> None:
    trade_a_morning(poor_site)
    context = browser.new_context(viewport={"width": 800, "height": 480})
    screen = Screen(context, poor_site.url)
    context.add_cookies([{"name": "autotrader_session", "value": claimed[1], "url": screen.url, "sameSite": "Strict"}])
    context.add_init_script("localStorage.setItem('unlocked', 'yes')")
    screen.open("/#/algorithm/1").shows("The chart cannot be drawn: its library is missing.")
    # No picture's part, or a screen reader would not read it out.
    expect(screen.page.get_by_role("img")).to_have_count(0)
    screen.button("Show as table").click()
    expect(screen.page.locator("tbody tr").first).to_contain_text("close $185.90")
    screen.page.get_by_role("tab", name="Trades").click()
    screen.shows("Sell 100 shares: filled at $185.90")
    assert screen.mistakes == []
    context.close()


def test_a_chart_has_its_name_as_soon_as_it_is_there(new_screen: Callable[..., Screen], traded: Site) -> None:
    screen = new_screen()
    screen.page.add_init_script(f"({NOTE_NAMES})()")
    shown(screen)
    names = screen.page.evaluate("() => window.firstNames")
    assert names != []
    assert all(name and name.startswith("AAPL, ") for name in names), names


def test_no_chart_is_wider_than_its_place(new_screen: Callable[..., Screen], traded: Site) -> None:
    screen = shown(new_screen())
    wide = {}
    for is_table in (False, True):
        if is_table:
            screen.button("Show as table").click()
        for percent in (100, 200):
            screen.page.evaluate(
                "(size) => document.documentElement.style.setProperty('font-size', `${size}%`)", percent
            )
            for size, (width, height, _) in SIZES.items():
                screen.page.set_viewport_size({"width": width, "height": height})
                screen.page.wait_for_timeout(100)
                if is_table and screen.button("Show as table").count():
                    screen.button("Show as table").click()
                wide[f"table {is_table}, {size} at {percent} %"] = screen.overflowing()
    assert {where: found for where, found in wide.items() if found} == {}


def test_whatever_is_tapped_at_a_chart_is_large_enough(chart: Screen) -> None:
    box = chart.page.locator(".chart-canvas").bounding_box()
    assert box
    assert box["height"] > 170
    chart.page.mouse.click(box["x"] + 100, box["y"] + 60)
    chart.page.locator(".chart-why").first.wait_for()
    boxes = [each.bounding_box() for each in chart.page.locator("main a, main button").all()]
    assert [each for each in boxes if each and (each["width"] < 48 or each["height"] < 48)] == []
