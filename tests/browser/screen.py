"""One browser window with a page in it, and everything that must not happen there written down."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

# The browser notes each answer that is no 2xx; these are refusals the page asked for and shows in words.
EXPECTED_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (400|401|404|409|429)")
LOST_SERVER = re.compile(r"net::ERR_|WebSocket connection to .* failed|status of 5\d\d")

# What is too wide: its edge lies beyond the window, or its content beyond its own edge, neither cut off nor scrolled.
OVERFLOWING = """() => [...document.querySelectorAll("body *")]
  .filter((each) => !each.closest("svg, .visually-hidden, .skip"))
  // What an ellipsis shortens on purpose.
  .filter((each) => getComputedStyle(each.parentElement).textOverflow !== "ellipsis")
  .filter((each) => each.getBoundingClientRect().width > 0)
  .filter((each) => {
    const box = each.getBoundingClientRect();
    const style = getComputedStyle(each);
    const isBox = style.overflowX === "visible" && style.display !== "inline";
    const spills = isBox && each.scrollWidth > each.clientWidth + 1;
    return box.right > innerWidth + 0.5 || box.left < -0.5 || spills;
  })
  .map((each) => `${each.tagName}.${each.className} ${JSON.stringify(each.getBoundingClientRect())}`)"""


class Screen:
    """A page that watches itself; `mistakes` holds what a test has to fail for."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.mistakes: list[str] = []
        self.requested: list[str] = []
        self.loads = 0
        # Set by tests that take the server away.
        self.may_lose_server = False
        self.page: Page = context.new_page()
        self.page.set_default_timeout(5000)
        # Time runs as it does, and a test can hurry it on.
        self.page.clock.install()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.mistakes.append(f"page error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("load", self._on_load)

    def open(self, path: str = "/") -> "Screen":
        self.page.goto(self.url + path)
        return self

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def type_pin(self, digits: str) -> None:
        """Tap the digits and OK."""
        pad = self.page.locator(".pin-keys").last
        for digit in digits:
            pad.get_by_role("button", name=digit, exact=True).click()
        pad.get_by_role("button", name="OK").click()

    def hold(self, button: Locator, *, milliseconds: int) -> None:
        """Press a button with the mouse for that long."""
        button.hover()
        self.page.mouse.down()
        self.pass_time(milliseconds)
        self.page.mouse.up()

    def pass_time(self, milliseconds: int) -> None:
        """Let that much time pass for the page, at once."""
        self.page.clock.fast_forward(milliseconds)

    def is_live(self) -> None:
        """Wait until the page says that it is connected."""
        expect(self.page.locator(".link-words")).to_have_text("Live")

    def shows(self, text: str | re.Pattern[str], *, timeout: float = 5000) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=timeout)

    def overflowing(self) -> list[str]:
        found: list[str] = self.page.evaluate(OVERFLOWING)
        return found

    def wait(self, condition: Callable[[], Any], *, milliseconds: int = 5000) -> None:
        """Wait until the condition of the test itself holds."""
        for _ in range(milliseconds // 50):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("waited in vain")

    def _on_load(self, _page: Page) -> None:
        self.loads += 1

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or EXPECTED_REFUSAL.match(message.text):
            return
        if not (self.may_lose_server and LOST_SERVER.search(message.text)):
            self.mistakes.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.requested.append(request.url)
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(self.url).netloc:
            self.mistakes.append(f"request to another host: {request.url}")
