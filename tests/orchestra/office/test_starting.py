"""Starting an algorithm from the outside: checked, tried, stored, running in the next minute; or refused in words."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.messages.commands import Refusal, StartAlgorithm, StopAlgorithm
from orchestra.messages.events import AlgorithmStarted
from tests.orchestra.owner_house import OPEN, OwnerHouse, open_house


@pytest.mark.requirement("S2-10", "S2-29")
def test_a_started_algorithm_is_subscribed_and_trades_in_the_next_minute(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("buyer", "BETA", 5_000)
    assert house.engine.streams.subscriptions.symbols() == {"BETA"}
    assert AlgorithmStarted(id_, "buyer", "BETA") in house.events
    house.minute_at(OPEN + MINUTE)
    house.fill()
    assert house.position(id_, "BETA") == 5
    assert house.rows("SELECT name, ticker, status FROM algorithms") == [("buyer", "BETA", "RUNNING")]


@pytest.mark.requirement("S2-44")
def test_the_symbols_history_comes_without_the_engine_waiting_for_it(house: OwnerHouse) -> None:
    house.exchange_to(OPEN + 5 * MINUTE)
    house.alpaca.may_answer.clear()
    assert house.give(StartAlgorithm("idle", "BETA", Decimal(1_000))).refusal is None
    store = house.engine.data.bar_store
    assert store.bars_between("BETA", OPEN, OPEN + 5 * MINUTE) == []
    house.alpaca.may_answer.set()
    house.pass_until(lambda: len(store.bars_between("BETA", OPEN, OPEN + 5 * MINUTE)) == 5)


def test_in_lock_step_the_history_is_there_before_the_next_minute(lock_step: OwnerHouse) -> None:
    house = lock_step
    for _ in range(4):
        house.step()
    house.start_algorithm("buyer", "BETA")
    bars = house.engine.data.bar_store.bars_between("BETA", OPEN, OPEN + 60 * MINUTE)
    assert len(bars) == (house.engine.books.minute - OPEN) // MINUTE
    house.step()
    assert house.position(1, "BETA") == 5


WRONG = [
    ({"algorithm": "nobody"}, Refusal.INVALID, "there are: buyer, idle, loops"),
    ({"algorithm": "../buyer.py"}, Refusal.INVALID, "no name of an algorithm"),
    ({"algorithm": ""}, Refusal.INVALID, "no name of an algorithm"),
    ({"ticker": "acme"}, Refusal.INVALID, "no ticker"),
    ({"ticker": "ACME; DROP"}, Refusal.INVALID, "no ticker"),
    ({"ticker": "ABCDEFGHIJK"}, Refusal.INVALID, "no ticker"),
    ({"capital": Decimal(0)}, Refusal.INVALID, "more than 0"),
    ({"capital": Decimal(-5)}, Refusal.INVALID, "more than 0"),
    ({"capital": Decimal("NaN")}, Refusal.INVALID, "more than 0"),
    ({"capital": Decimal("Infinity")}, Refusal.INVALID, "more than 0"),
    ({"capital": Decimal("1E+40")}, Refusal.INVALID, "more than 0"),
    ({"capital": Decimal("10.005")}, Refusal.INVALID, "whole cents"),
    ({"params": {"shares": 101}}, Refusal.INVALID, "shares must be a whole number from 1 to 100"),
    ({"params": {"speed": 1}}, Refusal.INVALID, "there are: shares"),
    ({"capital": Decimal("100000.01")}, Refusal.CONFLICT, "$100,000.01 wanted, $100,000.00 available"),
]


@pytest.mark.requirement("S2-70")
def test_a_wrong_command_is_refused_in_words_and_changes_nothing(house: OwnerHouse) -> None:
    for wrong, refusal, words in WRONG:
        command = {"algorithm": "buyer", "ticker": "ACME", "capital": Decimal(1_000)} | wrong
        answer = house.give(StartAlgorithm(**command))  # type: ignore[arg-type]
        assert answer.refusal is refusal, wrong
        assert words in answer.reason, wrong
    assert house.rows("SELECT * FROM algorithms") == []
    assert house.engine.streams.subscriptions.symbols() == frozenset()


@pytest.mark.requirement("S2-12", "S2-65")
def test_what_others_hold_cannot_be_given_away_again(house: OwnerHouse) -> None:
    first = house.start_algorithm(capital=60_000)
    answer = house.give(StartAlgorithm("buyer", "ACME", Decimal(40_001)))
    assert (answer.refusal, answer.reason) == (
        Refusal.CONFLICT,
        "There is not enough cash: $40,001.00 wanted, $40,000.00 available.",
    )
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.engine.owner.account.latest = None  # as if it had been read after the fill
    house.give(StopAlgorithm(first))
    # It keeps five shares bought at 50.01: the account has the rest in cash.
    assert house.give(StartAlgorithm("buyer", "ACME", Decimal("99749.96"))).refusal is Refusal.CONFLICT
    assert house.give(StartAlgorithm("buyer", "ACME", Decimal("99749.95"))).refusal is None


def test_a_buy_that_works_counts_as_spent(house: OwnerHouse) -> None:
    house.start_algorithm(capital=60_000)
    house.minute_at(OPEN + MINUTE)
    assert house.give(StartAlgorithm("buyer", "ACME", Decimal(40_000))).refusal is Refusal.CONFLICT
    house.start_algorithm(capital=39_750)


@pytest.mark.requirement("S2-71")
def test_without_the_accounts_figures_nothing_is_started(house: OwnerHouse) -> None:
    house.pass_until(lambda: house.engine.owner.account.latest is not None)
    house.server.stop()
    house.engine.owner.account.latest = None
    answer = house.give(StartAlgorithm("buyer", "ACME", Decimal(100)))
    assert answer.refusal is Refusal.CONFLICT
    assert "broker" in answer.reason


def test_parameters_are_kept_and_set_again_after_a_restart(house: OwnerHouse) -> None:
    id_ = house.start_algorithm(shares=7.0)
    [(params,)] = house.rows("SELECT params FROM algorithms")
    assert json.loads(str(params)) == {"shares": 7}
    house.restart()
    house.minute_at(OPEN + MINUTE)
    house.fill()
    assert house.position(id_) == 7


@pytest.mark.requirement("S2-73")
def test_a_file_that_loops_when_it_is_imported_is_refused_and_trading_goes_on(tmp_path: Path) -> None:
    house = open_house(tmp_path, is_real=True, limit_seconds=1.0)
    try:
        house.create_pin()
        buyer = house.start_algorithm()
        answer = house.give(StartAlgorithm("loops", "ACME", Decimal(1_000)))
        assert answer.refusal is Refusal.INVALID
        assert "within 1 s" in answer.reason
        house.minute_at(OPEN + MINUTE)
        house.fill()
        assert house.position(buyer) == 5
    finally:
        house.close()


@pytest.mark.requirement("S2-47")
def test_a_command_repeated_after_a_crash_starts_no_second_algorithm(house: OwnerHouse) -> None:
    wish = StartAlgorithm("buyer", "BETA", Decimal(5_000), {"shares": 7.0}, command_id="key-of-the-page")
    first = house.give(wish)
    house.restart()
    assert house.give(wish) == first
    other = house.give(replace(wish, capital=Decimal(5_001)))
    assert (other.refusal, other.reason) == (
        Refusal.CONFLICT,
        "This id belongs to the command that started algorithm 1.",
    )
    assert house.give(replace(wish, params={})).refusal is Refusal.CONFLICT
    assert house.rows("SELECT id, initial_capital, command_id FROM algorithms") == [(1, 5000.0, "key-of-the-page")]
    assert house.give(replace(wish, command_id=None)).values == {"id": 2}
