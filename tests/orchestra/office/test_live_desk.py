"""What the screens show: after each commit, and complete."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from database.bar import MINUTE
from orchestra.messages.commands import PauseAlgorithm, StopAlgorithm
from orchestra.messages.events import AlgorithmStarted, OrderFilled
from orchestra.messages.live_snapshot import AlgorithmCard, LiveSnapshot, MarketPhase
from orchestra.risk.halt_switch import Halt
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN, OwnerHouse


def shown(house: OwnerHouse) -> LiveSnapshot:
    """Let the engine hear what is under way, and look at its newest snapshot."""
    for _ in range(5):
        house.pass_once()
    house.clock.skip(1.5)
    house.pass_once()
    snapshot = house.board.snapshot
    assert snapshot is not None
    return snapshot


def card_of(house: OwnerHouse, algorithm_id: int) -> AlgorithmCard:
    [card] = [card for card in shown(house).algorithms if card.record.id == algorithm_id]
    return card


@pytest.mark.requirement("S2-09", "S2-32", "S2-66")
def test_a_card_tells_price_position_profit_and_the_last_decision(house: OwnerHouse) -> None:
    id_ = house.start_algorithm(capital=10_000)
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.minute_at(OPEN + 2 * MINUTE)
    house.minute_at(OPEN + 3 * MINUTE)
    card = card_of(house, id_)
    # Bought at the open of 13:31, 50.01; the bar of 13:32 closed at 50.02.
    assert (card.figures.shares, card.figures.avg_cost, card.figures.last_price) == (5, Decimal("50.01"), 50.02)
    assert card.price_at == OPEN + 2 * MINUTE
    assert (card.figures.cash, card.figures.market_value) == (Decimal("9749.95"), Decimal("250.10"))
    assert (card.figures.total_pl, card.figures.day_pl) == (Decimal("0.05"), Decimal("0.05"))
    assert card.figures.last_action == "buy"
    assert card.figures.last_run_at == datetime.fromtimestamp(OPEN + 3 * MINUTE, UTC)
    assert card.decision is not None
    assert (card.decision.minute, card.decision.action, card.decision.outcome) == (OPEN + 3 * MINUTE, "hold", "HELD")
    assert card.sparkline == (50.0, 50.01, 50.02)
    assert card.working == ()


def test_a_working_order_and_its_end_show(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    card = card_of(house, id_)
    assert (len(card.working), card.note) == (1, "waits for its order to buy 5 ACME")
    assert card.decision is not None
    assert (card.decision.action, card.decision.shares, card.decision.reason) == ("buy", "5", "has none yet")
    house.fill()
    assert card_of(house, id_).working == ()


@pytest.mark.requirement("S2-74")
def test_an_algorithm_without_enough_history_says_that_it_is_warming_up(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    assert card_of(house, id_).note == "waits for its first minute"
    house.minute_at(OPEN + MINUTE)
    assert card_of(house, id_).note == "warming up 3/51"
    house.give(PauseAlgorithm(id_))
    assert card_of(house, id_).note == ""


@pytest.mark.requirement("S2-74")
def test_a_ticker_that_never_traded_has_a_card_without_figures_it_cannot_know(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle", "NONE")
    house.minute_at(OPEN + MINUTE)
    card = card_of(house, id_)
    assert (card.figures.last_price, card.price_at, card.sparkline) == (None, None, ())
    assert (card.figures.equity, card.figures.total_pl) == (10_000, 0)


def test_a_stopped_algorithm_is_shown_until_its_shares_are_gone(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.give(StopAlgorithm(id_))
    assert card_of(house, id_).note == "stopped, keeps 5 shares"
    house.clock.put(CLOSE + 60)
    house.give(StopAlgorithm(id_, is_selling=True))
    assert card_of(house, id_).note == "sells its shares at the next open"
    house.minute_at(NEXT_OPEN + MINUTE)
    assert card_of(house, id_).note == "sells its shares"
    assert card_of(house, id_).figures.last_action == "sell"
    house.fill()
    assert shown(house).algorithms == ()
    house.restart()
    assert shown(house).algorithms == ()


@pytest.mark.requirement("S2-12")
def test_the_account_is_refreshed_by_itself_and_after_a_fill(house: OwnerHouse) -> None:
    house.pass_until(lambda: house.engine.owner.account.latest is not None)
    house.start_algorithm(capital=10_000)
    account = shown(house).account
    assert account is not None
    assert (account.cash, account.allocated, account.available) == (100_000, 10_000, 90_000)
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.clock.skip(1.5)
    house.pass_until(lambda: (shown(house).account or account).cash == Decimal("99749.95"))


def test_health_gates_halt_and_clock_show(house: OwnerHouse) -> None:
    house.pass_until(lambda: shown(house).health.streams.is_orders_connected)
    house.start_algorithm("idle")
    snapshot = shown(house)
    assert (snapshot.mode, snapshot.has_pin, snapshot.is_halted) == ("PAPER", True, False)
    assert snapshot.market.phase is MarketPhase.OPEN
    assert snapshot.health.is_database_ok
    assert snapshot.health.closed_gates == ()
    assert 0 <= snapshot.health.lag_s < 5
    house.halt.set(Halt("2024-07-03T13:31:00.000Z", "the owner"))
    assert shown(house).is_halted
    assert house.engine.streams.wait_ready(5)
    house.minute_at(OPEN + MINUTE)
    house.pass_until(lambda: shown(house).health.streams.last_message_age_s is not None)
    assert shown(house).health.workers["minute_loop"].last_ok == datetime.fromtimestamp(OPEN + MINUTE, UTC)


def test_each_snapshot_is_later_than_the_one_before_and_events_reach_the_board(house: OwnerHouse) -> None:
    sequences = [shown(house).sequence]
    house.start_algorithm()
    sequences.append(shown(house).sequence)
    house.minute_at(OPEN + MINUTE)
    house.fill()
    sequences.append(shown(house).sequence)
    assert sequences == sorted(set(sequences))
    kinds = [type(news.event) for news in house.board.news_after(0)]
    assert AlgorithmStarted in kinds
    assert OrderFilled in kinds


def test_a_command_is_answered_after_its_effect_can_be_seen(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    house.give(PauseAlgorithm(id_))
    assert house.board.snapshot is not None
    assert [str(card.record.status) for card in house.board.snapshot.algorithms] == ["PAUSED"]


@pytest.mark.requirement("S2-48")
def test_after_a_restart_the_card_is_the_same(house: OwnerHouse) -> None:
    id_ = house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.minute_at(OPEN + 2 * MINUTE)
    before = card_of(house, id_)
    house.restart()
    assert card_of(house, id_) == before


def test_the_days_profit_starts_at_the_last_close(lock_step: OwnerHouse) -> None:
    house = lock_step
    id_ = house.start_algorithm(capital=10_000)
    while house.step() < CLOSE:
        pass
    [(at_close,)] = house.rows(f"SELECT equity FROM equity_snapshots WHERE scope = 'algo:{id_}' AND ts = {CLOSE}")
    for _ in range(3):
        house.step()
    house.engine.owner.live.show()  # type: ignore[union-attr]
    assert house.board.snapshot is not None
    [card] = house.board.snapshot.algorithms
    assert card.figures.equity is not None
    assert card.figures.day_pl == card.figures.equity - Decimal(str(at_close))
    assert card.figures.day_pl != card.figures.total_pl
    assert len(card.sparkline) == (house.engine.books.minute - NEXT_OPEN) // MINUTE
