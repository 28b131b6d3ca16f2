"""The window for other programs: what a reader is told, from real rows, and how a bad question is refused."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from orchestra.api.auth.access import READER_READS
from system_databse.algorithm_record import AlgorithmStatus
from tests.database.market import bar_at
from tests.orchestra.api.api_house import LAN, OWN_PAGE, ApiHouse, Visitor, made_card, made_snapshot
from tests.orchestra.api.routes.window.window_house import ODD_NAME, fill_books, json_of, position, signal

LISTS = ("/positions", "/signals", "/signals/recent", "/orders", "/strategies")
SINGLES = ("/metrics/sma_crossover", "/analytics", "/pdt/status", "/bars/AAPL")


@pytest.fixture
def reader(house: ApiHouse, owner: Visitor) -> Visitor:
    fill_books(house)
    return owner


@pytest.mark.requirement("S1-01", "S1-03")
@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_everything_is_told_as_strict_json_to_whoever_may_look(reader: Visitor, house: ApiHouse, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert json_of(answer.text)
    for stranger in (house.visitor(), house.visitor(LAN)):
        refused = stranger.get(path)
        assert refused.status_code == 401
        assert list(refused.json) == ["error"]


@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_a_key_opens_the_window_from_the_network_too_until_it_is_revoked(house: ApiHouse, path: str) -> None:
    fill_books(house)
    keys = house.app.context.reader_keys
    row, key = keys.make("dashboard", days=1)
    program = house.visitor(LAN)
    assert program.get(path, **{"x-api-key": key}).json == house.owner().get(path).json
    wrong = program.get(path, **{"x-api-key": f"{key}x"})
    assert (wrong.status_code, wrong.json) == (403, {"error": "Invalid API key"})
    keys.revoke(row.id)
    assert program.get(path, **{"x-api-key": key}).status_code == 403


@pytest.mark.requirement("S1-02")
def test_no_route_of_the_window_takes_anything_but_a_look(reader: Visitor, house: ApiHouse) -> None:
    rules = {rule.endpoint: rule for rule in house.app.flask.url_map.iter_rules()}
    offered = {name for name in READER_READS if name.startswith("window.")}
    assert {name for name in rules if name.startswith("window.")} == offered
    for name in READER_READS:
        assert rules[name].methods == {"GET", "HEAD"}
    for path in (*LISTS, *SINGLES, "/trades", "/strategies/execute"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert reader.send(method, path, {}, OWN_PAGE).status_code in (404, 405)
    assert house.engine.given == []


@pytest.mark.requirement("S1-11", "S3-17")
def test_positions_are_what_is_held_with_the_price_of_the_screen(reader: Visitor) -> None:
    option, closing, held = reader.get("/positions").json
    assert {name: held[name] for name in ("symbol", "quantity", "entry_price", "current_price", "unrealized_pl")} == {
        "symbol": "AAPL",
        "quantity": 100,
        "entry_price": 100.015,
        "current_price": 101.5,
        "unrealized_pl": 150.0,
    }
    assert (held["strategy"], held["mode"], held["asset_class"], held["side"], held["status"]) == (
        *("sma_crossover", "DEMO", "us_equity", "long"),
        "OPEN",
    )
    assert (held["price_at"], held["opened_at"]) == ("2026-11-20T16:59:00Z", "2026-11-20T16:30:00.000Z")
    assert (closing["status"], closing["current_price"], closing["unrealized_pl"]) == ("CLOSING", None, None)
    assert (option["asset_class"], option["contract_symbol"], option["iv"]) == (
        *("us_option", "SPY261218C00600000"),
        0.2,
    )


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("status=closing", ["MSFT"]),
        ("status=CLOSED", ["AAPL"]),
        ("status=all", ["AAPL", "SPY", "MSFT", "AAPL"]),
        ("asset_class=us_option", ["SPY"]),
        ("symbol=AAPL", ["AAPL"]),
        ("strategy=sma_crossover&status=all&symbol=AAPL", ["AAPL", "AAPL"]),
        ("limit=1", ["SPY"]),
        ("before_id=2", ["AAPL"]),
        ("symbol=NONE", []),
    ],
)
def test_positions_are_selected_by_what_a_reader_asks_for(reader: Visitor, query: str, symbols: list[str]) -> None:
    assert [each["symbol"] for each in reader.get(f"/positions?{query}").json] == symbols


def test_a_closed_position_tells_what_it_came_to(reader: Visitor) -> None:
    (closed,) = reader.get("/positions?status=closed").json
    assert (closed["quantity"], closed["realized_pl"], closed["unrealized_pl"]) == (0, -12.5, 0)
    assert (closed["close_reason"], closed["closed_at"]) == ("stop", "2026-11-20T16:30:00.000Z")


def test_a_strategy_of_any_name_can_be_asked_for(reader: Visitor) -> None:
    answers = {
        path: reader.client.get(path, query_string={"strategy": ODD_NAME}, headers={"Host": "localhost:5001"})
        for path in ("/positions", "/signals", "/orders")
    }
    assert {path: len(answer.json) for path, answer in answers.items()} == {
        "/positions": 1,
        "/signals": 1,
        "/orders": 0,
    }


@pytest.mark.requirement("S1-12", "S1-27", "S0-09")
def test_recent_signals_come_newest_first_with_what_the_strategy_said(reader: Visitor) -> None:
    told = reader.get("/signals/recent?limit=3").json
    assert [each["id"] for each in told] == [7, 6, 5]
    proposal = told[2]
    assert (proposal["action"], proposal["status"], proposal["strategy"]) == ("proposed", "PENDING", "claude")
    assert (proposal["metadata"]["ai_model"], proposal["metadata"]["risk_score"]) == ("x", 0.2)
    assert proposal["metadata"]["nan"] is None
    assert told[1]["metadata"] == {}
    oldest = reader.get("/signals/recent").json[-1]
    assert {name: oldest[name] for name in ("strategy", "symbol", "action", "confidence", "timestamp")} == {
        "strategy": "sma_crossover",
        "symbol": "AAPL",
        "action": "buy",
        "confidence": 0.6,
        "timestamp": "2026-11-20T16:00:00.000Z",
    }


@pytest.mark.requirement("S3-15")
def test_pages_of_signals_follow_each_other_until_one_is_short(reader: Visitor) -> None:
    told: list[int] = []
    page = reader.get("/signals?limit=3").json
    while page:
        told += [each["id"] for each in page]
        page = reader.get(f"/signals?limit=3&before_id={told[-1]}").json if len(page) == 3 else []
    assert told == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "ids"),
    [("status=PENDING", [5]), ("status=pending", [5]), ("source=analyzer", [7]), ("symbol=BRK.B", [6])],
)
def test_signals_are_selected_by_state_source_and_symbol(reader: Visitor, query: str, ids: list[int]) -> None:
    assert [each["id"] for each in reader.get(f"/signals?{query}").json] == ids


@pytest.mark.requirement("S3-16")
def test_orders_tell_what_came_of_them(reader: Visitor) -> None:
    rejected, denied, partly, filled = reader.get("/orders").json
    assert (filled["status"], filled["quantity"], filled["filled_quantity"]) == ("FILLED", 10, 10)
    assert (filled["average_price"], filled["strategy"], filled["mode"]) == (100.1, "sma_crossover", "DEMO")
    assert (partly["filled_quantity"], denied["reject_reason"]) == (3, "BUYING_POWER")
    assert (rejected["average_price"], rejected["strategy"]) == (None, "mean_reversion")
    assert [each["id"] for each in reader.get("/orders?status=working").json] == [partly["id"]]
    assert [each["id"] for each in reader.get("/orders?symbol=MSFT").json] == [rejected["id"]]
    assert [each["id"] for each in reader.get("/orders?strategy=mean_reversion").json] == [rejected["id"]]
    assert [each["id"] for each in reader.get("/orders?limit=1&before_id=3").json] == [partly["id"]]


@pytest.mark.requirement("S1-15")
def test_strategies_are_those_that_are_not_stopped(reader: Visitor, house: ApiHouse) -> None:
    cards = (made_card(1), made_card(2, status=AlgorithmStatus.PAUSED), made_card(3, status=AlgorithmStatus.STOPPED))
    house.board.replace(made_snapshot(2, algorithms=cards))
    told = reader.get("/strategies").json
    assert [(each["name"], each["kind"], each["status"], each["symbols"]) for each in told] == [
        ("sma_crossover", "algorithm", "RUNNING", ["AAPL"]),
        ("sma_crossover", "algorithm", "PAUSED", ["AAPL"]),
    ]


@pytest.mark.requirement("S1-13", "S1-27")
def test_metrics_are_todays_row_or_nothing(reader: Visitor, house: ApiHouse) -> None:
    row = reader.get("/metrics/sma_crossover").json
    assert {name: row[name] for name in ("strategy", "total_trades", "win_rate", "profit_loss", "max_drawdown")} == {
        "strategy": "sma_crossover",
        "total_trades": 4,
        "win_rate": 0.5,
        "profit_loss": 12.5,
        "max_drawdown": -0.01,
    }
    assert row["sharpe_ratio"] is None
    for nobody in ("unknown", "..%20", "%F0%9F%92%A9", "1" * 2000):
        assert reader.get(f"/metrics/{nobody}").json == {}
    tomorrow = made_snapshot(2)
    house.board.replace(replace(tomorrow, market=replace(tomorrow.market, now=tomorrow.market.next_open)))
    assert reader.get("/metrics/sma_crossover").json == {}


def test_analytics_tell_the_newest_figures_of_every_strategy(reader: Visitor) -> None:
    told = reader.get("/analytics").json
    assert [each["strategy"] for each in told["strategies"]] == ["sma_crossover"]


@pytest.mark.requirement("S1-14")
def test_day_trades_are_those_of_the_engine_and_none_before_it_has_counted(reader: Visitor, house: ApiHouse) -> None:
    assert reader.get("/pdt/status").json == {
        "trades_used": 2,
        "trades_remaining": 1,
        "week_start": "2026-11-16",
        "limit_applies": True,
        "policy": "advisory",
    }
    house.board.replace(made_snapshot(2))
    told = reader.get("/pdt/status").json
    assert (told["trades_used"], told["trades_remaining"]) == (0, 3)


@pytest.mark.requirement("S4-43")
def test_bars_of_the_store_can_be_read_from_afar(reader: Visitor) -> None:
    told = reader.get("/bars/AAPL?n=2").json
    assert [each["timestamp"] for each in told] == ["2026-11-20T16:58:00.000Z", "2026-11-20T16:59:00.000Z"]
    assert told[1]["is_final"] is True
    assert len(reader.get("/bars/AAPL").json) == 90
    five = reader.get("/bars/AAPL?timeframe=5m&n=3").json
    assert [each["timestamp"][11:16] for each in five] == ["16:45", "16:50", "16:55"]
    (day,) = reader.get("/bars/AAPL?timeframe=1d&n=1").json
    assert (day["timestamp"], day["is_final"]) == ("2026-11-20T14:30:00.000Z", False)
    assert reader.get("/bars/NOBODY").json == []


@pytest.mark.requirement("S4-43")
@pytest.mark.parametrize(
    ("timeframe", "label", "last_under_way"),
    [
        ("4h", "17:00", "17:59"),  # cut at the close: by the clock it would reach until 21:00
        ("1h", "17:00", "17:59"),
        ("30m", "17:30", "17:59"),
        ("1d", "14:30", "17:59"),
        ("4h", "13:00", "16:59"),  # labelled before the open
        ("1h", "14:00", "14:59"),
    ],
)
def test_a_bar_is_over_when_its_session_is(
    house: ApiHouse, owner: Visitor, timeframe: str, label: str, last_under_way: str
) -> None:
    """The day after Thanksgiving is open from 14:30 to 18:00 UTC."""
    moment = datetime.fromisoformat(f"2026-11-27T{last_under_way}:00Z")
    ts = int(moment.timestamp())
    BarStore(house.market, MarketCalendar()).insert(bar_at(ts - 60 * back, 100.0, symbol="AAPL") for back in range(3))
    clock = made_snapshot().market
    for minutes, is_final in ((0, False), (1, True)):
        house.board.replace(made_snapshot(market=replace(clock, now=moment + timedelta(minutes=minutes))))
        told = owner.get(f"/bars/AAPL?timeframe={timeframe}&n=1").json[-1]
        assert (told["timestamp"][11:16], told["is_final"]) == (label, is_final)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/positions?status=shut", "'status' must be one of open, closing, closed, all."),
        ("/positions?statuss=open", "'statuss' is not known here: send one of status,"),
        ("/signals?limit=501", "'limit' must be a whole number from 1 to 500."),
        ("/signals?limit=-1", "'limit' must be a whole number from 1 to 500."),
        ("/signals/recent?limit=0", "'limit' must be a whole number from 1 to 500."),
        ("/signals?limit=9" + "9" * 400, "'limit' must be a whole number from 1 to 500."),
        ("/signals?before_id=x", "'before_id' must be a whole number from 1 to "),
        ("/signals?before_id=1&before_id=2", "'before_id' is there twice: send it once."),
        ("/signals?source=me", "'source' must be one of algorithm,"),
        ("/orders?symbol=%3Cb%3E", "'symbol' must be a ticker, such as AAPL."),
        ("/orders?strategy=", "'strategy' must be the name of a strategy."),
        ("/bars/aapl%20", "'symbol' must be a ticker, such as AAPL."),
        ("/bars/AAPL?timeframe=7m", "'timeframe' must be one of 1m,"),
        ("/bars/AAPL?n=501", "'n' must be a whole number from 1 to 500."),
        ("/strategies?x=1", "'x' is not known here: send nothing behind '?'."),
    ],
)
def test_a_bad_question_is_refused_in_one_sentence_that_says_what_to_do(
    reader: Visitor, path: str, sentence: str
) -> None:
    answer = reader.get(path)
    assert answer.status_code == 400
    assert list(answer.json) == ["error"]
    assert answer.json["error"].startswith(sentence)


def test_whoever_asks_for_too_much_gets_a_page(house: ApiHouse, owner: Visitor) -> None:
    for index in range(600):
        signal(house, dedupe_key=str(index))
        position(house, status="CLOSED")
    assert len(owner.get("/signals").json) == 50
    assert len(owner.get("/signals?limit=500").json) == 500
    assert len(owner.get("/positions?status=all").json) == 500


@pytest.mark.requirement("S1-04")
@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_before_the_engine_has_begun_a_reader_gets_an_answer_all_the_same(owner: Visitor, path: str) -> None:
    assert owner.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/positions", "/signals", "/orders", "/analytics", "/metrics/a", "/bars/AAPL"])
def test_a_database_that_cannot_be_read_is_a_503_in_words(house: ApiHouse, owner: Visitor, path: str) -> None:
    fill_books(house)
    for store in (house.system, house.market):
        store.close()
        store.path.write_bytes(b"no database")
    answer = owner.get(path)
    assert answer.status_code == 503
    assert list(answer.json) == ["error"]
