from collections.abc import Iterator

import pytest

from database.bar import MINUTE
from database.errors import ConfigError
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.lockstep_client import LockStepClient
from orchestra.paper_exchange.server import PaperExchangeServer
from system_databse.errors import BrokerUnavailable
from tests.orchestra.paper_exchange.made_market import OPEN, Desk


@pytest.fixture
def server(desk: Desk) -> Iterator[PaperExchangeServer]:
    server = PaperExchangeServer(desk.exchange, key="demo", secret="demo")
    yield server
    server.stop()


def test_handshake_over_http_is_the_handshake(desk: Desk, server: PaperExchangeServer) -> None:
    client = LockStepClient(server.start())
    assert client.next_tick(0, 0) == Tick(OPEN)
    assert client.next_tick(OPEN, 0) is None
    order = desk.place("buy", "1.5")
    settlement = client.done(OPEN)
    assert not settlement.is_settled
    fill = settlement.executions[0]
    assert (fill.client_order_id, fill.qty, fill.price, fill.at) == (order.client_order_id, order.qty, 10, OPEN)
    assert client.done(OPEN).is_settled
    assert client.next_tick(OPEN, 0) == Tick(OPEN + MINUTE, frozenset({"AAA"}))


def test_fill_whose_answer_was_lost_on_the_wire_is_told_again(desk: Desk, server: PaperExchangeServer) -> None:
    client = LockStepClient(server.start())
    order = desk.place("buy")
    # What the client's first call would do, without its answer arriving.
    desk.exchange.done(OPEN, seen=0)
    repeated = client.done(OPEN)
    assert [fill.client_order_id for fill in repeated.executions] == [order.client_order_id]
    assert not repeated.is_settled
    assert client.next_tick(OPEN, 0) is None
    assert client.done(OPEN).is_settled


def test_client_that_starts_anew_has_seen_nothing(desk: Desk, server: PaperExchangeServer) -> None:
    base_url = server.start()
    desk.place("buy")
    told = LockStepClient(base_url).done(OPEN)
    assert LockStepClient(base_url).done(OPEN) == told


def test_engine_ahead_of_the_book_is_refused_over_http(server: PaperExchangeServer) -> None:
    client = LockStepClient(server.start())
    with pytest.raises(ConfigError, match="one and the same run"):
        client.done(OPEN + MINUTE)
    with pytest.raises(ConfigError, match="one and the same run"):
        client.next_tick(OPEN + MINUTE, 0)


def test_exchange_that_is_gone_or_refuses_is_a_storage_error(server: PaperExchangeServer) -> None:
    base_url = server.start()
    with pytest.raises(BrokerUnavailable, match="refused /control/done with 401"):
        LockStepClient(base_url, secret="wrong").done(OPEN)
    server.stop()
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        LockStepClient(base_url).done(OPEN)
