"""The raw WebSockets, read by a real client on a real port (S1-03, S1-19 to S1-26)."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from database.bar import Bar, BarSource
from orchestra import api_server
from orchestra.api.api_parts import ApiLimits
from orchestra.api.streams.stream_socket import MOST_MESSAGES_A_MINUTE
from orchestra.api.wire.http_server import ApiHttpServer
from orchestra.api.wire.web_socket import BoundedWebSocket
from orchestra.messages.events import BarsClosed, MinuteFinished
from system_databse.rows import events
from tests.orchestra.api.api_house import LAN, MINUTE, OWN_PAGE
from tests.orchestra.api.streams.stream_house import AT, HERE, Reader, StreamHouse

KINDS = (
    *("signal.generated", "order.filled", "gauges", "trade.executed", "position.opened", "coordinated.signal"),
    "risk.halted",
)
Until = Callable[[Callable[[], object]], None]

LIMITS = ApiLimits(requests_a_minute=100_000, streams=8)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[StreamHouse]:
    served = StreamHouse(tmp_path, LIMITS)
    yield served
    served.close()


@pytest.mark.requirement("S1-03", "S1-19", "S1-22", "S1-23")
@pytest.mark.parametrize("path", ["/ws", "/stream/events"])
def test_a_program_is_greeted_and_then_told_everything(served: StreamHouse, path: str) -> None:
    served.write("market.opened")
    reader = served.reader(path)
    assert reader.first == {"type": "connected", "timestamp": AT, "id": 1}
    served.write("signal.generated", "order.submitted", data='{"symbol": "AAPL"}')
    assert reader.take(2) == [
        {"type": "signal.generated", "data": {"symbol": "AAPL"}, "timestamp": AT, "id": 2},
        {"type": "order.submitted", "data": {"symbol": "AAPL"}, "timestamp": AT, "id": 3},
    ]


@pytest.mark.requirement("S1-20", "S1-21")
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/ws/signals", ["signal.generated", "coordinated.signal"]),
        ("/ws/trades", ["order.filled", "trade.executed", "position.opened"]),
        ("/ws", [each for each in KINDS if each != "gauges"]),
    ],
)
def test_a_stream_tells_the_events_of_its_kinds(served: StreamHouse, path: str, told: list[str]) -> None:
    live = served.reader(path)
    served.write(*KINDS)
    assert [each["type"] for each in live.take(len(told))] == told
    late = served.reader(f"{path}?after=0")
    assert [each["type"] for each in late.take(len(told))] == told


@pytest.mark.requirement("S1-24")
def test_ping_is_answered_and_anything_else_is_not(served: StreamHouse) -> None:
    reader = served.reader()
    reader.socket.send("hello")
    reader.socket.send("ping")
    assert reader.socket.recv(timeout=20) == "pong"


def test_bars_are_told_only_to_whoever_asks_for_them(served: StreamHouse) -> None:
    bar = Bar("AAPL", MINUTE, 1.0, 2.0, 0.5, 1.5, 100.0)
    asks, asks_not = served.reader("/ws?bars=1"), served.reader()
    served.house.board.on_event(MinuteFinished(MINUTE))
    served.house.board.on_event(BarsClosed((bar, replace(bar, source=BarSource.STREAM_UPDATED))))
    told = asks.take(2)
    assert [each["type"] for each in told] == ["bar.completed", "bar.updated"]
    assert told[0]["data"]["symbol"] == "AAPL"
    assert told[0]["data"]["c"] == 1.5
    assert "id" not in told[0]
    served.write("risk.resumed")
    assert asks_not.next()["type"] == "risk.resumed"


def test_what_was_pruned_is_said_to_be_missing_and_the_rest_is_told(served: StreamHouse) -> None:
    served.write(*["order.filled"] * 10)
    with served.house.system.transaction() as connection:
        events.prune(connection, before="2026-11-21", most_kept=9, most_pruned=4, at=AT)
    reader = served.reader("/ws?after=2")
    lost = reader.next()
    assert (lost["type"], lost["data"]) == (
        "resume.incomplete",
        {"after": 2, "why": "pruned", "complete_after": 4, "newest": 10},
    )
    assert reader.until(10) == [5, 6, 7, 8, 9, 10]
    assert served.reader("/ws?after=4").next()["id"] == 5


def test_an_id_of_another_log_is_said_to_be_unknown(served: StreamHouse) -> None:
    served.write("order.filled")
    reader = served.reader("/ws?after=99")
    assert reader.next()["data"]["why"] == "unknown"
    served.write("order.canceled")
    assert reader.next()["id"] == 2


@pytest.mark.parametrize("after", ["-1", "x", "", "9" * 19, "1.5"])
def test_an_id_that_is_none_is_refused(served: StreamHouse, after: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        served.reader(f"/ws?after={after}")
    assert refused.value.response.status_code == 400


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"cookie": None}, 401),
        ({"cookie": "x" * 43}, 401),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": None}, 403),
    ],
)
def test_strangers_and_foreign_pages_are_refused_before_the_upgrade(
    served: StreamHouse, options: dict[str, str | None], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        served.reader(**options)
    assert refused.value.response.status_code == status
    assert served.hub.count == 0


@pytest.mark.requirement("S1-19")
def test_a_program_with_a_key_reads_until_its_key_is_revoked(served: StreamHouse) -> None:
    row, key = served.keys.make("a program", days=30)
    _, other = served.keys.make("another", days=30)
    mine, others = served.program(key=key), served.program("/ws/signals", key=other)
    served.write("signal.generated")
    assert mine.next()["type"] == others.next()["type"] == "signal.generated"
    served.keys.revoke(row.id)
    assert mine.goodbye()[0] == 4401
    served.write("signal.rejected")
    assert others.next()["type"] == "signal.rejected"
    with pytest.raises(InvalidStatus) as refused:
        served.program(key=key)
    assert refused.value.response.status_code == 403


def test_a_key_that_runs_out_is_found_by_the_sweep(served: StreamHouse) -> None:
    reader = served.program(key=served.keys.make("a program", days=1)[1])
    served.house.clock.advance(hours=25)
    served.hub.pulse()
    assert reader.goodbye()[0] == 4401


def test_a_page_elsewhere_needs_a_key_and_the_owners_word(tmp_path: Path) -> None:
    page = "http://localhost:3000"
    served = StreamHouse(tmp_path, LIMITS, origins=[page])
    key = served.keys.make("a page", days=1)[1]
    assert served.program(key=key, origin=page).first["type"] == "connected"
    for options in ({"key": key, "origin": "http://evil.example"}, {"cookie": served.cookie, "origin": page}):
        with pytest.raises(InvalidStatus) as refused:
            Reader(served.server.port, "/ws", **options)
        assert refused.value.response.status_code == 403
    served.close()


def test_a_question_without_an_upgrade_and_an_act_are_refused(served: StreamHouse) -> None:
    owner = served.house.owner()
    assert owner.get("/ws").status_code == 426
    assert owner.post("/ws", {}).status_code == 405
    assert served.house.visitor(LAN).get("/ws", **OWN_PAGE).status_code == 401


def test_there_is_room_for_so_many_and_a_place_becomes_free_again(served: StreamHouse, until: Until) -> None:
    readers = [served.reader() for _ in range(LIMITS.streams)]
    with pytest.raises(InvalidStatus) as refused:
        served.reader()
    assert refused.value.response.status_code == 503
    readers[0].close()
    until(lambda: served.hub.count < LIMITS.streams)
    served.reader()


@pytest.mark.requirement("S1-25")
def test_the_streams_of_a_session_end_with_it(served: StreamHouse, until: Until) -> None:
    mine = served.reader()
    served.cookie = served.sessions.open(HERE, "another")
    other = served.reader()
    session = next(each for each in served.sessions.open_ones() if each.user_agent == "browser")
    served.sessions.end(session.id)
    assert mine.goodbye() == (4401, "Your session or key has ended.")
    served.write("risk.resumed")
    assert other.next()["type"] == "risk.resumed"
    until(lambda: served.hub.count == 1)


def test_a_session_that_runs_out_is_found_by_the_sweep(served: StreamHouse) -> None:
    reader = served.reader()
    served.house.clock.advance(hours=13)
    served.hub.pulse()
    assert reader.goodbye()[0] == 4401


def test_a_reader_that_talks_all_the_time_is_sent_away(served: StreamHouse) -> None:
    reader = served.reader()
    for _ in range(MOST_MESSAGES_A_MINUTE):
        reader.socket.send("ping")
    assert reader.goodbye()[0] == 1008


def test_when_autotrader_stops_it_says_so(tmp_path: Path) -> None:
    served = StreamHouse(tmp_path, LIMITS)
    reader = served.reader()
    served.close()
    assert reader.goodbye() == (1001, "AutoTrader stops.")


def test_a_stream_is_not_hung_up_on_before_it_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_server, "GOODBYE_SECONDS", 4.0)
    hung_up = threading.Event()
    close, hang_up = BoundedWebSocket.close, ApiHttpServer.hang_up

    def close_late(web_socket: BoundedWebSocket, code: int, reason: str) -> None:
        hung_up.wait(0.3)
        close(web_socket, code, reason)

    def hang_up_and_tell(server: ApiHttpServer) -> None:
        hang_up(server)
        hung_up.set()

    monkeypatch.setattr(BoundedWebSocket, "close", close_late)
    monkeypatch.setattr(ApiHttpServer, "hang_up", hang_up_and_tell)
    served = StreamHouse(tmp_path, LIMITS)
    reader = served.reader()
    served.close()
    assert reader.goodbye() == (1001, "AutoTrader stops.")
