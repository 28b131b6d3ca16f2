"""One browser window with a page in it, and everything that must not happen there written down."""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, Request, WebSocket, expect

# The browser notes each answer that is no 2xx; these are refusals the page asked for and shows in words.
EXPECTED_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (40[0134]|409|429)")
# Its own remarks when server and page hang up at the same moment, and when a page is left while it connects.
HUNG_UP = re.compile(
    r"WebSocket is already in CLOSING or CLOSED state\.$"
    r"|WebSocket connection to .* failed: WebSocket is closed before the connection is established\.$"
)
# Long: on a busy machine the page is late, and that is no mistake of it.
PATIENCE_MS = 30_000
MORNING = datetime(2026, 11, 20, 15, 33, tzinfo=UTC)
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

# Lets a button go by the page's own time, however late the test is.
RELEASE_LATER = """(button, after) => {
  window.isReleased = false;
  const release = () => {
    button.dispatchEvent(new PointerEvent("pointerup"));
    window.isReleased = true;
  };
  button.addEventListener("pointerdown", () => setTimeout(release, after), { once: true });
}"""

expect.set_options(timeout=PATIENCE_MS)


class Screen:
    """A page that watches itself; `mistakes` holds what a test has to fail for."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.mistakes: list[str] = []
        self.requested: list[str] = []
        self.loads = 0
        # What the server has told by the live feed.
        self.frames: list[str] = []
        self._unanswered: set[Request] = set()
        # "&kiosk" for a window of the kiosk.
        self.flag = ""
        # Set by tests that take the server away.
        self.may_lose_server = False
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        # Time runs as it does, always from the same hour on, and a test can hurry it.
        self.page.clock.install(time=MORNING)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.mistakes.append(f"page error: {error.stack or error}"))
        self.page.on("request", self._on_request)
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, self._on_request_ended)
        self.page.on("load", self._on_load)
        self.page.on("websocket", self._on_socket)

    def open(self, path: str = "/") -> "Screen":
        self.page.goto(self.url + path)
        return self

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def tap_twice(self, name: str) -> None:
        """Tap a button twice within one turn of the page, as soon as it can be tapped."""
        button = self.button(name)
        expect(button).to_be_enabled()
        button.evaluate("(button) => { button.click(); button.click(); }")

    def type_pin(self, digits: str) -> None:
        """Tap the digits and OK."""
        pad = self.page.locator(".pin-keys").last
        for digit in digits:
            pad.get_by_role("button", name=digit, exact=True).click()
        pad.get_by_role("button", name="OK").click()

    def hold(self, button: Locator, *, milliseconds: int) -> None:
        """Press a button with the mouse for exactly that long, also on a busy machine.

        Time is not hurried: a page that hears nothing for long holds its acts back.
        """
        expect(button).to_be_enabled()
        button.hover()
        button.evaluate(RELEASE_LATER, milliseconds)
        self.page.mouse.down()
        self.page.wait_for_function("() => window.isReleased")
        self.page.mouse.up()

    def pass_time(self, milliseconds: int) -> None:
        """Let that much time pass for the page, at once."""
        self.page.clock.fast_forward(milliseconds)

    def stop_time(self) -> None:
        """Let no time pass any more for the page but what `pass_time` says; three seconds pass at once."""
        # The clock is told seconds, and none that are over: on a busy machine they may be by then, but it is paused.
        for _ in range(5):
            with contextlib.suppress(Error):
                self.page.clock.pause_at(self.page.evaluate("() => Date.now() / 1000 + 3"))
                return
        raise AssertionError("time does not stop")

    def is_live(self) -> None:
        """Wait until the page says that it is connected."""
        expect(self.page.locator(".link-words")).to_have_text("Live")

    def shows(self, text: str | re.Pattern[str], *, timeout: float = PATIENCE_MS) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=timeout)

    def rests(self) -> None:
        """Wait until everything asked for has come, and half a second brought nothing new."""
        quiet = 0

        def is_quiet() -> bool:
            nonlocal quiet
            quiet = 0 if self._unanswered else quiet + 1
            return quiet > 10

        self.wait(is_quiet)

    def overflowing(self) -> list[str]:
        """Return what is too wide, and stays so for a second: what follows the window's size is a frame late."""
        found: list[str] = []
        for _ in range(20):
            found = self.page.evaluate(OVERFLOWING)
            if not found:
                break
            self.page.wait_for_timeout(50)
        return found

    def wait(self, condition: Callable[[], Any], *, milliseconds: int = PATIENCE_MS) -> None:
        """Wait until the condition of the test itself holds."""
        for _ in range(milliseconds // 50):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("waited in vain")

    def _on_request_ended(self, request: Request) -> None:
        self._unanswered.discard(request)

    def _on_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def _on_load(self, _page: Page) -> None:
        self.loads += 1

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or EXPECTED_REFUSAL.match(message.text):
            return
        if HUNG_UP.match(message.text):
            return
        if not (self.may_lose_server and LOST_SERVER.search(message.text)):
            self.mistakes.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.requested.append(request.url)
        self._unanswered.add(request)
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(self.url).netloc:
            self.mistakes.append(f"request to another host: {request.url}")
