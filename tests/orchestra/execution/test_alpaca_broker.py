"""Alpaca's JSON becomes our nouns, or an error that makes us ask again; never a wrong number."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestra.execution.alpaca_broker import AlpacaBroker, read_order
from system_databse.errors import BrokerOutcomeUnknown, BrokerUnavailable
from system_databse.order import OrderStatus, Side
from tests.system_databse.made_orders import order_in

ROW = {
    "id": "6b0d549b-6f03-475a-9600-a35a099950d8",
    "client_order_id": "at-abc123-1-x-0",
    "created_at": "2026-11-19T14:31:24.702118340Z",
    "updated_at": "2026-11-19T14:31:24.702118340Z",
    "submitted_at": "2026-11-19T14:31:24.641907255Z",
    "filled_at": None,
    "symbol": "SPY",
    "qty": "10",
    "filled_qty": "0",
    "filled_avg_price": None,
    "side": "buy",
    "limit_price": None,
    "status": "new",
}
EXECUTION = {"execution_id": "e1", "qty": "4", "price": "100.5", "timestamp": "2026-11-19T14:31:25.123456789Z"}

# Every status of Alpaca's life cycle, without and with a part filled.
STATUSES = {
    **dict.fromkeys(
        [
            *("pending_new", "accepted", "new", "partially_filled", "pending_cancel", "pending_replace", "held"),
            *("accepted_for_bidding", "stopped", "suspended", "calculated", "pending_review", "something_new"),
        ],
        (OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED),
    ),
    "filled": (OrderStatus.FILLED, OrderStatus.FILLED),
    "canceled": (OrderStatus.CANCELED, OrderStatus.CANCELED),
    "replaced": (OrderStatus.CANCELED, OrderStatus.CANCELED),
    "expired": (OrderStatus.EXPIRED, OrderStatus.EXPIRED),
    "done_for_day": (OrderStatus.EXPIRED, OrderStatus.EXPIRED),
    "rejected": (OrderStatus.REJECTED, OrderStatus.REJECTED),
}


class Answers:
    """A port that gives one prepared answer to everything."""

    def __init__(self, answer) -> None:
        self._answer = answer

    def __getattr__(self, _name: str):
        return lambda *_arguments, **_more: self._answer


@pytest.mark.requirement("S0-15")
@pytest.mark.parametrize("raw", STATUSES)
def test_each_status_of_alpaca_has_one_of_ours(raw: str) -> None:
    untouched, partly = STATUSES[raw]
    assert read_order(ROW | {"status": raw}).status is untouched
    report = read_order(ROW | {"status": raw, "filled_qty": "4", "filled_avg_price": "100.25"})
    assert (report.status, report.raw_status, report.filled_notional) == (partly, raw, 401)


def test_order_that_is_wholly_filled_is_done_whatever_its_status_is_called() -> None:
    filled = {"filled_qty": "10", "filled_avg_price": "100.25"}
    assert read_order(ROW | {"status": "a new word"} | filled).status is OrderStatus.FILLED
    assert read_order(ROW | {"status": "canceled"} | filled).status is OrderStatus.CANCELED
    assert read_order(ROW | {"status": "a new word", "qty": None} | filled).status is OrderStatus.PARTIALLY_FILLED


def test_only_a_rejected_order_carries_a_reason() -> None:
    assert read_order(ROW | {"status": "rejected"}).reject_reason == "rejected by the broker"
    assert read_order(ROW | {"status": "expired"}).reject_reason is None


def test_nulls_mean_nothing_yet_and_nanoseconds_are_cut() -> None:
    report = read_order(ROW)
    assert (report.qty, report.filled_qty, report.filled_notional, report.side) == (10, 0, 0, Side.BUY)
    assert report.at == datetime(2026, 11, 19, 14, 31, 24, 702118, UTC)
    assert read_order(ROW | {"filled_at": "2026-11-19T14:32:00Z"}).at == datetime(2026, 11, 19, 14, 32, tzinfo=UTC)


def test_numbers_come_as_text_or_as_numbers() -> None:
    row = ROW | {"qty": 10, "filled_qty": 2.5, "filled_avg_price": 100.1}
    assert read_order(row).filled_notional == Decimal("250.25")


UNREADABLE = [
    *({key: ROW[key] for key in ROW if key != gone} for gone in ("id", "client_order_id", "symbol", "side", "status")),
    *(ROW | {"filled_qty": bad} for bad in ("many", "NaN", "Infinity", [])),
    ROW | {"side": ""},
    ROW | {"updated_at": "yesterday"},
    ROW | {"updated_at": None, "submitted_at": None},
    *(ROW | {"filled_qty": "4", "filled_avg_price": bad} for bad in (None, "0", "-1", "NaN")),
    {"message": "<html>"},
    {},
]


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize("row", UNREADABLE)
def test_an_order_that_makes_no_sense_is_asked_for_again(row: dict[str, object]) -> None:
    with pytest.raises(BrokerUnavailable, match="order could not be read"):
        read_order(row)
    with pytest.raises(BrokerUnavailable):
        AlpacaBroker(Answers(row)).find("at-abc123-1-x-0")


@pytest.mark.parametrize("answer", [*UNREADABLE, [], None, "ok"])
def test_a_senseless_answer_to_a_sent_order_leaves_its_fate_unknown(answer: object) -> None:
    with pytest.raises(BrokerOutcomeUnknown):
        AlpacaBroker(Answers(answer)).submit(order_in())


def test_a_strangers_odd_order_is_left_out_and_one_of_ours_is_not() -> None:
    odd = ROW | {"client_order_id": "by hand", "side": ""}
    assert [r.client_order_id for r in AlpacaBroker(Answers([odd, ROW])).orders_since(None)] == ["at-abc123-1-x-0"]
    with pytest.raises(BrokerUnavailable):
        AlpacaBroker(Answers([ROW | {"side": ""}])).orders_since(None)


def update(event: str, **changes: object) -> dict[str, object]:
    return {"stream": "trade_updates", "data": {"event": event, "order": ROW, **EXECUTION, **changes}}


@pytest.mark.parametrize("event", ["fill", "partial_fill"])
def test_a_fill_carries_its_execution(event: str) -> None:
    report, execution = AlpacaBroker(Answers(None)).read_update(update(event))
    assert report == read_order(ROW)
    assert execution is not None
    assert (execution.execution_id, execution.qty, execution.price) == ("e1", 4, Decimal("100.5"))
    assert execution.at == datetime(2026, 11, 19, 14, 31, 25, 123456, UTC)


@pytest.mark.parametrize("event", ["new", "canceled", "expired", "pending_cancel", "never_seen_before"])
def test_any_other_event_brings_the_order_alone(event: str) -> None:
    report, execution = AlpacaBroker(Answers(None)).read_update({"data": {"event": event, "order": ROW}})
    assert (report.client_order_id, execution) == ("at-abc123-1-x-0", None)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"data": []},
        {"data": {"event": "fill"}},
        {"data": {"event": "fill", "order": None}},
        {"data": {"event": "fill", "order": ROW}},
        *(update("fill", **{key: bad}) for key in ("qty", "price", "timestamp") for bad in ("x", "NaN")),
        update("fill", price="0"),
    ],
)
def test_an_update_that_makes_no_sense_is_reported_as_such(message: dict[str, object]) -> None:
    with pytest.raises(BrokerUnavailable):
        AlpacaBroker(Answers(None)).read_update(message)


def test_positions_are_signed_by_their_side() -> None:
    rows = [
        {"symbol": "SPY", "qty": "5", "side": "long"},
        {"symbol": "AAA", "qty": "5", "side": "short"},
        {"symbol": "BBB", "qty": "-5", "side": "short"},
    ]
    assert AlpacaBroker(Answers(rows)).positions() == {"SPY": 5, "AAA": -5, "BBB": -5}


@pytest.mark.parametrize("rows", [[{}], [{"symbol": "SPY", "qty": "x"}], [None], [{"symbol": "SPY", "qty": "NaN"}]])
def test_positions_that_make_no_sense_are_asked_for_again(rows: list[object]) -> None:
    with pytest.raises(BrokerUnavailable, match="positions could not be read"):
        AlpacaBroker(Answers(rows)).positions()


def test_the_account_is_read_or_asked_for_again() -> None:
    account = AlpacaBroker(Answers({"account_number": "PA1", "cash": "10.50", "equity": "20"})).account()
    assert (account.number, account.cash, account.equity) == ("PA1", Decimal("10.50"), 20)
    with pytest.raises(BrokerUnavailable, match="account could not be read"):
        AlpacaBroker(Answers({"cash": "1"})).account()
