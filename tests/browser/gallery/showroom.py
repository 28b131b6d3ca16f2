"""The showroom: a house, its server and windows of every size, to be led through all views."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from orchestra.api.auth.cookies import SESSION_COOKIE
from tests.browser.fake_house import FakeHouse
from tests.browser.gallery.gallery_house import GalleryHouse
from tests.browser.screen import Screen
from tests.browser.served_site import Site, copy_house
from tests.orchestra.backtest.screen_room import open_room

# CSS pixels and the scale of the display.
SIZES = {
    "short": (800, 480, 1.0),
    "narrow": (480, 853, 1.5),
    "wide": (1280, 720, 1.5),
    "phone": (390, 844, 1.0),
    "tiny": (320, 640, 1.0),
}
# The appliance's own panels; the others have a keyboard of their own.
KIOSK_SIZES = ("short", "narrow")


class Showroom:
    """Open windows on one house. claimed: a folder with a PIN in it, and the token of a session."""

    def __init__(self, browser: Browser, claimed: tuple[Path, str], folder: Path) -> None:
        self._browser = browser
        self._token = claimed[1]
        self._house = FakeHouse()
        self._backtests = open_room(folder)
        self._site = Site(self._house, copy_house(claimed[0], folder), backtests=self._backtests.screens)
        self._screens: list[Screen] = []
        self.house = GalleryHouse(self._house, self._site, self._backtests)

    def window(self, size: str, *, is_unlocked: bool = True) -> Screen:
        """Open a window; nothing moves in it that need not."""
        width, height, scale = SIZES[size]
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            color_scheme="dark",
            reduced_motion="reduce",
        )
        screen = Screen(context, self._site.url)
        if is_unlocked:
            cookie = {"name": SESSION_COOKIE, "value": self._token, "url": screen.url, "httpOnly": True}
            context.add_cookies([{**cookie, "sameSite": "Strict"}])  # type: ignore[list-item]  # a TypedDict there
            context.add_init_script("localStorage.setItem('unlocked', 'yes')")
        screen.flag = "&kiosk" if size in KIOSK_SIZES else ""
        self._screens.append(screen)
        return screen

    def close(self) -> None:
        """Close every window and the house."""
        for screen in self._screens:
            screen.context.close()
        self._site.close()
        self._house.close()
        self._backtests.close()


@contextmanager
def showroom(browser: Browser, claimed: tuple[Path, str], folder: Path) -> Iterator[Showroom]:
    """Open a showroom for a while."""
    room = Showroom(browser, claimed, folder)
    try:
        yield room
    finally:
        room.close()
