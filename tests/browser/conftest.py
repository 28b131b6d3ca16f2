"""The page in a real browser: a fake house, the server that serves it, and windows that must stay free of mistakes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from orchestra.api.auth.cookies import SESSION_COOKIE
from tests.browser.fake_house import FakeHouse
from tests.browser.gallery.showroom import SIZES
from tests.browser.screen import Screen
from tests.browser.served_site import Site, claim, copy_house


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
            context.add_init_script("localStorage.getItem('unlocked') ?? localStorage.setItem('unlocked', 'yes')")
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
