"""The house that is looked at: a day's portfolio on the fake board, rows of the same day in its databases."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from database.timestamps import iso_milliseconds
from orchestra.backtest.jobs.job import JobState
from orchestra.messages.backtest_wish import BacktestWish
from orchestra.messages.commands import StartAlgorithm
from orchestra.messages.halt import Halt
from orchestra.messages.live_snapshot import DayTradeStatus, Discrepancy, LastDecision
from orchestra.messages.setup import Standing
from orchestra.notifications.heartbeat import HeartbeatState
from orchestra.notifications.lane import LaneState
from orchestra.notifications.wishes import NotifyWishes, QuietHours, Target
from system_databse.alerts import alert_rows
from system_databse.alerts.alert import Resolver
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.decision import Verdict, denied
from system_databse.door import key_rows
from system_databse.door.key_rows import KeyRow
from system_databse.order import OrderStatus
from system_databse.rows import orders, signals
from system_databse.signals import proposal_rows
from system_databse.signals.proposal import Proposal
from system_databse.signals.signal_status import SignalStatus
from system_databse.trading_signal import Action, Source, TradingSignal
from system_databse.truth import baseline_rows
from tests.browser.fake_house import ACCOUNT, HEALTHY, NOW, OPEN, FakeHouse, made_alert, made_card
from tests.browser.served_site import Site
from tests.browser.traded_house import DENIED, OUTBID, Trader, trade_a_morning
from tests.orchestra.backtest.made_run import made_result
from tests.orchestra.backtest.screen_room import Room
from tests.system_databse.made_orders import order_in
from tests.system_databse.strategy_days import write_strategies
from tests.system_databse.trade_diary import MORNING, TradeDiary

PORTFOLIO = (
    made_card(1),
    made_card(2, ticker="MSFT", price=421.35, shares=Decimal(0), unrealized_pl=Decimal(0), day_pl=Decimal("84.20")),
    made_card(3, ticker="SPY", price=612.04, unrealized_pl=Decimal("-1203.55"), day_pl=Decimal("-310.10")),
    made_card(4, ticker="NVDA", price=142.77, day_pl=Decimal("412.00")),
    made_card(5, ticker="AMD", price=None, shares=Decimal(0), note="warming up 12/51"),
    made_card(6, ticker="KO", price=61.12, status=AlgorithmStatus.PAUSED),
)
ATTENTION = (
    *PORTFOLIO[:4],
    made_card(7, ticker="TSLA", status=AlgorithmStatus.ERROR, last_error="ZeroDivisionError: division by zero"),
    made_card(
        8,
        ticker="BRK.B",
        price=1234567.89,
        unrealized_pl=Decimal("-123456789.01"),
        decision=LastDecision(int(NOW.timestamp()), "buy", "3", "DENIED", "The order rate is reached", "ORDER_RATE"),
    ),
)


def write_trading(site: Site) -> None:
    """Write two days of orders in every state, and shares that were in the account before."""
    diary = TradeDiary(site.system)
    diary.round_trip("180.10", "184.25", day=MORNING - timedelta(days=1))
    diary.round_trip("410.10", "402.25", algorithm_id=2, day=MORNING - timedelta(days=1), fee="0.02")
    diary.round_trip("184.00", "186.25", qty=100)
    diary.order(OrderStatus.REJECTED, refusal="403 40310000 insufficient buying power for the account")
    diary.order(OrderStatus.DENIED, refusal="HALTED")
    diary.order(OrderStatus.CANCELED, qty=100, filled=40, algorithm_id=2, price="421.00")
    diary.order(OrderStatus.UNKNOWN, qty=100)
    diary.order(OrderStatus.PARTIALLY_FILLED, qty=100, filled=60, price="185.21")
    diary.order(OrderStatus.ACCEPTED, side="sell", qty=5, algorithm_id=2)


# One of each priority: the first with a difference behind it, the second with shares that nobody watches.
ALERTS = (
    made_alert(
        1,
        "critical",
        kind="reconcile.mismatch",
        text="AAPL: the account holds 98, our books say 100: 2 fewer than we can explain. Nothing is bought in it until"
        " this is settled. It may be: an order that is not ours sold 2 on Nov 20, 10:10 New York time. Say under"
        " Account what happened: adopt, ignore, assign or flatten.",
    ),
    made_alert(
        9, "critical", kind="storage.damaged", symbol="", text="market.db is damaged (row 7). Nothing is bought."
    ),
    made_alert(
        14,
        "high",
        kind="algorithm.failed",
        symbol="TSLA",
        algorithm_id=7,
        repeats=2,
        text="Algorithm 7 (sma_crossover) is switched off after failing again and again: division by zero",
    ),
    made_alert(30, "normal"),
    made_alert(300, "info", kind="split.booked", symbol="NVDA", text="NVDA: 10 for 1 is booked.", acknowledged_at=NOW),
)
DISCREPANCIES = (
    Discrepancy(
        "AAPL",
        account=Decimal(98),
        algorithms=Decimal(100),
        not_ours=Decimal(0),
        unexplained=Decimal(-2),
        change=Decimal(-2),
        is_confirmed=True,
        causes=("an order that is not ours sold 2 on Nov 20, 10:10 New York time", "shares moved without an order"),
    ),
    Discrepancy("MSFT", Decimal(12), Decimal(10), Decimal(0), Decimal(2), Decimal(2), is_confirmed=False),
)

# Two of three used in a small account whose owner holds to the limit.
DAY_TRADES = DayTradeStatus(2, 1, "2026-11-16", limit_applies=True, policy="enforce")


MOMENT = iso_milliseconds(NOW)

# What waits for the owner: of a program with all it can tell, and of a person with nothing but the wish.
PROPOSALS = (
    Proposal(
        *(101, Source.AI, 1, "sma_crossover", "AAPL", Action.BUY, Decimal(8), NOW - timedelta(minutes=3)),
        confidence=0.72,
        reason="The earnings of last night beat what was expected, and the price has not followed yet.",
        price=185.9,
    ),
    Proposal(*(102, Source.MANUAL, 4, "sma_crossover", "NVDA", Action.SELL, Decimal(100), NOW - timedelta(minutes=51))),
)


def _fill_signals(site: Site) -> None:
    """Write a wish that was denied, and proposals in every state that ends one."""
    wish = TradingSignal(4, "sma_crossover", "NVDA", DENIED, Action.BUY, Decimal(40), "the averages crossed")
    with site.system.transaction() as connection:
        signals.insert(connection, denied(wish, "CASH", "40 shares cost $5,711, the algorithm has $1,532"), MOMENT)
        for state, reason in (
            (SignalStatus.EXPIRED, "nobody approved it within an hour"),
            (SignalStatus.REJECTED, "the owner does not want it"),
        ):
            number = proposal_rows.insert(connection, PROPOSALS[0], dedupe_key=None)
            proposal_rows.end(connection, number, state, reasons=(str(state), reason), at=NOW)
        number = proposal_rows.insert(connection, PROPOSALS[0], dedupe_key=None)
        proposal_rows.order(connection, number, at=MOMENT)
        order = replace(order_in(OrderStatus.FILLED, qty=8, leg=900), symbol="AAPL")
        order = replace(order, filled_qty=Decimal(8), filled_notional=Decimal("1487.20"))
        orders.insert(connection, order, mode="DEMO", signal_id=number)
        orders.update(connection, order, NOW)
        signals.follow(connection, order, at=NOW)


def _fill_books(site: Site) -> None:
    """Write what is over, what the account held before, and what others traded."""
    with site.system.transaction() as connection:
        for number in range(1, 26):
            id_ = alert_rows.insert(connection, made_alert(number))
            over = made_alert(number, id=id_, resolved_at=NOW, resolved_by=Resolver.OWNER)
            alert_rows.update(connection, over)
        baseline_rows.take(connection, {"KO": Decimal("12.5"), "TSLA": Decimal(7), "BRK.B": Decimal(1)}, NOW)
        baseline_rows.confirm(connection, ["KO"], NOW)
        connection.execute("INSERT INTO external_fills VALUES('x', 'AAPL', '-2', '2026-11-20T15:10:00.000Z', '185.25')")


def _lose_to_others(site: Site, trader: int) -> None:
    """Let an algorithm's buy come third where one day trade was left."""
    inputs = {
        "confidence": 0.9,
        "expected_profit": 0.008,
        "closed": 0,
        "wins": 0,
        "rank": 3,
        "rivals": 3,
        "left": {"PDT_SLOT_UNAVAILABLE": "1"},
    }
    verdict = Verdict("ALLOCATOR", "REFUSED", ("PDT_SLOT_UNAVAILABLE", 3, 0.0036), 0.0036, inputs)
    with site.system.transaction() as connection:
        connection.execute(
            "UPDATE decisions SET action = 'buy', shares = '10', outcome = 'DENIED', gate = 'ALLOCATOR',"
            " reason = 'came third: score 0.0036; one day trade was left' WHERE algo_id = ? AND minute = ?",
            (trader, OUTBID),
        )
        cursor = connection.execute(
            "INSERT INTO signals(source, strategy, algo_id, symbol, action, status, dedupe_key, created_at)"
            " VALUES('algorithm', 'sma_crossover', ?, 'NVDA', 'buy', 'RECORDED', ?, '2026-11-20T15:25:02.000Z')",
            (trader, f"algorithm:{trader}:{OUTBID}"),
        )
        signals.keep_verdict(connection, int(cursor.lastrowid or 0), verdict, at="2026-11-20T15:25:02.000Z")


