"""Whoever comes back with the id of its last event has every event, and none twice, wherever it was cut off."""

import random
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.schema_check import open_database
from orchestra.api.streams.event_hub import EventHub
from orchestra.api.streams.log_reader import LogReader
from orchestra.api.streams.selection import EVERYTHING, TRADES, Selection
from orchestra.api.streams.stream_socket import StreamSocket
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse import system_schema
from system_databse.rows import events
from tests.orchestra.api.api_house import MovedClock
from tests.orchestra.api.streams.made_up_web_socket import PATIENCE_SECONDS, MadeUpWebSocket
from tests.orchestra.api.streams.stream_house import AT, StreamHouse

SEED = 20261126


class Program:
    """A program that keeps what it is told, and comes back with the id of its last event."""

    def __init__(self, hub: EventHub, selection: Selection) -> None:
        self._hub = hub
        self._selection = selection
        self.ids: list[int] = []
        self._web_socket: MadeUpWebSocket | None = None
        self._thread: threading.Thread | None = None

    def come(self) -> None:
        if self._web_socket is not None:
            return
        self._web_socket = MadeUpWebSocket()
        socket = StreamSocket(
            self._web_socket,  # type: ignore[arg-type]
            self._selection,
            principal="session 1",
            clock=MovedClock(),
        )
        after = self.ids[-1] if self.ids else 0
        self._thread = threading.Thread(target=lambda: self._hub.serve(socket, after=after), daemon=True)
        self._thread.start()

    def go(self) -> None:
        """Be cut off, in the middle of whatever is on its way."""
        if self._web_socket is None or self._thread is None:
            return
        self._web_socket.hang_up()
        self._thread.join(PATIENCE_SECONDS)
        self.ids += [int(str(each["id"])) for each in self._web_socket.told if each["type"] != "connected"]
        self._web_socket = self._thread = None


Act = tuple[str, int]
acts = st.lists(st.tuples(st.sampled_from(["write", "pulse", "come", "go"]), st.integers(1, 1_200)), max_size=30)
KINDS = ("order.filled", "risk.resumed", "gauges", "position.opened")


@pytest.mark.requirement("S1-25", "S1-26", "S1-39")
@settings(deadline=None, max_examples=40)
@given(acts=acts, prefixes=st.sampled_from([EVERYTHING, TRADES]))
def test_no_event_is_missed_and_none_is_told_twice(acts: list[Act], prefixes: tuple[str, ...]) -> None:
    selection = Selection(prefixes)
    with TemporaryDirectory(dir="/dev/shm") as folder:
        store = open_database(
            Path(folder) / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        hub = EventHub(LogReader(store), LiveBoard(), MovedClock(), is_live=lambda _principal: True)
        program, count = Program(hub, selection), 0
        for act, size in [*acts, ("come", 1)]:
            if act == "write":
                rows = [(KINDS[(count + each) % len(KINDS)], "{}", AT) for each in range(size)]
                with store.transaction() as connection:
                    events.append(connection, rows)
                count += size
            {"write": lambda: None, "pulse": hub.pulse, "come": program.come, "go": program.go}[act]()
        wanted = [each + 1 for each in range(count) if selection.takes(KINDS[each % len(KINDS)])]
        until(lambda: is_told_to(program, hub, wanted))
        program.go()
        store.close()
    assert program.ids == wanted


def is_told_to(program: Program, hub: EventHub, wanted: list[int]) -> bool:
    """Say whether the program has what it wants; one that was too slow comes back."""
    hub.pulse()
    assert program._web_socket is not None
    told = [each["id"] for each in program._web_socket.told]
    if program._web_socket._is_over.is_set():
        program.go()
        program.come()
    return not wanted or wanted[-1] in [*told, *program.ids]


def until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1_000):
        if is_so():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come about")


@pytest.mark.requirement("S1-19", "S1-39")
def test_a_real_program_that_is_cut_off_again_and_again_misses_nothing(tmp_path: Path) -> None:
    served, chance, stop = StreamHouse(tmp_path), random.Random(SEED), threading.Event()

    def engine() -> None:
        while not stop.wait(0.02):
            served.write(*["order.filled"] * 4, data='{"symbol": "AAPL"}')

    thread = threading.Thread(target=engine)
    thread.start()
    ids: list[int] = []
    for _ in range(20):
        reader = served.reader(f"/ws?after={ids[-1] if ids else 0}")
        ids += [each["id"] for each in reader.take(chance.randint(1, 60))]
        reader.socket.socket.close() if chance.random() < 0.5 else reader.close()
    stop.set()
    thread.join()
    ids += served.reader(f"/ws?after={ids[-1]}").until(served.newest())
    served.close()
    assert ids == list(range(1, ids[-1] + 1))
