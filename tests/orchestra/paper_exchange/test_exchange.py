import threading
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.errors import ConfigError, StorageError
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.book.orders import OrderStatus, microseconds
from orchestra.paper_exchange.book.refusal import FORBIDDEN, INVALID, NOT_ALLOWED, NOT_FOUND, Refusal
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from tests.orchestra.paper_exchange.made_market import (
    CASH,
    CLOSE,
    NEXT_CLOSE,
    NEXT_OPEN,
    OPEN,
    Desk,
    StandingClock,
    line,
    write,
)

# The handshake


def test_new_book_begins_at_the_first_open_with_nothing_traded(desk: Desk) -> None:
    assert desk.exchange.next_tick(0, 0) == Tick(OPEN)
    assert desk.exchange.account.cash == CASH


def test_clock_stands_still_until_the_engine_is_done(desk: Desk) -> None:
    assert desk.exchange.next_tick(OPEN, 0) is None
    assert desk.exchange.done(OPEN).is_settled
    assert desk.exchange.next_tick(OPEN, 0) == Tick(OPEN + MINUTE, frozenset({"AAA"}))


def test_clock_visits_every_minute_of_every_session_and_ends(desk: Desk) -> None:
    minutes = [OPEN]
    while not (tick := desk.advance()).has_ended:
        minutes.append(tick.minute)
    first, second = range(OPEN, CLOSE + 1, MINUTE), range(NEXT_OPEN, NEXT_CLOSE + 1, MINUTE)
    assert minutes == [*first, *second]
    assert tick == Tick(NEXT_CLOSE, has_ended=True)


def test_minute_without_trades_ticks_all_the_same(desk: Desk) -> None:
    desk.advance_to(OPEN + 5 * MINUTE)
    assert desk.advance() == Tick(OPEN + 6 * MINUTE)


def test_done_answers_all_fills_of_its_minute_and_settles_when_nothing_is_new(desk: Desk) -> None:
    order = desk.place("buy", client_order_id="mine")
    first, second = desk.exchange.done(OPEN), desk.exchange.done(OPEN)
    assert not first.is_settled
    assert [(fill.client_order_id, fill.qty, fill.price, fill.at) for fill in first.executions] == [
        ("mine", order.qty, Decimal("10.0"), OPEN)
    ]
    assert second.executions == first.executions
    assert second.is_settled


def test_answers_that_got_lost_are_repeated_and_settle_nothing(desk: Desk) -> None:
    order = desk.place("buy")
    lost = [desk.exchange.done(OPEN, seen=0) for _ in range(3)]
    assert {settlement.is_settled for settlement in lost} == {False}
    assert [[each.client_order_id for each in settlement.executions] for settlement in lost] == [
        [order.client_order_id]
    ] * 3
    assert desk.exchange.next_tick(OPEN, 0) is None
    assert desk.exchange.done(OPEN, seen=lost[-1].news).is_settled
    assert desk.exchange.next_tick(OPEN, 0) == Tick(OPEN + MINUTE, frozenset({"AAA"}))


def test_lost_answer_about_orders_that_ended_is_repeated(desk: Desk) -> None:
    desk.place("buy", type="limit", limit_price="5.00")
    desk.advance_to(CLOSE)
    first, repeated = (desk.exchange.done(CLOSE, seen=0) for _ in range(2))
    assert (first.executions, first.is_settled) == ((), False)
    assert repeated == first
    assert desk.exchange.done(CLOSE, seen=first.news).is_settled


def test_order_sent_between_two_calls_of_done_fills_in_the_same_minute(desk: Desk) -> None:
    desk.place("buy")
    desk.exchange.done(OPEN)
    desk.place("buy")
    second = desk.exchange.done(OPEN)
    assert not second.is_settled
    assert [fill.at for fill in second.executions] == [OPEN, OPEN]
    assert desk.exchange.next_tick(OPEN, 0) is None
    assert desk.exchange.done(OPEN).is_settled


def test_done_for_an_older_minute_does_nothing(desk: Desk) -> None:
    desk.advance()
    desk.place("buy")
    settlement = desk.exchange.done(OPEN)
    assert settlement.is_settled
    assert settlement.executions == ()
    assert desk.exchange.account.working


