"""The page in a real browser: a fake house, the server that serves it, and windows that must stay free of mistakes."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from orchestra.api.auth.cookies import SESSION_COOKIE
from tests.browser.fake_house import FakeHouse
from tests.browser.screen import Screen
from tests.browser.served_site import Site, claim, copy_house
from tests.source_tree import ROOT

SIZES = {
    "short": (800, 480, 1.0),
    "narrow": (480, 853, 1.5),
    "wide": (1280, 720, 1.0),
    "phone": (390, 844, 1.0),
    "tiny": (320, 640, 1.0),
}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LIBRARY = ROOT / "frontend/vendor/socket.io.esm.min.js"


def _chromium() -> str:
    """Return the system's Chromium, which tests/run.sh installs where it may."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("THE PAGE IS NOT TESTED: there is no Chromium. Run 'sudo apt install chromium'.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not LIBRARY.exists():
        pytest.skip("THE PAGE IS NOT TESTED: its library is missing. Run ./start_autotrader.sh once.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def house() -> Iterator[FakeHouse]:
    fake = FakeHouse()
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a house with a PIN, and the token of a session: hashing a PIN for every test would take long."""
    folder = tmp_path_factory.mktemp("claimed")
    return folder, claim(folder)


@pytest.fixture
def site(house: FakeHouse, claimed: tuple[Path, str], tmp_path: Path) -> Iterator[Site]:
    served = Site(house, copy_house(claimed[0], tmp_path))
    yield served
    served.close()


@pytest.fixture
def new_screen(browser: Browser, site: Site, claimed: tuple[Path, str]) -> Iterator[Callable[..., Screen]]:
    """Return what opens a window; at the end none of them may have seen a mistake."""
    screens: list[Screen] = []

    def open_screen(size: str = "short", *, is_unlocked: bool = True, **options: Any) -> Screen:
        width, height, scale = SIZES[size]
        options = {"viewport": {"width": width, "height": height}, "device_scale_factor": scale, **options}
        context = browser.new_context(color_scheme=options.pop("color_scheme", "dark"), **options)
        screen = Screen(context, site.url)
        screens.append(screen)
        if is_unlocked:
            cookie = {"name": SESSION_COOKIE, "value": claimed[1], "url": screen.url, "httpOnly": True}
            context.add_cookies([{**cookie, "sameSite": "Strict"}])
            # As the page notes it when it was unlocked; without it no session is asked for.
            context.add_init_script("localStorage.setItem('unlocked', 'yes')")
        return screen

    yield open_screen
    mistakes = [mistake for screen in screens for mistake in screen.mistakes]
    for screen in screens:
        screen.context.close()
    assert mistakes == []


@pytest.fixture
def home(new_screen: Callable[..., Screen]) -> Screen:
    """Return an unlocked window at Home, 800x480."""
    screen = new_screen().open()
    screen.page.wait_for_selector(".summary")
    return screen
