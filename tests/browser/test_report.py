"""The report of a backtest in a real browser: it fits, asks for nothing, runs nothing, and is white on paper."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from orchestra.backtest.report.compare import compare_html
from orchestra.backtest.report.html_report import html_report
from tests.orchestra.backtest.made_run import made_result

WIDTHS = (320, 390, 800, 1280)
SMALLEST_TEXT_PX = 11
Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return what opens a page; at the end none may have asked for anything or complained."""
    context = browser.new_context(color_scheme="dark")
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    context.on("dialog", lambda dialog: complaints.append(dialog.message))

    def open_page(html: str, *, width: int = 390) -> Page:
        path = tmp_path / "report.html"
        path.write_text(html, encoding="utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path.as_uri())
        return page

    yield open_page
    context.close()
    assert {url.rpartition("/")[2] for url in asked} == {"report.html"}
    assert complaints == []


def overflow(page: Page) -> int:
    return int(page.evaluate("() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_fits_every_screen(opened: Open, width: int) -> None:
    pages = [made_result(), made_result(5, bars=50), made_result(3, tickers=tuple("ABCDEFGHIJ"))]
    assert [overflow(opened(html_report(each), width=width)) for each in pages] == [0, 0, 0]
    assert overflow(opened(compare_html(pages[0], pages[1]), width=width)) == 0


def test_endless_names_do_not_widen_the_page_and_nothing_in_them_runs(opened: Open) -> None:
    result = made_result(5)
    name = "<script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(1)>" + "x" * 400
    hostile = replace(
        result,
        algorithms=[{**result.algorithms[0], "name": name, "params": {name: name}}],
        reasons=[{**row, "reason": name} for row in result.reasons],
        warnings=[name],
    )
    assert overflow(opened(html_report(hostile))) == 0


def test_the_words_of_a_chart_stay_readable_on_a_phone(opened: Open) -> None:
    page = opened(html_report(made_result()), width=320)
    heights = page.evaluate(
        "() => [...document.querySelectorAll('.chart text')].map(each => each.getBoundingClientRect().height)"
        ".filter(height => height > 0)"
    )
    assert heights
    assert min(heights) >= SMALLEST_TEXT_PX


def test_dates_under_a_chart_do_not_touch_on_a_phone(opened: Open) -> None:
    page = opened(html_report(made_result()), width=320)
    gaps = page.evaluate(
        """() => [...document.querySelectorAll('.axes')].flatMap(axes => {
            const dates = [...axes.querySelectorAll('text:not([x="-8"])')]
                .map(each => each.getBoundingClientRect()).filter(each => each.width > 0);
            return dates.slice(1).map((each, at) => each.left - dates[at].right);
        })"""
    )
    assert gaps
    assert min(gaps) > 0


def test_the_paper_is_white_although_the_screen_is_dark(opened: Open) -> None:
    page = opened(html_report(made_result()))
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(14, 18, 23)"
    page.emulate_media(media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