class GalleryHouse:
    """The fake house and its site, put back to the same day before each view."""

    def __init__(self, house: FakeHouse, site: Site, backtests: Room) -> None:
        self.house = house
        self.site = site
        trade_a_morning(site, Trader(4, "NVDA", 142.0))
        _fill_books(site)
        _lose_to_others(site, 4)
        self.backtests = backtests
        self._jobs: list[str] = []
        site.strategies = [
            {
                "name": "sma_crossover",
                "help": "Buys when the short average crosses above the long one, sells when it falls below.",
                "parameters": [
                    {"name": "sma_short", "default": 20, "range": [2, 200], "help": "Minutes of the short average"},
                    {"name": "sma_long", "default": 50, "range": [5, 400], "help": "Minutes of the long average"},
                ],
                "error": None,
            },
            {"name": "half_done", "help": "", "parameters": [], "error": "line 12: invalid syntax"},
        ]
        site.lookups.assets = {
            "AAPL": {"name": "Apple Inc. Common Stock", "tradable": True, "fractionable": True, "status": "active"}
        }
        site.lookups.prices = {"AAPL": 185.9}
        write_trading(site)
        write_strategies(site.system)
        _fill_signals(site)

    def reset(self) -> None:
        """Put the day back."""
        self.site.wire.thaw()
        self.site.halt.clear()
        self.site.desk.wishes = NotifyWishes()
        self.site.setup.stands = Standing("DEMO", None, False, "", True, ("http://192.168.1.20:5001",))
        self._take_keys()
        self.clear_backtests()
        self.show(cards=PORTFOLIO, mode="DEMO", market=OPEN, account=ACCOUNT, health=HEALTHY, is_halted=False)
        self.show(alerts=(), discrepancies=(), proposals=(), day_trades=None)

    def show(self, **changes: Any) -> None:
        """Change what the board shows."""
        self.house.show(**changes)

    def tell_somebody(self) -> None:
        """Name two targets, one of which fails, quiet hours and a heartbeat."""
        wishes = NotifyWishes(
            targets=(Target("ntfys://my-secret-topic"), Target("mailtos://me:secret@example.org", is_of_file=True)),
            quiet=QuietHours(time(22), time(7)),
            heartbeat="https://beats.example/secret-id",
        )
        self.site.desk.wishes = wishes
        at = "2026-11-20T15:31:00.000Z"
        problem = "A connection error occurred."
        self.site.notifier._states = {
            wishes.targets[0].key: LaneState(last_sent=at),
            wishes.targets[1].key: LaneState("", at, problem, 4),
        }
        self.site.heartbeat.state = HeartbeatState(at)

    def give_keys(self) -> None:
        """Give two programs a key; that of the second has run out."""
        made = datetime(2024, 11, 20, tzinfo=UTC)
        names = {"my dashboard": made.replace(year=2099), "a script that is no more": made.replace(year=2025)}
        with self.site.door.transaction() as connection:
            for number, (name, end) in enumerate(names.items()):
                key_rows.add(connection, KeyRow(f"0aB1cD2{number}", name, f"digest {number}", made, end))
            key_rows.touch(connection, "0aB1cD20", NOW)

    def _take_keys(self) -> None:
        with self.site.door.transaction() as connection:
            connection.execute("DELETE FROM api_keys")

    def trade_real_money(self) -> None:
        """Stand in LIVE, with the keys of the paper account kept."""
        self.site.setup.stands = Standing("LIVE", "…AB12", True, "", False)
        self.house.show(mode="LIVE")

    def keep_results(self) -> list[str]:
        """Put two results on the shelf and return their ids."""
        return [self.backtests.keep(made_result(days)) for days in (70, 5)]

    def begin_backtests(self) -> list[str]:
        """Let one backtest run, the second wait, and return their ids."""
        wish = BacktestWish((StartAlgorithm("sma_crossover", "ACME", Decimal(10000)),))
        self._jobs = [self.backtests.screens.submit(wish) for _ in range(2)]
        self.backtests.wait(lambda: self.backtests.jobs.job(self._jobs[0]).state is JobState.RUNNING)
        self.backtests.tell(self._jobs[0], 61, 100, at="2024-03-13")
        return self._jobs

    def fail_backtest(self) -> str:
        """Let a backtest fail and return its id."""
        self.begin_backtests()
        self.backtests.fail(self._jobs[0], "There are no bars of ACME in these days: download or import them first.")
        self.backtests.wait(lambda: self.backtests.jobs.job(self._jobs[0]).state is JobState.FAILED)
        return self._jobs[0]

    def clear_backtests(self) -> None:
        """Leave nothing of any backtest."""
        for id_ in self._jobs:
            self.backtests.jobs.cancel(id_)
            self.backtests.jobs.forget(id_)
        self._jobs = []
        for listing in self.backtests.shelf.listings():
            self.backtests.shelf.forget(listing.id)

    def halt(self) -> None:
        """Stop all, as by the owner an hour ago."""
        self.site.halt.set(Halt(at="2026-11-20T15:02:00.000Z", by="this screen", reason=""))
        self.house.show(is_halted=True)
