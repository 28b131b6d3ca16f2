"""The hub: a socket that listens misses nothing, and one that would read in time is not sent away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from database.bar import Bar
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.api.streams import event_hub
from orchestra.api.streams.event_hub import EventHub
from orchestra.api.streams.log_reader import PAGE, LogReader
from orchestra.api.streams.selection import EVERYTHING, Selection
from orchestra.api.streams.stream_socket import MOST_WAITING, TOO_SLOW, StreamSocket
from orchestra.messages.events import BarsClosed, MinuteFinished
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse import system_schema
from system_databse.rows import events
from tests.orchestra.api.streams.made_up_web_socket import PATIENCE_SECONDS, MadeUpWebSocket
from tests.orchestra.api.streams.stream_house import AT

BAR = Bar("AAPL", 60, 1.0, 2.0, 0.5, 1.5, 100.0)
A_WHILE_SECONDS = 0.3


class HookedWebSocket(MadeUpWebSocket):
    """Does something in the middle of every write."""

    def __init__(self, on_write: Callable[[], object]) -> None:
        super().__init__()
        self._on_write = on_write

    def send_frames(self, frames: bytes) -> None:
        super().send_frames(frames)
        self._on_write()


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub, its log and its board."""

    hub: EventHub
    store: SqliteStore
    board: LiveBoard

    def write(self, count: int) -> None:
        with self.store.transaction() as connection:
            events.append(connection, [("order.filled", "{}", AT)] * count)

    @contextmanager
    def serving(self, web_socket: MadeUpWebSocket) -> Iterator[StreamSocket]:
        """Serve a socket that wants all there is, from now on."""
        wants = Selection(EVERYTHING, has_bars=True)
        socket = StreamSocket(web_socket, wants, principal="session 1", clock=SystemClock())  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: self.hub.serve(socket, after=None), daemon=True)
        thread.start()
        try:
            yield socket
        finally:
            web_socket.hang_up()
            thread.join(PATIENCE_SECONDS)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    store = open_database(
        tmp_path / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
    )
    board = LiveBoard()
    yield Hub(EventHub(LogReader(store), board, SystemClock(), is_live=lambda _principal: True), store, board)
    store.close()


def test_whoever_is_connected_hears_a_bar_that_comes_at_once(hub: Hub) -> None:
    hub.board.on_event(MinuteFinished(60))
    bars = iter([BarsClosed((BAR,))])

    def close_a_bar() -> None:
        for each in bars:
            hub.board.on_event(each)
            hub.board.on_event(MinuteFinished(120))
            hub.hub.pulse()

    web_socket = HookedWebSocket(close_a_bar)
    with hub.serving(web_socket):
        assert web_socket.has(2)
    assert [each["type"] for each in web_socket.told] == ["connected", "bar.completed"]


@pytest.mark.requirement("S1-25")
def test_a_hub_that_stalled_sends_nobody_away_who_was_not_too_slow(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_hub, "ROOM_SECONDS", PATIENCE_SECONDS)
    is_told = threading.Event()
    count = MOST_WAITING + 3 * PAGE
    # Each write takes a while, unless the hub has told everything by then.
    web_socket = HookedWebSocket(lambda: is_told.wait(A_WHILE_SECONDS))
    with hub.serving(web_socket) as socket:
        assert web_socket.has(1)
        hub.write(count)
        hub.hub.pulse()
        is_told.set()
        assert web_socket.has(1 + count), socket.goodbye
    assert [each["id"] for each in web_socket.told[1:]] == list(range(1, count + 1))
    assert hub.hub.dropped == 0


def test_a_reader_that_takes_nothing_is_sent_away_by_a_hub_that_stalled(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_hub, "ROOM_SECONDS", 0.01)
    may_go_on = threading.Event()
    web_socket = HookedWebSocket(lambda: may_go_on.wait(PATIENCE_SECONDS))
    with hub.serving(web_socket) as socket:
        assert web_socket.has(1)
        hub.write(MOST_WAITING + 3 * PAGE)
        hub.hub.pulse()
        assert socket.goodbye == TOO_SLOW
        may_go_on.set()
    assert hub.hub.dropped == 1
