"""The API on a real port: sockets, limits, start and stop (S2-07, S2-31, S2-53)."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from database.errors import ConfigError
from orchestra.api.api_parts import ApiLimits
from orchestra.api.auth.peer import Peer
from orchestra.api_server import DEFAULT_PORT, ApiServer, build_app
from orchestra.runtime.settings import Settings
from tests.orchestra.api.api_house import ApiHouse, made_card, made_snapshot
from tests.orchestra.api.raw_client import RawClient, get
from tests.orchestra.api.screen_socket import ScreenSocket
from tests.source_tree import imported_names, product_files

WAIT = 60.0
ACT = (
    b"POST /halt HTTP/1.1\r\nHost: localhost\r\nX-AutoTrader: 1\r\nSec-Fetch-Site: none\r\n"
    b"Content-Type: application/json\r\n"
)
HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")


class Served:
    """A house whose API listens."""

    def __init__(self, folder: Path, limits: ApiLimits) -> None:
        self.house = ApiHouse(folder, limits=limits)
        self.house.board.replace(made_snapshot())
        self.server = ApiServer(self.house.parts, self.house.frontend, port=0, limits=limits)
        self.server.start()
        self.app = self.server._app
        self.sessions = self.app.context.sessions

    @property
    def port(self) -> int:
        return self.server.port

    def cookie(self) -> str:
        return self.sessions.open(HERE, "browser")

    def screen(self, **options: str | None) -> ScreenSocket:
        return ScreenSocket(self.port, **{"cookie": self.cookie(), **options})  # type: ignore[arg-type]

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def close(self) -> None:
        self.server.stop()
        self.house.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path, ApiLimits(handshake_burst=100))
    yield served
    served.close()


def small(tmp_path: Path, **limits: float) -> Served:
    return Served(tmp_path, replace(ApiLimits(handshake_burst=100), **limits))  # type: ignore[arg-type]


@pytest.mark.requirement("S2-07", "S2-31", "S2-53", "S2-18")
def test_the_page_and_its_questions_are_answered_on_one_port(served: Served) -> None:
    assert DEFAULT_PORT == Settings.model_fields["port"].default == 5001
    assert served.request("GET", "/")[1].startswith(b"<script")
    status, health = served.request("GET", "/health")
    assert (status, json.loads(health)["service"]) == (200, "elpyfi-api")
    cookie = f"autotrader_session={served.cookie()}"
    algorithms = json.loads(served.request("GET", "/api/algorithms", Cookie=cookie)[1])
    assert [each["id"] for each in algorithms["algorithms"]] == [1]


def test_a_connection_is_kept_for_the_next_question_and_says_nothing_about_its_software(served: Served) -> None:
    with RawClient(served.port) as client:
        for _ in range(3):
            client.send(get("/api/pin"))
            answer = client.answer()
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"\r\nserver:" not in answer.lower()
            assert b"werkzeug" not in answer.lower()
            assert b"connection: keep-alive" in answer.lower()


def test_a_taken_port_is_a_plain_sentence_in_the_callers_thread(served: Served, tmp_path: Path) -> None:
    second = ApiServer(served.house.parts, served.house.frontend, port=served.port)
    with pytest.raises(ConfigError) as refusal:
        second.start()
    assert str(refusal.value) == (
        f"Port {served.port} is in use, by an AutoTrader that runs already or by another program (OctoBot "
        f"uses it too): see who with "
        f"'ss -ltnp sport = :{served.port}', or choose another with --port."
    )
    second.stop()


def test_a_thread_of_the_page_that_ends_on_an_error_is_told(tmp_path: Path) -> None:
    told: list[Exception] = []
    house = ApiHouse(tmp_path)
    server = ApiServer(house.parts, house.frontend, port=0, on_broken=told.append)
    error = ValueError("a page that is broken")

    def break_down() -> None:
        raise error

    server._run_job("api", lambda: None)
    assert told == []
    server._run_job("api", break_down)
    assert told == [error]
    house.close()


def test_a_clock_of_an_exchange_is_refused(tmp_path: Path) -> None:
    house = ApiHouse(tmp_path)
    house.clock.is_simulated = True
    with pytest.raises(ValueError, match="own clock"):
        build_app(house.parts, house.frontend)
    house.close()


def test_a_screen_gets_the_state_then_what_changes_then_a_heartbeat(served: Served) -> None:
    with served.screen() as screen:
        snapshot = screen.join()
        assert snapshot["boot"] == "boot-1"
        assert snapshot["state"]["algorithms"][0]["card_calculations"]["last_price"] == 101.5
        # In this order: a look of the feed in between would use the second up.
        served.house.board.replace(made_snapshot(2, algorithms=(made_card(price=102.5),)))
        served.house.clock.advance(seconds=1)
        update = screen.event("update")
        assert update["seq"] == snapshot["seq"] + 1
        assert list(update["changes"]) == ["algorithms"]
        assert update["changes"]["algorithms"][0]["card_calculations"]["last_price"] == 102.5
        served.house.clock.advance(seconds=2)
        assert screen.event("heartbeat")["seq"] == update["seq"]
        screen.emit("resync")
        again = screen.event("snapshot")
        assert again["seq"] == update["seq"]
        assert again["state"]["algorithms"] == update["changes"]["algorithms"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"cookie": None}, 401),
        ({"cookie": "x" * 43}, 401),
        ({"origin": None}, 403),
        ({"origin": None, "site": "same-origin"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost:3000"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_a_socket_without_a_session_or_of_another_page_is_refused_before_its_handshake(
    served: Served, options: dict[str, str | None], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        served.screen(**options)
    assert refusal.value.response.status_code == status
    assert served.app.sockets.count == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 401),
        ({"Sec-Fetch-Site": "none", "Cookie": "own"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Cookie": "own"}, 403),
        ({"Origin": "http://evil.example", "Cookie": "own", "X-Forwarded-Host": "evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Cookie": "own", "Host": "evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Cookie": "own"}, 200),
    ],
)
def test_the_polling_transport_passes_the_same_gate(served: Served, headers: dict[str, str], status: int) -> None:
    if headers.get("Cookie"):
        headers = {**headers, "Cookie": f"autotrader_session={served.cookie()}"}
    assert served.request("GET", "/socket.io/?EIO=4&transport=polling", **headers)[0] == status
    assert served.app.sockets.count == (1 if status == 200 else 0)


def test_polling_with_the_id_of_a_socket_needs_the_session_every_time(served: Served) -> None:
    own = {"Cookie": f"autotrader_session={served.cookie()}", "Sec-Fetch-Site": "same-origin"}
    opened = served.request("GET", "/socket.io/?EIO=4&transport=polling", **own)[1]
    sid = json.loads(opened[1:])["sid"]
    path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
    assert served.request("POST", path, b"40", **{"Sec-Fetch-Site": "same-origin"})[0] == 401
    assert served.request("POST", path, b"40", **own)[0] == 200
    assert b"snapshot" in served.request("GET", path, **own)[1]


def test_a_session_that_ends_takes_its_sockets_along_and_leaves_the_others(served: Served) -> None:
    cookie = served.cookie()
    with served.screen(cookie=cookie) as ended, served.screen(cookie=cookie) as silent, served.screen() as other:
        ended.join()
        other.join()
        found = served.sessions.find(cookie, HERE)
        assert found is not None
        served.sessions.end(found.id)
        assert ended.is_hung_up_on()
        assert silent.is_hung_up_on()
        other.emit("resync")
        other.event("snapshot")


def test_a_session_that_runs_out_loses_its_socket_at_the_next_sweep_or_message(served: Served) -> None:
    with served.screen() as swept, served.screen() as asking:
        swept.join()
        asking.join()
        served.house.clock.advance(hours=13)
        asking.emit("resync")
        assert asking.is_hung_up_on()
        served.app.sockets.sweep()
        assert swept.is_hung_up_on()


def test_the_own_screen_keeps_its_socket_for_days_and_gets_it_back_after_a_restart(served: Served) -> None:
    cookie = served.cookie()
    with served.screen(cookie=cookie) as watching:
        watching.join()
        for _ in range(40):
            served.house.clock.advance(hours=1)
            served.app.sockets.sweep()
        watching.emit("resync")
        watching.event("snapshot")
    with served.screen(cookie=cookie) as again:
        assert again.join()["state"]["mode"] == "DEMO"
    status, _ = served.request("GET", "/api/algorithms", Cookie=f"autotrader_session={cookie}")
    assert status == 401


def test_a_message_that_is_too_large_ends_the_socket_and_frees_its_place(served: Served) -> None:
    with served.screen() as screen:
        screen.join()
        screen.send("42" + "x" * 70_000)
        assert screen.is_hung_up_on()
    with RawClient(served.port) as client:
        client.send(get("/api/pin"))
        assert b"200 OK" in client.answer()
    wait_for_threads(served)


def test_a_message_that_never_ends_is_not_put_together_for_ever(served: Served) -> None:
    with served.screen() as screen:
        screen.join()
        assert screen.is_hung_up_on_while_sending("x" * 8192, most_pieces=12)


@pytest.mark.parametrize(
    "packet", ["", "9", "4", "42[", "42{}", '42["resync"', "451-[]", b"\xff\x00", "42" + "[" * 5000]
)
def test_a_packet_that_makes_no_sense_harms_nobody_else(served: Served, packet: str | bytes) -> None:
    with served.screen() as odd, served.screen() as other:
        odd.join()
        odd.send(packet)
        other.join()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again without holding anybody up; fail after a minute."""
    deadline, pause = time.monotonic() + WAIT, threading.Event()
    while not is_so():
        assert time.monotonic() < deadline
        pause.wait(0.005)