def test_engine_ahead_of_the_book_is_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="one and the same run"):
        desk.exchange.done(OPEN + MINUTE)
    with pytest.raises(ConfigError, match="one and the same run"):
        desk.exchange.next_tick(OPEN + MINUTE, 0)


def test_engine_that_restarted_gets_the_current_minute_at_once(desk: Desk) -> None:
    desk.advance_to(OPEN + 3 * MINUTE)
    assert desk.exchange.next_tick(OPEN, 0) == Tick(OPEN + 3 * MINUTE, frozenset({"AAA", "BBB"}))


def test_waiting_tick_is_released_by_done(desk: Desk) -> None:
    ticks: list[Tick | None] = []
    waiter = threading.Thread(target=lambda: ticks.append(desk.exchange.next_tick(OPEN, 60)))
    desk.clock.seconds = 0
    waiter.start()
    desk.settle()
    waiter.join(10)
    assert ticks == [Tick(OPEN + MINUTE, frozenset({"AAA"}))]


def test_waiting_tick_is_released_by_close(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    ticks: list[Tick | None] = []
    waiter = threading.Thread(target=lambda: ticks.append(desk.exchange.next_tick(OPEN, 60)))
    waiter.start()
    desk.exchange.close()
    waiter.join(10)
    assert ticks == [None]


def test_speed_is_a_ceiling(tmp_path: Path) -> None:
    desk = Desk(tmp_path, speed=60.0)
    desk.settle()
    assert desk.exchange.next_tick(OPEN, 0) is None
    desk.clock.seconds = 0.99
    assert desk.exchange.next_tick(OPEN, 0) is None
    desk.clock.seconds = 1.0
    assert desk.exchange.next_tick(OPEN, 0) == Tick(OPEN + MINUTE, frozenset({"AAA"}))
    desk.settle()
    desk.clock.seconds = 1.99
    assert desk.exchange.next_tick(OPEN + MINUTE, 0) is None
    desk.clock.seconds = 2.0
    assert desk.exchange.next_tick(OPEN + MINUTE, 0) is not None
    desk.exchange.close()


def test_free_run_plays_the_whole_market_and_stops(desk: Desk) -> None:
    desk.place("buy")
    desk.exchange.run_free(threading.Event())
    assert desk.exchange.now == NEXT_CLOSE
    assert [fill.at for fill in desk.exchange.store.fills()] == [OPEN]


def test_free_run_ends_when_an_engine_is_there(desk: Desk) -> None:
    desk.exchange.done(OPEN)
    desk.exchange.run_free(threading.Event())
    assert desk.exchange.now == OPEN


# Fills


@pytest.mark.requirement("S2-37", "S2-38", "S2-40")
def test_market_orders_fill_wholly_at_the_open_of_their_minute(desk: Desk) -> None:
    bought = desk.place("buy", "10")
    desk.advance()
    sold = desk.place("sell", "4")
    desk.settle()
    assert desk.order(bought).filled_avg_price == Decimal(10)
    assert desk.order(sold).filled_avg_price == Decimal(11)
    assert desk.order(sold).filled_at == microseconds(OPEN + MINUTE)
    assert desk.exchange.account.cash == CASH - 10 * 10 + 4 * 11
    assert desk.exchange.account.position("AAA").qty == 6
    assert desk.exchange.account.position("AAA").average_price == 10


def test_market_order_in_a_minute_without_a_trade_fills_at_the_next_bar(desk: Desk) -> None:
    desk.advance_to(OPEN + 5 * MINUTE)
    order = desk.place("buy")
    assert desk.settle() == []
    desk.advance()
    desk.settle()
    assert desk.order(order).filled_at == microseconds(OPEN + 6 * MINUTE)
    assert desk.order(order).filled_avg_price == 15


def test_order_after_the_minute_was_settled_fills_from_the_next_bar(desk: Desk) -> None:
    desk.settle()
    order = desk.place("buy", type="limit", limit_price="100")
    market_order = desk.place("buy")
    assert desk.settle() == []
    assert desk.exchange.next_tick(OPEN, 0) is not None
    assert desk.order(order).filled_at is None
    desk.advance()
    assert desk.order(order).filled_at == microseconds(OPEN + MINUTE)
    assert desk.order(market_order).filled_at == microseconds(OPEN + MINUTE)


@pytest.mark.requirement("S2-68")
def test_day_order_that_no_bar_fills_expires_at_the_close(desk: Desk) -> None:
    desk.advance_to(CLOSE - MINUTE)
    order = desk.place("buy")
    desk.advance_to(CLOSE)
    settlement = desk.exchange.done(CLOSE)
    assert not settlement.is_settled
    assert settlement.executions == ()
    assert desk.order(order).status is OrderStatus.EXPIRED
    assert desk.order(order).expired_at == microseconds(CLOSE)
    assert desk.exchange.done(CLOSE).is_settled
    assert desk.exchange.account.working == {}


def test_order_at_the_close_waits_for_the_next_session(desk: Desk) -> None:
    desk.advance_to(CLOSE)
    order = desk.place("buy")
    assert order.status is OrderStatus.ACCEPTED
    assert desk.settle() == []
    desk.advance()
    assert desk.order(order).status is OrderStatus.NEW
    assert [fill.at for fill in desk.settle()] == [NEXT_OPEN]


def test_limit_order_waits_until_its_price_is_traded_through(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.settle()
    order = desk.place("sell", "10", type="limit", limit_price="12.20")
    assert desk.settle() == []
    desk.advance()
    desk.advance()
    assert desk.order(order).filled_at is None
    desk.advance()
    stored = desk.order(order)
    assert (stored.filled_avg_price, stored.filled_at) == (Decimal("12.20"), microseconds(OPEN + 2 * MINUTE))


def test_limit_fill_of_a_bar_is_in_the_next_minutes_settlement(desk: Desk) -> None:
    order = desk.place("buy", type="limit", limit_price="10.00")
    assert desk.settle() == []
    tick = desk.exchange.next_tick(OPEN, 0)
    assert tick is not None
    settlement = desk.exchange.done(tick.minute)
    assert [fill.client_order_id for fill in settlement.executions] == [order.client_order_id]
    assert not settlement.is_settled
    assert desk.exchange.next_tick(tick.minute, 0) is None
    assert desk.exchange.done(tick.minute).is_settled


def test_gtc_limit_order_lives_over_the_close(desk: Desk) -> None:
    order = desk.place("buy", type="limit", limit_price="5.00", time_in_force="gtc")
    desk.advance_to(NEXT_OPEN)
    assert desk.order(order).status is OrderStatus.NEW


# What is refused


def test_client_order_id_is_unique_for_ever(desk: Desk) -> None:
    desk.place("buy", client_order_id="mine")
    desk.advance_to(NEXT_OPEN)
    refusal = desk.refusal("buy", client_order_id="mine")
    assert (refusal.status, refusal.code, refusal.message) == (422, INVALID, "client_order_id must be unique")
    desk.reopen()
    assert desk.refusal("buy", client_order_id="mine").code == INVALID


def test_unknown_asset_is_refused(desk: Desk) -> None:
    refusal = desk.refusal("buy", symbol="ZZZ")
    assert (refusal.status, refusal.code) == (422, NOT_ALLOWED)


def test_order_beyond_the_buying_power_is_refused(desk: Desk) -> None:
    refusal = desk.refusal("buy", "10000.1")
    assert (refusal.status, refusal.code, refusal.message) == (403, FORBIDDEN, "insufficient buying power")
    assert refusal.body["buying_power"] == "100000"
    desk.place("buy", "10000")


def test_working_buys_claim_buying_power(desk: Desk) -> None:
    desk.place("buy", "9000", type="limit", limit_price="10.00")
    assert desk.refusal("buy", "1001", type="limit", limit_price="10.00").code == FORBIDDEN
    desk.place("buy", "1000", type="limit", limit_price="10.00")


def test_short_sale_is_refused_and_claimed_shares_are_not_sold_twice(desk: Desk) -> None:
    assert desk.refusal("sell", "1").code == FORBIDDEN
    desk.place("buy", "10")
    desk.settle()
    resting = desk.place("sell", "7", type="limit", limit_price="99")
    refusal = desk.refusal("sell", "4", type="limit", limit_price="99")
    assert refusal.message == "insufficient qty available for order (requested: 4, available: 3)"
    assert refusal.body["related_orders"] == [resting.id]
    desk.place("sell", "3", type="limit", limit_price="99")


def test_opposite_orders_that_could_meet_are_a_wash_trade(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.settle()
    resting = desk.place("sell", "10", type="limit", limit_price="30")
    refusal = desk.refusal("buy", "1")
    assert refusal.status == 403
    assert refusal.body["existing_order_id"] == resting.id
    assert refusal.body["reject_reason"] == "opposite side limit order exists"
    assert desk.refusal("buy", "1", type="limit", limit_price="30").status == 403
    desk.place("buy", "1", type="limit", limit_price="29.99")
    desk.place("buy", "1", symbol="BBB")


def test_resting_market_order_blocks_the_other_side(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.settle()
    desk.advance_to(OPEN + 5 * MINUTE)
    desk.place("sell", "10")
    assert desk.refusal("buy", "1").body["reject_reason"] == "opposite side market/stop order exists"


def test_order_after_the_last_session_is_refused(desk: Desk) -> None:
    desk.advance_to(NEXT_CLOSE)
    assert "no later session" in desk.refusal("buy").message


def test_cancel_ends_a_working_order_and_nothing_else(desk: Desk) -> None:
    order = desk.place("buy", type="limit", limit_price="1")
    canceled = desk.exchange.cancel(order.id)
    assert not isinstance(canceled, Refusal)
    assert (canceled.status, canceled.canceled_at) == (OrderStatus.CANCELED, microseconds(OPEN))
    again, unknown = desk.exchange.cancel(order.id), desk.exchange.cancel("x")
    assert isinstance(again, Refusal)
    assert isinstance(unknown, Refusal)
    assert (again.status, again.code) == (422, NOT_ALLOWED)
    assert (unknown.status, unknown.code) == (404, NOT_FOUND)


# The book


def test_reopened_book_is_the_same_book(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.advance()
    desk.place("buy", "5", type="limit", limit_price="3.21")
    before = (desk.exchange.account, desk.exchange.now, desk.exchange.store.fills())
    desk.reopen()
    assert (desk.exchange.account, desk.exchange.now, desk.exchange.store.fills()) == before


def test_fills_whose_answer_was_lost_are_told_again_after_a_restart(desk: Desk) -> None:
    order = desk.place("buy")
    desk.exchange.done(OPEN)
    desk.reopen()
    settlement = desk.exchange.done(OPEN)
    assert [fill.client_order_id for fill in settlement.executions] == [order.client_order_id]
    assert not settlement.is_settled
    assert desk.exchange.account.position("AAA").qty == 10


def test_finished_book_knows_its_end_after_a_restart(desk: Desk) -> None:
    desk.advance_to(NEXT_CLOSE)
    desk.settle()
    desk.reopen()
    assert desk.exchange.next_tick(NEXT_CLOSE, 0) == Tick(NEXT_CLOSE, has_ended=True)


def test_orders_of_one_minute_have_times_of_their_own(desk: Desk) -> None:
    first, second = desk.place("buy"), desk.place("buy")
    desk.reopen()
    third = desk.place("buy")
    assert first.submitted_at < second.submitted_at < third.submitted_at < microseconds(OPEN + 1)


def test_book_of_other_bars_or_other_cash_is_refused(desk: Desk, tmp_path: Path) -> None:
    other = ReplayMarket.read([write(tmp_path / "other.csv", [line(OPEN, volume="7")])], desk.calendar)
    desk.exchange.close()
    with pytest.raises(ConfigError, match="kept for other market data"):
        PaperExchange.open(desk.book, other, desk.calendar, cash=CASH, clock=StandingClock())
    with pytest.raises(ConfigError, match="opened with 100000 dollars, not 5"):
        PaperExchange.open(desk.book, desk.market, desk.calendar, cash=Decimal(5), clock=StandingClock())


def test_foreign_file_is_refused_and_left_alone(desk: Desk, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    foreign.write_text("no database")
    with pytest.raises(StorageError):
        PaperExchange.open(foreign, desk.market, desk.calendar, cash=CASH, clock=StandingClock())
    assert foreign.read_text() == "no database"


def test_account_numbers_are_random(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    other = Desk(tmp_path / "two")
    assert desk.exchange.account_number[:2] == "PA"
    assert len(desk.exchange.account_number) == 11
    assert desk.exchange.account_number != other.exchange.account_number
    other.exchange.close()
