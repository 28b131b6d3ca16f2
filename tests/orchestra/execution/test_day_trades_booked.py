"""Day trades as the books keep them: with the fill, told after the commit, the same after any restart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.calendar_manager import MarketCalendar
from database.errors import StorageError
from database.sqlite_store import SqliteStore
from orchestra.execution.books import Books
from orchestra.messages.events import DayTradeUsed, OrderFilled
from system_databse.order import OrderStatus, Side
from system_databse.truth.adjustment import Adjustment, AdjustmentKind
from tests.orchestra.execution.order_path import MINUTE, SteppedClock
from tests.system_databse.made_orders import NOON, decision_at, execution_of, open_store, order_in, report_of

CALENDAR = MarketCalendar()
START = NOON.timestamp()
DAY = 24 * 60 * MINUTE
NEXT_OPEN = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
WORDS = {"B": Side.BUY, "S": Side.SELL}


class Shop:
    """One process's books on a file, fed with whole orders."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.events: list[object] = []
        self.clock = SteppedClock(START)
        self.legs = 0
        self.start()

    def start(self) -> None:
        self.books = Books(self.store, CALENDAR, self.clock, mode="PAPER", publish=self.events.append)
        self.books.day_trades.count_anew(self.clock.now())

    def trade(self, word: str, *, algorithm: int = 1, symbol: str = "SPY", parts: int = 1) -> None:
        """Have an order such as B10 filled, in so many executions."""
        self.legs += 1
        minute, qty = int(START) + self.legs * MINUTE, int(word[1:])
        order = replace(
            order_in(leg=self.legs, side=WORDS[word[0]], qty=qty),
            algorithm_id=algorithm,
            symbol=symbol,
            minute=minute - MINUTE,
            client_order_id=f"at-abc123-{algorithm}-{self.legs}-0",
        )
        decision = replace(decision_at(minute, algorithm=algorithm), client_order_id=order.client_order_id)
        self.books.commit_minute(minute, [decision], [order])
        for part in range(1, parts + 1):
            filled = qty * part // parts
            status = OrderStatus.FILLED if part == parts else OrderStatus.PARTIALLY_FILLED
            at = self.clock.now() + timedelta(milliseconds=self.legs * 100 + part)
            report = replace(report_of(status, filled, filled * 100, order=order), at=at)
            size = filled - qty * (part - 1) // parts
            execution = replace(execution_of(f"e{self.legs}-{part}", size, 100), at=at)
            self.books.apply(report, execution, source="stream")

    def used(self) -> int:
        return self.books.day_trades.used(self.clock.now())

    def rows(self) -> list[tuple[object, ...]]:
        with self.store.reader() as connection:
            return connection.execute(
                "SELECT session_date, instrument, strategy, algo_id, seq FROM pdt_day_trades ORDER BY id"
            ).fetchall()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    store = open_store(tmp_path)
    yield Shop(store)
    store.close()


@pytest.mark.requirement("S0-02", "S1-32")
def test_the_closing_order_names_the_strategy_and_the_news_comes_after_the_commit(shop: Shop) -> None:
    shop.trade("B10", algorithm=1)
    shop.trade("B5", algorithm=2)
    shop.trade("S5", algorithm=2, parts=5)
    assert shop.rows() == [("2026-11-18", "SPY", "toy", 2, 1)]
    news = [event for event in shop.events if isinstance(event, DayTradeUsed | OrderFilled)]
    assert [each for each in news if isinstance(each, DayTradeUsed)] == [DayTradeUsed("toy", "SPY", 2)]
    shop.trade("S10", algorithm=1)
    assert shop.used() == 1, "the account opened nothing since the day trade"


@pytest.mark.requirement("S0-10")
def test_a_restart_loses_nothing_and_counts_nothing_twice(shop: Shop) -> None:
    for word in ("B10", "S5", "B5"):
        shop.trade(word)
    before = shop.rows()
    shop.start()
    assert (shop.rows(), shop.used()) == (before, 1)
    shop.trade("S10")
    assert shop.used() == 2