def wait_for_threads(served: Served) -> None:
    """Wait until every connection's thread has ended; fail when one hangs."""
    for thread in [each for each in threading.enumerate() if "process_request_thread" in each.name]:
        thread.join(WAIT)
        assert not thread.is_alive()
    assert served.server._server is not None
    assert served.server._server._admission.open == []


@pytest.mark.parametrize(
    "cut_off",
    [
        b"POST /halt HTTP/1.1\r\nHost: localhost\r\nX-AutoTrader: 1\r\n",
        ACT + b"Content-Length: 2\r\n",
        ACT + b"Content-Length: 40\r\n\r\n{}",
    ],
)
def test_a_request_that_was_cut_off_is_never_carried_out(served: Served, cut_off: bytes) -> None:
    with RawClient(served.port) as client:
        client.send(cut_off)
        client.finish_sending()
        assert client.everything() == b""
    assert served.house.halt.halt is None
    with RawClient(served.port) as client:
        client.send(cut_off.partition(b"Content-Length")[0].rstrip() + b"\r\nContent-Length: 2\r\n\r\n{}")
        client.finish_sending()
        client.everything()
    assert (served.house.halt.halt is not None) == (b"application/json" in cut_off)


@pytest.mark.parametrize(
    "part", [b"", b"GET /api/pin HTTP/1.1\r\nHost: loc", get("/api/pin", more="Content-Length: 5\r\n") + b"{"]
)
def test_half_a_request_is_hung_up_on_after_ten_seconds(served: Served, part: bytes) -> None:
    with RawClient(served.port) as client:
        client.send(part)
        # The reaper knows a connection as soon as its thread reads.
        reaper = served.server._server.reaper  # type: ignore[union-attr]
        wait_until(lambda: bool(reaper._deadlines))
        served.house.clock.advance(seconds=9)
        reaper.reap()
        assert len(served.server._server._admission.open) == 1  # type: ignore[union-attr]
        served.house.clock.advance(seconds=1)
        assert client.everything() == b""


