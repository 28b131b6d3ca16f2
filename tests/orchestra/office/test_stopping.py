"""Stopping an algorithm: keep or sell, in every state of the market and of its orders."""

import pytest

from database.bar import MINUTE
from orchestra.messages.commands import Refusal, StartAlgorithm, StopAlgorithm
from orchestra.messages.events import AlgorithmStopped
from orchestra.risk.halt_switch import Halt
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN, OwnerHouse


def holding(house: OwnerHouse, count: int = 1) -> list[int]:
    """Start algorithms on one ticker and let each buy five shares in the first minute."""
    ids = [house.start_algorithm() for _ in range(count)]
    house.minute_at(OPEN + MINUTE)
    house.fill()
    assert [house.position(id_) for id_ in ids] == [5] * count
    return ids


def sales(house: OwnerHouse) -> list[tuple[object, ...]]:
    return house.rows("SELECT algo_id, purpose, qty, status FROM orders WHERE side = 'sell' ORDER BY id")


@pytest.mark.requirement("S2-14", "S2-33")
def test_stopped_and_kept_shares_stay_with_their_prices_and_can_be_sold_later(house: OwnerHouse) -> None:
    [id_] = holding(house)
    answer = house.give(StopAlgorithm(id_))
    assert dict(answer.values) == {"id": id_, "shares": "5", "selling": False, "when": None, "still_open": 0}
    assert house.engine.streams.subscriptions.symbols() == {"ACME"}
    assert house.give(StopAlgorithm(id_)).refusal is Refusal.CONFLICT
    house.minute_at(OPEN + 2 * MINUTE)
    assert sales(house) == []
    answer = house.give(StopAlgorithm(id_, is_selling=True))
    assert (answer.values["shares"], answer.values["selling"], answer.values["when"]) == ("5", True, "now")
    house.fill()
    assert (house.position(id_), house.account_position()) == (0, 0)
    house.pass_once()
    assert house.engine.streams.subscriptions.symbols() == frozenset()
    assert house.give(StopAlgorithm(id_, is_selling=True)).refusal is Refusal.CONFLICT


@pytest.mark.requirement("S2-38")
def test_stop_and_sell_sells_at_once_through_the_one_path_and_leaves_the_minute_alone(house: OwnerHouse) -> None:
    [id_] = holding(house)
    decided = house.rows("SELECT * FROM decisions")
    house.clock.put(OPEN + MINUTE + 30)
    answer = house.give(StopAlgorithm(id_, is_selling=True))
    assert dict(answer.values) == {"id": id_, "shares": "5", "selling": True, "when": "now", "still_open": 0}
    assert sales(house) == [(id_, "MANUAL", "5", "ACCEPTED")]
    assert AlgorithmStopped(id_, "5", True) in house.events
    house.fill()
    assert sales(house) == [(id_, "MANUAL", "5", "FILLED")]
    house.pass_once()
    assert house.rows("SELECT status, sell_wanted FROM algorithms") == [("STOPPED", 0)]
    assert house.rows("SELECT * FROM decisions") == decided
    assert house.engine.books.minute == OPEN + MINUTE
    [(signal, source, action)] = house.rows("SELECT id, source, action FROM signals WHERE source = 'manual'")
    assert (source, action) == ("manual", "sell")
    assert house.rows("SELECT signal_id, stage, outcome FROM signal_decisions") == [(signal, "OWNER", "SUBMITTED")]
    assert house.rows("SELECT leg, signal_id FROM orders WHERE side = 'sell'") == [(1, signal)]


@pytest.mark.requirement("S2-61")
def test_stopping_one_of_two_on_a_ticker_never_sells_the_others_shares(house: OwnerHouse) -> None:
    first, second = holding(house, 2)
    house.give(StopAlgorithm(first, is_selling=True))
    house.fill()
    for minute in range(2, 5):
        house.minute_at(OPEN + minute * MINUTE)
        house.fill()
    assert (house.position(first), house.position(second), house.account_position()) == (0, 5, 5)
    assert sales(house) == [(first, "MANUAL", "5", "FILLED")]
    assert house.engine.streams.subscriptions.count("ACME") == 2


