"""Orders, fills, positions and round trips over HTTP: pages, selections, files for a spreadsheet, and one cancel."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest

from orchestra.messages.commands import CancelOrder
from system_databse.order import OrderStatus
from system_databse.rows import external_fills
from system_databse.truth import baseline_rows
from tests.orchestra.api.api_house import LAN, NOON, ApiHouse, Visitor, made_snapshot
from tests.system_databse.made_orders import order_in, report_of
from tests.system_databse.trade_diary import MORNING, TradeDiary

PATHS = ("/api/orders", "/api/fills", "/api/fills/sums", "/api/round-trips", "/api/positions", "/api/orders/choices")
FILES = ("/api/orders.csv", "/api/fills.csv", "/api/round-trips.csv")
HOSTILE = '=HYPERLINK("http://evil","click")'


@pytest.fixture
def diary(house: ApiHouse) -> TradeDiary:
    return TradeDiary(house.system)


def rows_of(owner: Visitor, path: str) -> list[list[str]]:
    answer = owner.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


@pytest.mark.parametrize("path", [*PATHS, *FILES])
def test_nothing_is_told_without_a_session_and_all_of_it_in_the_network_with_one(house: ApiHouse, path: str) -> None:
    assert house.visitor().get(path).status_code == 401
    owner = house.owner()
    assert owner.get(path).status_code == 200


def test_pages_of_fills_follow_each_other(diary: TradeDiary, owner: Visitor) -> None:
    for _ in range(5):
        diary.order(fee="0.01")
    told, query = [], "limit=2"
    while query:
        body = owner.get(f"/api/fills?{query}").json
        told += [fill["id"] for fill in body["fills"]]
        query = f"limit=2&before={body['next']}" if body["next"] else ""
    assert told == [5, 4, 3, 2, 1]
    fill = owner.get("/api/fills").json["fills"][0]
    assert (fill["symbol"], fill["side"], fill["qty"], fill["price"], fill["fee"]) == (
        "AAPL",
        "buy",
        "10",
        "185.00",
        "0.01",
    )
    assert (fill["value"], fill["algorithm"], fill["algorithm_id"]) == ("1850.00", "sma_crossover", 1)


def test_the_sums_of_fills_are_those_of_the_whole_selection(diary: TradeDiary, owner: Visitor) -> None:
    for _ in range(60):
        diary.round_trip("0.1", "0.2", qty=1, fee="0.01")
    diary.round_trip("5", "6", algorithm_id=2)
    sums = owner.get("/api/fills/sums?algorithm_id=1").json
    assert sums == {"count": 120, "fees": "1.20", "bought": "6.0", "sold": "12.0"}
    assert owner.get("/api/fills/sums?day=2026-11-18").json["count"] == 0


def test_orders_are_told_by_state_with_their_reasons(diary: TradeDiary, owner: Visitor) -> None:
    diary.order(filled=10, price="185.5")
    diary.order(OrderStatus.UNKNOWN)
    diary.order(OrderStatus.REJECTED, refusal="403 insufficient buying power")
    working = owner.get("/api/orders?state=working").json["orders"]
    assert [(each["status"], each["filled_qty"]) for each in working] == [("UNKNOWN", "0")]
    rejected, filled = owner.get("/api/orders?state=ended").json["orders"]
    assert rejected["refusal"] == "403 insufficient buying power"
    assert (filled["average_price"], filled["reason"]) == ("185.5", "20-bar average crossed the 50-bar average")
    assert len(owner.get("/api/orders").json["orders"]) == 3


def test_selections_narrow_every_list(diary: TradeDiary, owner: Visitor) -> None:
    diary.round_trip("100", "101")
    diary.round_trip("100", "99", algorithm_id=2)
    diary.round_trip("100", "102", day=MORNING - timedelta(days=1))
    for query, count in (("algorithm_id=1", 2), ("symbol=MSFT", 1), ("day=2026-11-20", 2), ("day=2026-11-18", 0)):
        assert len(owner.get(f"/api/orders?{query}").json["orders"]) == 2 * count
        assert len(owner.get(f"/api/fills?{query}").json["fills"]) == 2 * count
        trips = owner.get(f"/api/round-trips?{query}").json
        assert (len(trips["round_trips"]), trips["sums"]["count"]) == (count, count)
    choices = owner.get("/api/orders/choices").json
    assert choices["symbols"] == ["AAPL", "MSFT"]
    assert choices["days"] == ["2026-11-20", "2026-11-19"]
    assert choices["algorithms"][0] == {"id": 2, "name": "mean_reversion", "ticker": "MSFT"}


@pytest.mark.parametrize(
    "query", ["algorithm_id=x", "symbol=<b>", "day=today", "day=0001-01-01", "limit=0", "before=x"]
)
def test_what_selects_nothing_is_refused_in_words(owner: Visitor, query: str) -> None:
    for path in ("/api/orders", "/api/fills", "/api/round-trips"):
        answer = owner.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert answer.json["error"].startswith("'")
    assert owner.get("/api/orders?state=all").status_code == 400


def test_round_trips_say_what_they_came_to_and_why_they_ended(diary: TradeDiary, owner: Visitor) -> None:
    diary.order(side="buy", price="100", qty=10, fee="1")
    diary.order(side="sell", price="110", qty=10, reason="fell below its average")
    body = owner.get("/api/round-trips").json
    (trip,) = body["round_trips"]
    assert (trip["pnl"], trip["return"], trip["minutes"]) == ("99", 0.099, 1.0)
    assert (trip["exit_purpose"], trip["exit_reason"]) == ("EXIT", "fell below its average")
    assert body["sums"]["win_rate"] == 1.0
    assert body["sums"]["profit_factor"] is None


def test_books_that_sold_too_much_are_a_refusal_and_no_failure(diary: TradeDiary, owner: Visitor) -> None:
    diary.order(side="sell")
    answer = owner.get("/api/round-trips")
    assert answer.status_code == 409
    assert "cannot be told" in answer.json["error"]


@pytest.mark.requirement("S2-39")
def test_positions_are_told_apart_from_what_the_account_holds_besides(house: ApiHouse, owner: Visitor) -> None:
    assert owner.get("/api/positions").json == {"positions": [], "besides": []}
    house.board.replace(made_snapshot())
    with house.system.transaction() as connection:
        baseline_rows.take(connection, {"TSLA": Decimal(7)}, NOON)
        external_fills.put(connection, report_of(OrderStatus.FILLED, 3, 300, order=order_in(qty=3)))
    body = owner.get("/api/positions").json
    (position,) = body["positions"]
    assert (position["symbol"], position["shares"], position["last_price"]) == ("AAPL", "100", 101.5)
    assert body["besides"] == [
        {"symbol": "SPY", "shares": "3", "baseline": None, "is_confirmed": None},
        {"symbol": "TSLA", "shares": "7", "baseline": "7", "is_confirmed": False},
    ]


def test_a_file_holds_every_row_of_the_selection_and_is_named_by_its_day(diary: TradeDiary, owner: Visitor) -> None:
    for _ in range(1200):
        diary.order(qty=1)
    answer = owner.get("/api/fills.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="autotrader-fills-2026-11-20.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    rows = rows_of(owner, "/api/fills.csv")
    assert len(rows) == 1201
    assert rows[0][:5] == ["at", "symbol", "side", "shares", "price"]
    assert rows[1][1:7] == ["AAPL", "buy", "1", "185.00", "185.00", "0"]
    assert len(rows_of(owner, "/api/orders.csv?symbol=MSFT")) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_stranger_becomes_a_formula(diary: TradeDiary, owner: Visitor, start: str) -> None:
    diary.order(OrderStatus.REJECTED, reason=f"{start}cmd|' /C calc'!A0", refusal=f"{start}1+1", filled=0)
    cells = rows_of(owner, "/api/orders.csv")[1]
    assert cells[-2:] == [f"'{start}cmd|' /C calc'!A0", f"'{start}1+1"]


def test_numbers_in_a_file_stay_numbers(diary: TradeDiary, owner: Visitor) -> None:
    diary.round_trip("100", "90", qty=10)
    names, row = rows_of(owner, "/api/round-trips.csv")
    told = dict(zip(names, row, strict=True))
    assert (told["result"], told["percent"], told["minutes_held"]) == ("-100", "-10.0", "1.0")


def test_one_order_is_canceled_by_the_engine_and_once_under_one_id(house: ApiHouse, owner: Visitor) -> None:
    key = {"Idempotency-Key": "cancel-once-1"}
    for _ in range(2):
        answer = owner.post("/api/orders/at-abc123-1-x-0/cancel", {}, **key)
        assert (answer.status_code, answer.json["status"]) == (200, "CANCELED")
    assert house.engine.given == [CancelOrder("at-abc123-1-x-0")]
    assert owner.post("/api/orders/nobody/cancel", {}).status_code == 404
    assert owner.post("/api/orders/a%20b/cancel", {}).status_code == 404
    assert owner.post("/api/orders/at-abc123-1-x-0/cancel", {"all": True}).status_code == 400
    assert len(house.engine.given) == 2


def test_the_network_may_not_cancel(house: ApiHouse) -> None:
    path = "/api/orders/at-abc123-1-x-0/cancel"
    assert house.visitor(LAN).post(path, {}).status_code in (401, 403)
    assert house.visitor().post(path, {}).status_code == 401
    assert house.engine.given == []