def test_a_socket_and_a_slow_engine_have_all_the_time_they_want(served: Served) -> None:
    with served.screen() as screen:
        screen.join()
        served.house.clock.advance(seconds=100)
        served.server._server.reaper.reap()  # type: ignore[union-attr]
        screen.emit("resync")
        screen.event("snapshot")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get("/api/pin", more="A: " + "x" * 9000 + "\r\n"), b"431"),
        (get("/api/pin", more="".join(f"A{number}: {'x' * 200}\r\n" for number in range(90))), b"431"),
        (get("/" + "x" * 9000), b"414"),
        (b"POST /halt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000, b"413"),
        (b"POST /halt HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST /halt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", b"411"),
        (b"POST /halt HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"411"),
        (b"GET /health\r\n\r\n", b"403"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\n\r\n", b"403"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
    ],
)
def test_a_request_out_of_all_proportion_gets_an_error_in_json(
    served: Served, request_bytes: bytes, status: bytes
) -> None:
    with RawClient(served.port) as client:
        client.send(request_bytes)
        client.finish_sending()
        answer = client.everything()
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert list(json.loads(answer.partition(b"\r\n\r\n")[2])) == ["error"]
    assert b"<html" not in answer
    assert served.house.halt.halt is None


def test_more_connections_than_there_are_places_are_told_to_come_back(tmp_path: Path) -> None:
    served = small(tmp_path, connections=3, loopback_connections=1)
    clients = [RawClient(served.port) for _ in range(3)]
    for client in clients:
        client.send(get("/api/pin"))
        assert b"200 OK" in client.answer()
    with RawClient(served.port) as late:
        assert late.everything().startswith(b"HTTP/1.1 503")
    for client in clients:
        client.__exit__()
    wait_for_threads(served)
    with RawClient(served.port) as client:
        client.send(get("/api/pin"))
        assert b"200 OK" in client.answer()
    served.close()


def test_more_sockets_than_there_are_places_are_refused_and_a_place_is_given_on(tmp_path: Path) -> None:
    served = small(tmp_path, sockets=2)
    with served.screen() as first, served.screen() as second:
        first.join()
        second.join()
        with pytest.raises(InvalidStatus) as refusal:
            served.screen()
        assert refusal.value.response.status_code == 503
    wait_for_threads(served)
    with served.screen() as third:
        third.join()
    served.close()


def test_sockets_opened_one_after_another_are_slowed_down(tmp_path: Path) -> None:
    served = small(tmp_path, handshake_burst=2)
    for _ in range(2):
        served.screen().__exit__(None, None, None)
    with pytest.raises(InvalidStatus) as refusal:
        served.screen()
    assert refusal.value.response.status_code == 429
    served.house.clock.advance(seconds=1)
    with served.screen() as screen:
        screen.join()
    served.close()


@pytest.mark.parametrize("extra", ["", "&xsid=1", "&sid=", "&t=sid=1"])
def test_no_word_in_the_address_opens_sockets_past_their_limits(tmp_path: Path, extra: str) -> None:
    served = small(tmp_path, handshake_burst=2)
    cookie, origin = f"autotrader_session={served.cookie()}", f"http://localhost:{served.port}"
    path = f"/socket.io/?EIO=4&transport=polling{extra}"
    statuses = [served.request("GET", path, Cookie=cookie, Origin=origin)[0] for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    served.close()


def test_stopping_ends_the_sockets_and_every_thread_and_frees_the_port(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    served = Served(tmp_path, ApiLimits())
    port = served.port
    with served.screen() as screen, RawClient(port) as idle:
        screen.join()
        idle.send(get("/api/pin"))
        idle.answer()
        served.server.stop()
        assert screen.is_hung_up_on()
        assert idle.everything() == b""
    served.server.stop()
    ours = [each for each in set(threading.enumerate()) - before if each.name.startswith("api")]
    for thread in ours:
        thread.join(WAIT)
    assert [each for each in ours if each.is_alive()] == []
    with socket.create_server(("127.0.0.1", port)):
        pass
    served.house.close()


def test_the_modules_of_the_api_bring_neither_pandas_nor_alpaca() -> None:
    ours = [source for source in product_files() if source.path.startswith(("orchestra/api/", "orchestra/api_server"))]
    imported = {name.partition(".")[0] for source in ours for _, name in imported_names(source.tree)}
    assert "flask" in imported
    assert imported & {"pandas", "numpy", "alpaca", "requests"} == set()