def test_while_a_buy_works_it_is_canceled_first(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    answer = house.give(StopAlgorithm(id_, is_selling=True))
    assert house.rows("SELECT side, status FROM orders") == [("buy", "CANCELED")]
    assert (answer.values["shares"], answer.values["still_open"]) == ("0", 0)
    house.pass_once()
    assert house.rows("SELECT sell_wanted FROM algorithms") == [(0,)]
    house.fill()
    assert house.account_position() == 0


def test_a_fill_that_wins_against_the_cancel_is_sold(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.exchange.done(house.exchange.now)  # filled, and the engine has not heard of it
    house.give(StopAlgorithm(id_, is_selling=True))
    house.pass_until(lambda: bool(sales(house)))
    house.exchange_to(OPEN + 2 * MINUTE)
    house.fill()
    assert (house.position(id_), house.account_position()) == (0, 0)
    assert sales(house) == [(id_, "MANUAL", "5", "FILLED")]


@pytest.mark.requirement("S2-57")
def test_after_the_close_the_sale_waits_for_the_next_sessions_first_bar(house: OwnerHouse) -> None:
    [id_] = holding(house)
    house.exchange_to(CLOSE)
    house.clock.put(CLOSE + 3600)
    answer = house.give(StopAlgorithm(id_, is_selling=True))
    assert (answer.values["selling"], answer.values["when"]) == (True, "next_open")
    for second in (CLOSE + 7200, NEXT_OPEN - 60, NEXT_OPEN + 2):
        house.clock.put(second)
        house.pass_once()
    assert sales(house) == []
    house.minute_at(NEXT_OPEN + MINUTE)
    house.fill()
    assert sales(house) == [(id_, "MANUAL", "5", "FILLED")]
    assert house.account_position() == 0


def test_in_the_last_seconds_of_a_session_nothing_is_sent_any_more(house: OwnerHouse) -> None:
    [id_] = holding(house)
    house.exchange_to(CLOSE - MINUTE)
    house.clock.put(CLOSE - 4)
    assert house.give(StopAlgorithm(id_, is_selling=True)).values["when"] == "next_open"
    house.minute_at(CLOSE)
    assert sales(house) == []


@pytest.mark.requirement("S2-48")
def test_after_a_restart_the_wanted_sale_goes_on(house: OwnerHouse) -> None:
    [id_] = holding(house)
    house.clock.put(CLOSE + 3600)
    house.give(StopAlgorithm(id_, is_selling=True))
    house.restart()
    assert house.engine.books.records[id_].is_sell_wanted
    assert house.engine.streams.subscriptions.symbols() == {"ACME"}
    house.minute_at(NEXT_OPEN + MINUTE)
    house.fill()
    assert (house.position(id_), house.account_position()) == (0, 0)


def test_a_sale_that_works_is_not_doubled_by_passes_minutes_or_a_restart(house: OwnerHouse) -> None:
    [id_] = holding(house)
    house.exchange_to(OPEN + 2 * MINUTE)
    house.give(StopAlgorithm(id_, is_selling=True))
    house.restart()
    for _ in range(3):
        house.pass_once()
    house.minute_at(OPEN + 3 * MINUTE)
    house.fill()
    assert sales(house) == [(id_, "MANUAL", "5", "FILLED")]
    assert house.account_position() == 0


def test_a_sale_goes_on_while_trading_is_halted(house: OwnerHouse) -> None:
    [id_] = holding(house)
    house.halt.set(Halt("2024-07-03T13:31:00Z", "the owner"))
    house.give(StopAlgorithm(id_, is_selling=True))
    house.fill()
    assert house.account_position() == 0


def test_shares_that_were_sold_by_hand_are_not_sold_again_and_tried_less_and_less_often(house: OwnerHouse) -> None:
    [id_] = holding(house)
    qty = house.engine.books.ledger.position(id_, "ACME").qty
    house.world.alpaca.submit_order(symbol="ACME", qty=qty, side="sell", client_order_id="by-hand")
    house.exchange_to(OPEN + 2 * MINUTE)
    house.settle()
    house.engine.reconciler.run("test")
    house.give(StopAlgorithm(id_, is_selling=True))
    for minute in (2, 3, 4, 5, 6):
        house.clock.put(OPEN + minute * MINUTE + 30)
        house.pass_once()
    assert sales(house) == []
    assert house.rows("SELECT outcome FROM signal_decisions") == [("DENIED",)] * 3
    [(reasons,)] = house.rows("SELECT DISTINCT reasons FROM signal_decisions")
    assert "NO_SHARES_IN_ACCOUNT" in str(reasons)


def test_an_unknown_algorithm_is_not_found(house: OwnerHouse) -> None:
    answer = house.give(StopAlgorithm(7))
    assert (answer.refusal, answer.reason) == (Refusal.NOT_FOUND, "There is no algorithm 7.")


def test_a_broker_that_does_not_confirm_a_cancel_is_reported_before_the_asker_gives_up(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.server.stop()
    future = house.commands.give(StopAlgorithm(id_), command_id="stop")
    house.pass_until(lambda: house.rows("SELECT status FROM algorithms") == [("STOPPED",)])
    assert not future.done()
    house.clock.skip(9)
    house.pass_once()
    assert future.result(0).values["still_open"] == 1
    assert house.rows("SELECT status FROM algorithms") == [("STOPPED",)]


def test_in_lock_step_the_sale_fills_from_the_next_bar(lock_step: OwnerHouse) -> None:
    house = lock_step
    house.step()
    id_ = house.start_algorithm()
    house.step()
    assert house.position(id_) == 5
    decided_at = house.engine.books.minute
    answer = house.give(StopAlgorithm(id_, is_selling=True))
    assert (answer.values["selling"], answer.values["when"]) == (True, "now")
    assert sales(house) == [(id_, "MANUAL", "5", "ACCEPTED")]
    house.step()
    assert sales(house) == [(id_, "MANUAL", "5", "FILLED")]
    [(at,)] = house.rows("SELECT ts FROM fills ORDER BY id DESC LIMIT 1")
    assert at == f"2024-07-03T13:{(decided_at - OPEN) // 60 + 31:02}:00.000Z"
    assert house.account_position() == 0
    assert house.rows("SELECT sell_wanted FROM algorithms") == [(0,)]


def test_in_lock_step_an_order_that_waits_for_a_bar_is_canceled(lock_step: OwnerHouse) -> None:
    house = lock_step
    house.step()
    id_ = house.start_algorithm("buyer", "GAPS")
    house.step()
    assert house.rows("SELECT status FROM orders") == [("ACCEPTED",)]
    answer = house.give(StopAlgorithm(id_, is_selling=True))
    assert (answer.values["shares"], answer.values["still_open"]) == ("0", 0)
    for _ in range(3):
        house.step()
    assert house.rows("SELECT side, status FROM orders") == [("buy", "CANCELED")]
    assert house.rows("SELECT sell_wanted FROM algorithms") == [(0,)]


@pytest.mark.requirement("S2-61")
def test_a_sale_waits_for_anothers_buy_on_the_same_ticker(house: OwnerHouse) -> None:
    [first] = holding(house)
    second = house.start_algorithm()
    house.minute_at(OPEN + 2 * MINUTE)
    house.give(StopAlgorithm(first, is_selling=True))
    assert sales(house) == [(first, "MANUAL", "5", "PENDING")]
    house.settle()
    house.pass_until(lambda: sales(house) == [(first, "MANUAL", "5", "ACCEPTED")])
    house.fill()
    assert (house.position(first), house.position(second), house.account_position()) == (0, 5, 5)


def test_in_lock_step_an_overnight_sale_waits_for_the_first_decision_of_the_next_session(lock_step: OwnerHouse) -> None:
    house = lock_step
    id_ = house.start_algorithm()
    while house.step() < CLOSE:
        pass
    assert house.position(id_) == 5
    assert house.give(StopAlgorithm(id_, is_selling=True)).values["when"] == "next_open"
    assert sales(house) == []
    while house.position(id_):
        minute = house.step()
    assert minute == NEXT_OPEN + MINUTE
    assert house.account_position() == 0


def test_a_started_algorithm_gets_a_new_number_although_others_are_over(house: OwnerHouse) -> None:
    first = house.start_algorithm()
    house.give(StopAlgorithm(first))
    assert house.start_algorithm() == first + 1
    assert house.give(StartAlgorithm("nobody", "ACME", house.engine.books.records[first].initial_capital)).refusal
