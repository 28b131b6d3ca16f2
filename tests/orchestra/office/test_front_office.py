"""Commands and their answers: once, honestly, whatever goes wrong; pause, resume, halt, PIN."""

import logging
from decimal import Decimal

import pytest

from database.bar import MINUTE
from database.errors import StorageError
from orchestra.messages.commands import (
    Answer,
    CancelOpenOrders,
    PauseAlgorithm,
    Refusal,
    ResumeAlgorithm,
    SetPin,
    StartAlgorithm,
    StopAlgorithm,
)
from orchestra.messages.events import AlgorithmPaused, AlgorithmResumed, RiskHalted, RiskResumed
from orchestra.office.front_office import FrontOffice
from orchestra.risk.halt_switch import Halt
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.owner.command_desk import CommandDesk
from system_databse.system_db_manager import get_pin, verify_pin
from tests.orchestra.owner_house import OPEN, HeldClock, OwnerHouse

HALT = Halt("2024-07-03T13:31:00.000Z", "the owner")


def test_a_paused_algorithm_has_no_turns_and_keeps_position_and_prices(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    house.minute_at(OPEN + MINUTE)
    assert dict(house.give(PauseAlgorithm(id_)).values) == {"id": id_, "status": "PAUSED"}
    house.minute_at(OPEN + 2 * MINUTE)
    assert house.give(PauseAlgorithm(id_)).refusal is None
    assert house.engine.streams.subscriptions.symbols() == {"ACME"}
    assert dict(house.give(ResumeAlgorithm(id_)).values) == {"id": id_, "status": "RUNNING"}
    house.minute_at(OPEN + 3 * MINUTE)
    assert house.rows("SELECT minute FROM decisions") == [(OPEN + MINUTE,), (OPEN + 3 * MINUTE,)]
    assert [type(event) for event in house.events if isinstance(event, AlgorithmPaused | AlgorithmResumed)] == [
        AlgorithmPaused,
        AlgorithmResumed,
    ]


def test_a_stopped_algorithm_neither_pauses_nor_resumes(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    house.give(StopAlgorithm(id_))
    for command in (PauseAlgorithm(id_), ResumeAlgorithm(id_)):
        assert house.give(command).refusal is Refusal.CONFLICT
    for unknown in (PauseAlgorithm(99), ResumeAlgorithm(99)):
        assert house.give(unknown).refusal is Refusal.NOT_FOUND


@pytest.mark.requirement("S2-43")
def test_a_failed_algorithm_runs_again_on_its_file_as_it_is_now(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    house.engine.books.fail(id_, "boom")
    file = house.folder / "algorithm" / "idle.py"
    file.write_text(file.read_text(encoding="utf-8") + "# better\n", encoding="utf-8")
    assert house.give(ResumeAlgorithm(id_)).values["status"] == "RUNNING"
    house.minute_at(OPEN + MINUTE)
    assert house.rows("SELECT outcome FROM decisions") == [("HELD",)]


def test_an_algorithm_that_cannot_be_built_stays_switched_off_and_says_why(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    house.engine.books.fail(id_, "boom")
    file = house.folder / "algorithm" / "idle.py"
    file.write_text("class Algorithm:\n    def run(self, t, a): ...\n\nraise ValueError('broken')\n", encoding="utf-8")
    answer = house.give(ResumeAlgorithm(id_))
    assert answer.refusal is Refusal.CONFLICT
    assert "broken" in answer.reason
    file.unlink()
    assert "There is no algorithm idle" in house.give(ResumeAlgorithm(id_)).reason
    assert house.rows("SELECT status FROM algorithms") == [("ERROR",)]


def test_a_refusal_is_one_line_of_the_log_whatever_was_asked_for(
    house: OwnerHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wish = StartAlgorithm("idle", "ACME", Decimal(100), {"x\n2026-01-01 - ERROR - a forged line": 1})
    assert house.give(wish).refusal is Refusal.INVALID
    (told,) = (message for message in caplog.messages if "forged" in message)
    assert told.startswith("StartAlgorithm was refused: There is no parameter x 2026-01-01")
    assert "\n" not in told


def test_while_halted_nothing_is_bought_and_both_turns_of_the_switch_are_news(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.halt.set(HALT)
    house.minute_at(OPEN + MINUTE)
    assert house.rows("SELECT outcome, gate FROM decisions") == [("DENIED", "HALTED")]
    house.pass_once()
    house.halt.clear()
    house.pass_once()
    assert [event for event in house.events if isinstance(event, RiskHalted | RiskResumed)] == [
        RiskHalted(HALT.at, HALT.by),
        RiskResumed(),
    ]
    house.minute_at(OPEN + 2 * MINUTE)
    house.fill()
    assert house.position(id_) == 5


def test_an_intent_is_stopped_between_its_commit_and_its_sending(house: OwnerHouse) -> None:
    house.start_algorithm()
    mark_sent = house.engine.books.mark_sent

    def halt_now(order):  # type: ignore[no-untyped-def]
        sent = mark_sent(order)
        house.halt.set(HALT)
        return sent

    house.engine.books.mark_sent = halt_now  # type: ignore[method-assign]
    house.minute_at(OPEN + MINUTE)
    assert house.rows("SELECT status, reject_reason FROM orders") == [("DENIED", "HALTED")]
    assert house.world.alpaca.orders(None) == []


def test_all_working_orders_are_canceled_and_counted(house: OwnerHouse) -> None:
    house.start_algorithm("buyer", "ACME")
    house.start_algorithm("buyer", "BETA")
    house.minute_at(OPEN + MINUTE)
    assert dict(house.give(CancelOpenOrders()).values) == {"canceled": 2, "still_open": 0}
    assert house.rows("SELECT DISTINCT status FROM orders") == [("CANCELED",)]
    assert dict(house.give(CancelOpenOrders()).values) == {"canceled": 0, "still_open": 0}


def test_what_the_broker_has_not_confirmed_counts_as_still_open(house: OwnerHouse) -> None:
    house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.server.stop()
    future = house.commands.give(CancelOpenOrders(), command_id="all")
    house.pass_until(lambda: house.rows("SELECT cancel_wanted_at IS NULL FROM orders") == [(0,)])
    assert not future.done()
    house.clock.skip(9)
    house.pass_once()
    assert dict(future.result(0).values) == {"canceled": 1, "still_open": 1}


@pytest.mark.requirement("S2-88")
def test_the_pins_digest_is_stored_once_and_opens_the_gate(lock_step: OwnerHouse) -> None:
    house = lock_step
    assert get_pin(house.stores.system) is None
    assert not verify_pin(house.stores.system, "123456", matches=lambda _pin, _digest: True)
    assert house.give(SetPin("scrypt$a")).refusal is None
    assert house.give(SetPin("scrypt$b")).refusal is Refusal.CONFLICT
    assert house.give(SetPin("")).refusal is Refusal.INVALID
    assert get_pin(house.stores.system) == "scrypt$a"
    assert verify_pin(house.stores.system, "a", matches=lambda pin, digest: digest == f"scrypt${pin}")
    assert not verify_pin(house.stores.system, "b", matches=lambda pin, digest: digest == f"scrypt${pin}")
    assert house.rows("SELECT value FROM settings WHERE key = 'pin_hash'") == [("scrypt$a",)]


def test_an_error_of_ours_is_an_answer_and_the_engine_goes_on(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    (house.folder / "algorithm" / "idle.py").unlink()
    house.engine.books.fail(id_, "boom")
    assert house.give(ResumeAlgorithm(id_)).refusal is Refusal.CONFLICT
    assert house.give(PauseAlgorithm(id_)).refusal is None


def office_that(outcome: Exception) -> tuple[FrontOffice, Inbox, CommandDesk]:
    def fail(_command: object) -> Answer:
        raise outcome

    clock, inbox = HeldClock(OPEN), Inbox()
    office = FrontOffice({CancelOpenOrders: fail}, clock, after_command=lambda: None)
    return office, inbox, CommandDesk(inbox, clock)


@pytest.mark.parametrize("error", [StorageError("the disk is full; free some space."), ZeroDivisionError("a slip")])
def test_a_database_that_fails_ends_the_engine_and_whoever_asked_is_told(error: Exception) -> None:
    office, inbox, desk = office_that(error)
    future = desk.give(CancelOpenOrders(), command_id="1")
    with pytest.raises(type(error)):
        office.on_command(inbox.take(0))  # type: ignore[arg-type]
    assert future.result(0).refusal is Refusal.CONFLICT


def test_a_command_that_comes_while_the_process_stops_is_refused(house: OwnerHouse) -> None:
    future = house.commands.give(StartAlgorithm("buyer", "ACME", Decimal(100)), command_id="late")
    house.engine.stop()
    assert (future.result(0).refusal, future.result(0).reason) == (Refusal.CONFLICT, "AutoTrader is stopping.")


def test_an_answer_that_waits_when_the_process_stops_tells_what_is_known(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.server.stop()
    future = house.commands.give(StopAlgorithm(id_), command_id="stop")
    house.pass_until(lambda: house.rows("SELECT status FROM algorithms") == [("STOPPED",)])
    house.commands.close()
    house.engine.stop()
    assert future.result(0).values["still_open"] == 1


def test_a_command_whose_asker_has_gone_is_not_carried_out(house: OwnerHouse) -> None:
    future = house.commands.give(StartAlgorithm("buyer", "ACME", Decimal(100)), command_id="gone")
    future.cancel()
    for _ in range(3):
        house.pass_once()
    assert house.rows("SELECT * FROM algorithms") == []
