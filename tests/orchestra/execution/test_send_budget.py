"""A minute's sends: ten seconds of steady time, a look at the halt before each, exits before entries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.orchestra.execution.order_path import FIRST, MINUTE, OrderPath, fresh_path


def told(path: OrderPath) -> list[tuple[object, ...]]:
    return path.rows("SELECT algo_id, side, status, reject_reason FROM orders WHERE status <> 'FILLED' ORDER BY id")


def each_send(path: OrderPath, do: Callable[[], None]) -> None:
    """Let something happen while the broker thinks about each order."""
    submit = path.port.submit_order

    def slow(**order: Any) -> dict[str, Any]:
        do()
        return submit(**order)

    path.port.submit_order = slow  # type: ignore[method-assign]


def fill_all(path: OrderPath) -> None:
    for order in path.port.exchange.orders:
        if order.is_working:
            path.port.exchange.fill(order, order.qty, order.qty * 0 + 100, now=path.clock.now())
            path.hear(path.port.exchange.stream[-1])


@pytest.fixture
def slow(tmp_path: Path) -> OrderPath:
    """A broker that takes three seconds an order."""
    path = fresh_path(tmp_path)
    each_send(path, lambda: path.clock.sleep(3))
    return path


@pytest.mark.requirement("S2-18")
def test_what_ten_seconds_are_not_enough_for_ends_denied(slow: OrderPath, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.orchestra.execution.order_path.ALGORITHMS", tuple((n, "AAA") for n in range(1, 7)))
    slow.add_algorithms()
    slow.decide(FIRST, *((number, "buy", 1) for number in range(1, 7) if number != 3))
    rows = told(slow)
    assert [row[2:] for row in rows] == [("ACCEPTED", None)] * 4 + [("DENIED", "SEND_BUDGET")]
    assert slow.clock.seconds == FIRST + 2 + 12
    assert len(slow.port.exchange.orders) == 4
    slow.store.close()


def test_the_next_minute_has_ten_seconds_of_its_own(slow: OrderPath) -> None:
    slow.decide(FIRST, (1, "buy", 1), (2, "buy", 1), (3, "buy", 1))
    fill_all(slow)
    slow.clock.seconds = FIRST + MINUTE + 2
    slow.decide(FIRST + MINUTE, (1, "buy", 1), (2, "buy", 1), (3, "buy", 1))
    assert [row[2] for row in told(slow)] == ["ACCEPTED"] * 3
    slow.store.close()


def test_exits_are_sent_before_entries_and_one_that_is_denied_is_decided_again(tmp_path: Path) -> None:
    path = fresh_path(tmp_path)
    path.decide(FIRST, (3, "buy", 1))
    fill_all(path)
    path.clock.seconds = FIRST + MINUTE + 2
    each_send(path, lambda: path.clock.sleep(11))
    path.decide(FIRST + MINUTE, (1, "buy", 1), (3, "sell", 1))
    assert told(path) == [(1, "buy", "DENIED", "SEND_BUDGET"), (3, "sell", "ACCEPTED", None)]
    path.store.close()


def test_a_halt_between_two_sends_stops_the_second_entry_and_no_exit(tmp_path: Path) -> None:
    presses: list[bool] = []
    path = fresh_path(tmp_path, is_halted=lambda: bool(presses))
    path.decide(FIRST, (3, "buy", 1))
    fill_all(path)
    path.clock.seconds = FIRST + MINUTE + 2
    each_send(path, lambda: presses.append(True))
    path.decide(FIRST + MINUTE, (1, "buy", 1), (2, "buy", 1), (3, "sell", 1))
    assert told(path) == [
        (1, "buy", "DENIED", "HALTED"),
        (2, "buy", "DENIED", "HALTED"),
        (3, "sell", "ACCEPTED", None),
    ]
    path.store.close()


def test_a_halt_after_the_first_entry_leaves_it_and_stops_the_second(tmp_path: Path) -> None:
    presses: list[bool] = []
    path = fresh_path(tmp_path, is_halted=lambda: bool(presses))
    each_send(path, lambda: presses.append(True))
    path.decide(FIRST, (1, "buy", 1), (2, "buy", 1))
    assert told(path) == [(1, "buy", "ACCEPTED", None), (2, "buy", "DENIED", "HALTED")]
    path.store.close()
