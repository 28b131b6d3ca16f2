"""Proposals in a running engine: one is approved and filled, one rejected, one expires; none trades by itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from database.bar import MINUTE
from orchestra.messages.commands import (
    Answer,
    ApproveSignal,
    PauseAlgorithm,
    Propose,
    Refusal,
    RejectSignal,
    StopAlgorithm,
)
from orchestra.messages.events import AlertEnded, AlertRaised, SignalApproved, SignalGenerated, SignalRejected
from orchestra.messages.halt import Halt
from system_databse.trading_signal import Action, Source
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN, OwnerHouse

TEN = Decimal(10)


class Killed(BaseException):
    """What ends the process here and now."""


def die() -> None:
    raise Killed


def started(house: OwnerHouse, name: str = "idle") -> int:
    """Start an algorithm and let the first minute pass, so that there is a price."""
    id_ = house.start_algorithm(name)
    house.minute_at(OPEN + MINUTE)
    house.fill()
    return id_


def propose(house: OwnerHouse, algorithm_id: int, **details: object) -> int:
    answer = house.give(replace(Propose(algorithm_id, Action.BUY, TEN), **details))  # type: ignore[arg-type]
    assert answer.refusal is None, answer.reason
    id_ = answer.values["id"]
    assert isinstance(id_, int)
    return id_


def refusal(answer: Answer) -> tuple[Refusal | None, str]:
    return answer.refusal, answer.reason


def rows(house: OwnerHouse) -> list[tuple[object, ...]]:
    return house.rows("SELECT id, source, action, status FROM signals ORDER BY id")


def said(house: OwnerHouse) -> list[tuple[object, ...]]:
    return house.rows("SELECT signal_id, stage, outcome FROM signal_decisions ORDER BY id")


def orders(house: OwnerHouse) -> list[tuple[object, ...]]:
    return house.rows("SELECT signal_id, side, qty, purpose, status FROM orders ORDER BY id")


@pytest.mark.requirement("S1-27", "S1-31", "S3-41")
def test_a_proposal_waits_until_its_owner_approves_it_and_is_then_bought_once(house: OwnerHouse) -> None:
    id_ = started(house)
    number = propose(house, id_, confidence=0.7, reason="earnings", metadata={"ai_model": "x", "risk_score": 2})
    house.minute_at(OPEN + 2 * MINUTE)
    house.settle()
    assert (rows(house), orders(house)) == ([(number, "ai", "proposed", "PENDING")], [])
    assert SignalGenerated(number, "idle", "ACME", "proposed", 0.7, "PENDING") in house.events
    [shown] = house.board.snapshot.proposals  # type: ignore[union-attr]
    assert (shown.id, shown.words, shown.reason, shown.price) == (number, "buy 10 ACME", "earnings", 50.0)
    alerts = [each for each in house.events if isinstance(each, AlertRaised) and each.kind == "signal.proposed"]
    assert [(each.symbol, each.algorithm_id) for each in alerts] == [("ACME", id_)]

    answer = house.give(ApproveSignal(number))
    assert (answer.values["status"], answer.values["order_status"]) == ("ORDERED", "ACCEPTED")
    [(order_id,)] = house.rows(f"SELECT client_order_id FROM orders WHERE signal_id = {number}")
    assert SignalApproved(number, "idle", "ACME", "buy", "owner", order_id) in house.events
    assert AlertEnded("signal.proposed", None, id_) in house.events
    again = house.give(ApproveSignal(number))
    assert refusal(again) == (Refusal.CONFLICT, f"Proposal {number} was approved already.")
    house.fill()
    assert rows(house) == [(number, "ai", "buy", "EXECUTED")]
    assert orders(house) == [(number, "buy", "10", "ENTRY", "FILLED")]
    assert said(house) == [(number, "OWNER", "APPROVED"), (number, "RISK", "SUBMITTED")]
    assert house.position(id_) == house.account_position() == 10
    assert house.board.snapshot.proposals == ()  # type: ignore[union-attr]
    assert house.rows("SELECT reason, metadata, confidence FROM signals") == [
        ("earnings", json.dumps({"ai_model": "x", "risk_score": 2}), 0.7)
    ]


def test_a_sale_that_is_approved_sells_the_algorithms_own_shares_and_no_more(house: OwnerHouse) -> None:
    id_ = started(house, "buyer")
    assert house.position(id_) == 5
    number = propose(house, id_, action=Action.SELL, source=Source.MANUAL)
    answer = house.give(ApproveSignal(number))
    assert answer.values["shares"] == 5
    assert answer.values["reason"] == "wanted to sell 10, holds 5"
    house.fill()
    assert orders(house)[-1] == (number, "sell", "5", "MANUAL", "FILLED")
    assert (house.position(id_), rows(house)[-1]) == (0, (number, "manual", "sell", "EXECUTED"))
    house.restart()
    assert house.engine.books.decided.last_action(id_) == "sell"


def test_a_rejected_proposal_is_over_for_good(house: OwnerHouse) -> None:
    number = propose(house, started(house))
    assert house.give(RejectSignal(number, "too dear")).values["status"] == "REJECTED"
    assert SignalRejected(number, "idle", "ACME", "buy", ("REJECTED", "too dear")) in house.events
    for command in (ApproveSignal(number), RejectSignal(number)):
        assert refusal(house.give(command)) == (Refusal.CONFLICT, f"Proposal {number} was rejected already.")
    assert (rows(house), orders(house)) == ([(number, "ai", "proposed", "REJECTED")], [])
    assert said(house) == [(number, "OWNER", "REJECTED")]


def test_after_an_hour_it_expires_and_cannot_be_approved(house: OwnerHouse) -> None:
    id_ = started(house)
    number = propose(house, id_)
    house.clock.skip(3600 - 5)
    house.pass_once()
    assert rows(house)[0][3] == "PENDING"
    house.clock.skip(5)
    answer = house.give(ApproveSignal(number))
    assert answer.refusal is Refusal.CONFLICT
    assert "has expired" in answer.reason
    assert (rows(house), orders(house)) == ([(number, "ai", "proposed", "EXPIRED")], [])
    assert said(house) == [(number, "PROCESSOR", "EXPIRED")]
    assert AlertEnded("signal.proposed", None, id_) in house.events


def test_it_survives_a_restart_and_expires_then_as_well(house: OwnerHouse) -> None:
    number = propose(house, started(house))
    house.restart()
    assert [each.id for each in house.engine.owner.proposals.waiting] == [number]
    house.clock.skip(3601)
    house.pass_once()
    assert rows(house)[0][3] == "EXPIRED"


def test_while_halted_a_buy_is_refused_and_goes_on_waiting(house: OwnerHouse) -> None:
    number = propose(house, started(house))
    house.halt.set(Halt("2024-07-03T13:31:00.000Z", "me"))
    answer = house.give(ApproveSignal(number))
    assert refusal(answer) == (
        Refusal.CONFLICT,
        "Trading is halted, so nothing is bought: resume first. The proposal goes on waiting.",
    )
    assert (rows(house)[0][3], orders(house)) == ("PENDING", [])
    house.halt.clear()
    assert house.give(ApproveSignal(number)).refusal is None


def test_while_halted_a_sale_is_approved_all_the_same(house: OwnerHouse) -> None:
    id_ = started(house, "buyer")
    number = propose(house, id_, action=Action.SELL, shares=Decimal(2))
    house.halt.set(Halt("2024-07-03T13:31:00.000Z", "me"))
    assert house.give(ApproveSignal(number)).refusal is None
    house.fill()
    assert (house.position(id_), rows(house)[-1][3]) == (3, "EXECUTED")


@pytest.mark.parametrize(
    ("shares", "words"), [(Decimal(1000), "1000 shares cost about"), (Decimal(10), "the order stream is down")]
)
def test_what_the_gate_denies_is_told_in_words_and_goes_on_waiting(
    house: OwnerHouse, shares: Decimal, words: str
) -> None:
    number = propose(house, started(house), shares=shares)
    if shares == TEN:
        house.engine.close_gates_by(lambda: ["the order stream is down"])
    answer = house.give(ApproveSignal(number))
    assert answer.refusal is Refusal.CONFLICT
    assert words in answer.reason
    assert (rows(house)[0][3], orders(house)) == ("PENDING", [])
    assert said(house) == [(number, "RISK", "DENIED")]
    assert house.engine.books.decided.last_action(1) is None


def test_a_price_of_long_ago_is_no_price_to_buy_at(house: OwnerHouse) -> None:
    number = propose(house, started(house))
    house.clock.skip(8 * MINUTE)
    answer = house.give(ApproveSignal(number))
    assert "minutes old" in answer.reason
    assert orders(house) == []


def test_nothing_is_ordered_while_the_market_is_closed(house: OwnerHouse) -> None:
    id_ = started(house)
    house.exchange_to(CLOSE)
    house.clock.put(CLOSE + 60)
    number = propose(house, id_)
    assert "closed" in house.give(ApproveSignal(number)).reason
    house.clock.put(NEXT_OPEN + 2)
    assert "has expired" in house.give(ApproveSignal(number)).reason


@pytest.mark.parametrize("change", [PauseAlgorithm, StopAlgorithm])
def test_an_algorithm_that_does_not_run_orders_nothing(house: OwnerHouse, change: Callable[[int], object]) -> None:
    id_ = started(house)
    number = propose(house, id_)
    house.give(change(id_))  # type: ignore[arg-type]
    assert "is not running" in house.give(ApproveSignal(number)).reason
    assert "is not running" in house.give(Propose(id_, Action.BUY, Decimal(3))).reason
    assert orders(house) == []


@pytest.mark.parametrize(
    ("wrong", "refused_as"),
    [
        ({"algorithm_id": 99}, Refusal.NOT_FOUND),
        ({"shares": Decimal(0)}, Refusal.INVALID),
        ({"shares": Decimal("1.5")}, Refusal.INVALID),
        ({"shares": Decimal("NaN")}, Refusal.INVALID),
        ({"shares": Decimal(1_000_001)}, Refusal.INVALID),
        ({"action": Action.HOLD}, Refusal.INVALID),
        ({"source": Source.ALGORITHM}, Refusal.INVALID),
        ({"confidence": 1.1}, Refusal.INVALID),
        ({"confidence": float("nan")}, Refusal.INVALID),
        ({"reason": "x" * 501}, Refusal.INVALID),
        ({"metadata": {"x": "y" * 4000}}, Refusal.INVALID),
        ({"metadata": {"x": float("nan")}}, Refusal.INVALID),
        ({"metadata": {"x": {1, 2}}}, Refusal.INVALID),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    house: OwnerHouse, wrong: dict[str, object], refused_as: Refusal
) -> None:
    command = replace(Propose(started(house), Action.BUY, TEN), **wrong)  # type: ignore[arg-type]
    assert house.give(command).refusal is refused_as
    assert rows(house) == []


def test_the_same_is_not_proposed_twice_and_there_are_never_more_than_twenty(house: OwnerHouse) -> None:
    id_ = started(house)
    first = propose(house, id_, wish_id="w" * 8)
    assert house.give(Propose(id_, Action.BUY, TEN, wish_id="w" * 8)).refusal is None
    assert f"number {first}" in house.give(Propose(id_, Action.BUY, TEN)).reason
    for shares in range(11, 30):
        propose(house, id_, shares=Decimal(shares))
    assert "wait already" in house.give(Propose(id_, Action.BUY, Decimal(50))).reason
    assert len(rows(house)) == 20


@pytest.mark.parametrize("command", [ApproveSignal(12345), RejectSignal(12345)])
def test_there_is_nothing_to_say_of_what_is_no_proposal(house: OwnerHouse, command: ApproveSignal) -> None:
    started(house, "buyer")
    [(bought, *_)] = rows(house)
    assert house.give(command).refusal is Refusal.NOT_FOUND
    assert isinstance(bought, int)
    assert house.give(replace(command, signal_id=bought)).refusal is Refusal.NOT_FOUND


@pytest.mark.requirement("S0-09")
def test_a_crash_between_approval_and_send_sends_once_and_never_again(
    house: OwnerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = started(house)
    number = propose(house, id_)
    monkeypatch.setattr(house.engine.desk, "send_waiting", die)
    with pytest.raises(Killed):
        house.give(ApproveSignal(number))
    assert (rows(house)[0][3], orders(house)[0][4]) == ("ORDERED", "PENDING")
    house.restart()
    assert "was approved already" in house.give(ApproveSignal(number)).reason
    house.fill()
    assert (rows(house)[0][3], len(orders(house))) == ("EXECUTED", 1)
    assert house.account_position() == 10


def test_after_a_crash_that_lasts_too_long_it_is_not_sent_and_has_failed(
    house: OwnerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = propose(house, started(house))
    monkeypatch.setattr(house.engine.desk, "send_waiting", die)
    with pytest.raises(Killed):
        house.give(ApproveSignal(number))
    house.clock.skip(timedelta(minutes=3).total_seconds())
    house.restart()
    assert rows(house)[0][3] == "FAILED"
    assert house.account_position() == 0


def test_in_lock_step_an_approved_proposal_fills_in_the_minute_it_is_approved_in(lock_step: OwnerHouse) -> None:
    id_ = lock_step.start_algorithm("idle")
    lock_step.step()
    lock_step.step()
    number = propose(lock_step, id_)
    assert lock_step.give(ApproveSignal(number)).refusal is None
    lock_step.step()
    lock_step.step()
    assert (rows(lock_step)[0][3], lock_step.position(id_)) == ("EXECUTED", 10)
