"""An open tab: the state of the page as its socket keeps it, with every update it has heard."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from tests.journeys.page import Page

# The server sends one every two seconds, whatever happens: how long is waited, counted by the server.
MOST_HEARTBEATS = 20


class Tab:
    """Join, then merge what comes as the page does."""

    def __init__(self, page: Page) -> None:
        self._screen = page.screen()
        first = self._screen.join()
        self.boot = first["boot"]
        self.number = first["seq"]
        self.state: dict[str, Any] = dict(first["state"])
        self.algorithms = {each["id"]: each for each in first["state"]["algorithms"]}
        self.updates: dict[int, dict[str, Any]] = {}

    def __enter__(self) -> "Tab":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._screen.__exit__(kind, error, trace)

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Take what comes until something is so; fail when it does not come to pass."""
        beats = 0
        while not is_so():
            name, body = self._screen.any_event()
            beats += name == "heartbeat"
            assert beats <= MOST_HEARTBEATS, self.algorithms
            if name == "update":
                self._take(body)

    def is_left(self) -> bool:
        """Say whether the server ends the connection."""
        return self._screen.is_hung_up_on()

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of every event of this kind."""
        events = [event for update in self.updates.values() for event in update["events"]]
        return [event["data"] for event in events if event["type"] == kind]

    def shares(self, algorithm_id: int) -> str:
        """Return what an algorithm holds, as its card says; nothing as long as it has no card."""
        card = self.algorithms.get(algorithm_id)
        return card["card_calculations"]["shares"] if card else "no card"

    def status(self, algorithm_id: int) -> str:
        """Return an algorithm's status."""
        card = self.algorithms.get(algorithm_id)
        return card["status"] if card else "no card"

    def _take(self, update: dict[str, Any]) -> None:
        assert update["seq"] == self.number + 1, "an update was lost"
        self.number = update["seq"]
        self.updates[self.number] = update
        changes = dict(update["changes"])
        for each in changes.pop("algorithms", []):
            self.algorithms[each["id"]] = each
        for identifier in changes.pop("removed", []):
            self.algorithms.pop(identifier, None)
        self.state.update(changes)
