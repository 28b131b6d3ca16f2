"""Questions of the page whose answers the test holds back or spoils, until it lets them go."""

import re
from typing import Any

from playwright.sync_api import Request, Route

from tests.browser.screen import Screen


class HeldAnswers:
    """Hold back what is asked at addresses that fit; `routes` are the questions so far, oldest first."""

    def __init__(self, screen: Screen, pattern: str) -> None:
        self.routes: list[Route] = []
        self._screen = screen
        self._is_open = False
        self._done: list[Request] = []
        for ended in ("requestfinished", "requestfailed"):
            screen.page.on(ended, self._on_end)
        screen.page.route(pattern, self._on_question)

    def wait(self, count: int = 1) -> None:
        """Wait until that many have been asked."""
        self._screen.wait(lambda: len(self.routes) >= count)

    def open(self) -> None:
        """Let every answer through, now and later."""
        self._is_open = True
        for route in self.routes:
            route.continue_()

    def let_go(self) -> None:
        """Let every answer through, and wait until the page has made of them what it does."""
        self.open()
        self._screen.wait(lambda: all(route.request in self._done for route in self.routes))
        self._screen.rests()

    def _on_end(self, request: Request) -> None:
        self._done.append(request)

    def _on_question(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self.routes.append(route)


class BrokenAnswers:
    """Answer what is asked at addresses that fit as the test says, or not at all, until it is mended.

    Playwright's own way back, to route no longer, may leave unanswered for ever what was asked at that moment.
    """

    def __init__(self, screen: Screen, pattern: str | re.Pattern[str], **answer: Any) -> None:
        self._is_mended = False
        self._answer = answer
        screen.page.route(pattern, self._on_question)

    def mend(self) -> None:
        """Let the server answer from now on."""
        self._is_mended = True

    def _on_question(self, route: Route) -> None:
        if self._is_mended:
            route.continue_()
        elif self._answer:
            route.fulfill(**self._answer)
        else:
            route.abort()