@pytest.mark.requirement("S0-10")
def test_rows_that_are_gone_come_back_from_the_fills(shop: Shop) -> None:
    for word in ("B10", "S5", "B5", "S10"):
        shop.trade(word)
    before = shop.rows()
    with shop.store.transaction() as connection:
        connection.execute("DELETE FROM pdt_day_trades")
    shop.start()
    assert (shop.rows(), shop.used()) == (before, 2)


def test_a_fill_that_is_not_stored_uses_no_day_trade(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.trade("B10")
    at = shop.books.day_trades.write

    def fail(*arguments: object, **named: object) -> object:
        at(*arguments, **named)  # type: ignore[arg-type]
        raise StorageError("the disk is full")

    monkeypatch.setattr(shop.books.day_trades, "write", fail)
    with pytest.raises(StorageError):
        shop.trade("S10")
    shop.start()
    assert (shop.rows(), shop.used()) == ([], 0)
    assert not [event for event in shop.events if isinstance(event, DayTradeUsed)]


@pytest.mark.requirement("S1-14")
def test_a_session_has_one_row_of_its_window(shop: Shop) -> None:
    for word in ("B10", "S5", "B5", "S10"):
        shop.trade(word)
    with shop.store.reader() as connection:
        rows = connection.execute(
            "SELECT session_date, mode, week_start, trades_used, trades_remaining, policy FROM pdt_tracking"
        ).fetchall()
    assert rows == [("2026-11-18", "PAPER", "2026-11-12", 2, 1, "advisory")]


@pytest.mark.requirement("S0-02")
def test_what_the_account_held_before_us_is_no_opening(shop: Shop) -> None:
    with shop.store.transaction() as connection:
        connection.execute("INSERT INTO baseline(symbol, qty) VALUES('SPY', '-100')")
    shop.trade("B10")
    shop.trade("S5")
    assert shop.used() == 0, "the buying made the account less short: it opened nothing"


def split_of(algorithm: int | None, change: int, ratio: Fraction, at: datetime) -> Adjustment:
    ref = f"split:SPY:{at.date()}/{algorithm}"
    return Adjustment("SPY", algorithm, Decimal(change), AdjustmentKind.SPLIT, ref, at, ratio=ratio)


@pytest.mark.requirement("S2-77")
def test_a_split_leaves_the_day_trades_of_the_days_before_as_they_were(shop: Shop) -> None:
    shop.clock.seconds = START - DAY
    shop.trade("B100")
    shop.clock.seconds = START
    shop.trade("S50")
    shop.trade("B50")
    assert shop.used() == 0
    shop.clock.seconds = START + DAY
    shop.books.adjust([split_of(1, -90, Fraction(1, 10), NEXT_OPEN)])
    shop.start()
    assert (shop.rows(), shop.used()) == ([], 0)
    for word in ("S4", "B4", "S1"):
        shop.trade(word)
    shop.start()
    assert [row[0] for row in shop.rows()] == ["2026-11-19"], "ten were held, and four bought anew"


@pytest.mark.requirement("S2-77")
def test_what_was_held_before_us_is_counted_on_the_terms_of_each_day(shop: Shop) -> None:
    with shop.store.transaction() as connection:
        connection.execute("INSERT INTO baseline(symbol, qty) VALUES('SPY', '-100')")
    shop.trade("B10")
    shop.trade("S10")
    shop.clock.seconds = START + DAY
    shop.books.adjust([split_of(None, 99, Fraction(1, 100), NEXT_OPEN)])
    shop.start()
    assert shop.used() == 0, "on the day before the account was short by a hundred"
    shop.trade("B10")
    shop.trade("S5")
    assert [row[0] for row in shop.rows()] == ["2026-11-19"], "short by one, ten bought: nine were opened"


@pytest.mark.requirement("S0-02")
def test_what_is_traded_after_the_close_belongs_to_the_day_in_new_york(shop: Shop) -> None:
    shop.trade("B10")
    shop.clock.seconds = datetime(2026, 11, 19, 0, 30, tzinfo=UTC).timestamp()
    shop.trade("S10")
    with shop.store.reader() as connection:
        assert connection.execute("SELECT DISTINCT session_date FROM fills").fetchall() == [("2026-11-18",)]
    assert (shop.rows()[0][0], shop.used()) == ("2026-11-18", 1), "it is half past seven in the evening there"


@pytest.mark.requirement("S0-02")
@pytest.mark.parametrize(("at", "used"), [("2026-11-18T04:59:59.999Z", 0), ("2026-11-18T05:00:00.000Z", 1)])
def test_what_others_sold_the_evening_before_is_held_before_the_session(shop: Shop, at: str, used: int) -> None:
    with shop.store.transaction() as connection:
        connection.execute(
            "INSERT INTO external_fills(broker_order_id, symbol, signed_qty, at) VALUES('x', 'SPY', '-100', ?)", (at,)
        )
    shop.trade("B10")
    shop.trade("S10")
    assert shop.used() == used, "a buy that covers a short opens nothing"


@pytest.mark.requirement("S1-14")
@pytest.mark.parametrize(
    ("today", "window"),
    [
        (date(2026, 11, 30), ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30")),
        (date(2026, 11, 28), ("2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27")),
    ],
)
def test_the_window_is_five_sessions_and_knows_holidays(shop: Shop, today: date, window: tuple[str, ...]) -> None:
    at_seven_in_new_york = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    assert shop.books.day_trades.window(at_seven_in_new_york) == window


@settings(max_examples=25)
@given(words=st.lists(st.tuples(st.sampled_from("BS"), st.sampled_from([1, 2]), st.integers(1, 3)), max_size=10))
def test_whoever_trades_and_in_however_many_parts_the_account_counts_the_same(
    tmp_path_factory: pytest.TempPathFactory, words: list[tuple[str, int, int]]
) -> None:
    counts = []
    for swap in (False, True):
        store = open_store(tmp_path_factory.mktemp("books"))
        shop, held = Shop(store), {1: 0, 2: 0}
        for letter, algorithm, parts in words:
            held[algorithm] += 6 if letter == "B" else -6
            if held[algorithm] < 0:
                held[algorithm] = 0
                continue
            shop.trade(f"{letter}6", algorithm=3 - algorithm if swap else algorithm, parts=1 if swap else parts)
        counts.append(shop.used())
        store.close()
    assert counts[0] == counts[1]


def test_stock_of_another_symbol_never_nets(shop: Shop) -> None:
    shop.trade("B10", symbol="SPY")
    shop.trade("B10", algorithm=2, symbol="QQQ")
    shop.trade("S5", symbol="SPY")
    shop.trade("S5", algorithm=2, symbol="QQQ")
    assert shop.used() == 2
    assert sum(Decimal(str(row[4])) for row in shop.rows()) == 2


@settings(max_examples=25)
@given(words=st.lists(st.tuples(st.sampled_from("BS"), st.booleans(), st.booleans()), max_size=10))
def test_counting_on_and_counting_anew_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, words: list[tuple[str, bool, bool]]
) -> None:
    store = open_store(tmp_path_factory.mktemp("books"))
    shop, held = Shop(store), 0
    for letter, is_late, is_restart in words:
        held = max(0, held + (6 if letter == "B" else -6)) if held or letter == "B" else 0
        if letter == "S" and not held and not shop.books.ledger.position(1, "SPY").qty:
            continue
        shop.clock.seconds = START - 30 if is_late else START
        shop.trade(f"{letter}6", parts=2)
        if is_restart:
            shop.start()
    rows = shop.rows()
    shop.start()
    assert [row[:3] + row[4:] for row in shop.rows()] == [row[:3] + row[4:] for row in rows]
    store.close()
