"""A backtest decides, fills and counts as a live run of the same minutes does."""

from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import Path

import pytest

from database import db_manager
from database.bar import MINUTE
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest, Costs
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.errors import StrategyError
from tests.orchestra.backtest.played_house import (
    DAYS,
    HALF_DAY,
    ROOT,
    House,
    asked,
    calendar,
    made_columns,
    made_history,
    sessions,
    strategy,
)

ON_MINUTES = """
    class Algorithm:
        PARAMETERS = ({"name": "word", "default": "buy", "help": "what"},)
        def __init__(self, ticker, initial_capital):
            self.word = "buy"
        def run(self, current_time, algo_id):
            self.reason = current_time[11:16]
            return {answers}.get(self.reason, ("hold", 0))
"""


def on_minutes(folder: Path, answers: str, *, name: str = "idea") -> Path:
    """Write a strategy that answers at some minutes of the day, UTC."""
    return strategy(folder, ON_MINUTES.replace("{answers}", answers), name=name)


def test_a_market_order_fills_at_the_open_of_its_own_minute(tmp_path: Path) -> None:
    columns, house = made_columns("ACME", DAYS), House()
    played = house.play(made_history(columns), asked(on_minutes(tmp_path, '{"14:00": ("buy", 7)}')))
    for fill, session in zip(played.fills, sessions(*DAYS), strict=True):
        minute = session.open + 30 * MINUTE
        assert int(fill.at.timestamp()) == minute
        assert fill.price == Decimal(repr(columns.opens[columns.position(minute)]))
        assert (fill.qty, str(fill.side)) == (7, "buy")
    assert played.reasons[played.fills[0].client_order_id] == "14:00"


def test_an_order_without_a_bar_waits_for_the_next_one_and_denies_a_second(tmp_path: Path) -> None:
    days = DAYS[:1]
    columns = made_columns("ACME", days)
    hole = columns.position(sessions(*days)[0].open + 30 * MINUTE)
    for column in (columns.times, columns.opens, columns.highs, columns.lows, columns.closes, columns.volumes):
        del column[hole : hole + 2]
    house = House()
    wish = asked(on_minutes(tmp_path, '{"14:00": ("buy", 1), "14:01": ("buy", 1), "14:02": ("hold", 0)}'))
    played = house.play(made_history(columns, days=days), wish)
    assert [fill.at.strftime("%H:%M") for fill in played.fills] == ["14:02"]
    assert dict(played.gates) == {"WORKING_ORDER": 1}


def test_an_order_that_never_meets_a_bar_ends_with_its_day(tmp_path: Path) -> None:
    days = DAYS
    columns, first = made_columns("ACME", days), sessions(*days)[0]
    start, end = columns.position(first.open + 30 * MINUTE), columns.position(first.close)
    for column in (columns.times, columns.opens, columns.highs, columns.lows, columns.closes, columns.volumes):
        del column[start:end]
    played = House().play(made_history(columns, days=days), asked(on_minutes(tmp_path, '{"14:00": ("buy", 1)}')))
    assert [fill.at.date() for fill in played.fills] == [days[1]]


def test_the_last_minute_of_a_session_trades_nothing(tmp_path: Path) -> None:
    days = (*DAYS[:1], HALF_DAY)
    history = made_history(made_columns("ACME", days), days=days)
    played = House().play(history, asked(on_minutes(tmp_path, '{"20:00": ("buy", 1), "18:00": ("buy", 1)}')))
    assert dict(played.gates) == {"SESSION_END": 2}
    assert [fill.at.date() for fill in played.fills] == [DAYS[0]]
    assert played.minutes == 390 + 210


def test_two_algorithms_on_both_sides_of_one_symbol_wait_for_each_other(tmp_path: Path) -> None:
    buys_first = on_minutes(tmp_path, '{"14:00": ("buy", 5), "15:00": ("sell", 5)}', name="one")
    buys_later = on_minutes(tmp_path, '{"15:00": ("buy", 3)}', name="two")
    house = House()
    played = house.play(
        made_history(made_columns("ACME", DAYS[:1]), days=DAYS[:1]), asked(buys_first), asked(buys_later)
    )
    assert [(f.algorithm_id, str(f.side), f.at.strftime("%H:%M")) for f in played.fills] == [
        (1, "buy", "14:00"),
        (1, "sell", "15:00"),
        (2, "buy", "15:00"),
    ]


@pytest.mark.requirement("S2-69", "S2-43", "S2-73")
def test_a_strategy_that_fails_five_times_is_switched_off_and_others_go_on(tmp_path: Path) -> None:
    failing = strategy(
        tmp_path,
        """
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                self.turns = 0
            def run(self, current_time, algo_id):
                self.turns += 1
                if self.turns == 3:
                    return ("hold", 0)
                raise {1: ValueError, 2: SystemExit}.get(self.turns, KeyError)("no")
        """,
    )
    house = House()
    history = made_history(made_columns("ACME", DAYS[:1]), days=DAYS[:1])
    played = house.play(history, asked(failing), asked(on_minutes(tmp_path, '{"14:00": ("buy", 1)}', name="good")))
    assert played.records[0].status is AlgorithmStatus.ERROR
    assert "KeyError" in (played.records[0].last_error or "")
    outcomes = [row.outcome for row in house.rows.rows if row.algorithm_id == 1]
    assert outcomes == ["FAILED", "FAILED", "HELD", *["FAILED"] * 5]
    assert len(played.fills) == 1
    assert sum(played.outcomes.values()) == 8 + 390


def test_an_endless_turn_is_interrupted_and_the_next_minute_comes(tmp_path: Path) -> None:
    looping = strategy(
        tmp_path,
        """
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                pass
            def run(self, current_time, algo_id):
                while current_time.endswith("14:00:00Z"):
                    pass
                return ("hold", 0)
        """,
    )
    house = House(limit_seconds=1.0)
    played = house.play(made_history(made_columns("ACME", DAYS[:1]), days=DAYS[:1]), asked(looping))
    assert dict(played.outcomes) == {"HELD": 389, "INTERRUPTED": 1}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ('("buy", True)', "FAILED"),
        ('("hold", False)', "FAILED"),
        ('["hold", 0]', "HELD"),
        ('("hold", 0.0)', "HELD"),
        ('("buy", 0)', "HELD"),
        ('("buy", 2.0)', "SUBMITTED"),
        ('("buy", 2.5)', "FAILED"),
        ('("buy", float("nan"))', "FAILED"),
        ('("sell", 1)', "DENIED"),
        ('("buy", 10**9)', "DENIED"),
        ("None", "FAILED"),
    ],
)
def test_an_answer_means_what_it_means_live(answer: str, outcome: str, tmp_path: Path) -> None:
    house = House()
    wish = asked(on_minutes(tmp_path, '{"14:00": ' + answer + "}"))
    house.play(made_history(made_columns("ACME", DAYS[:1]), days=DAYS[:1]), wish)
    minute = sessions(DAYS[0])[0].open + 30 * MINUTE
    assert house.rows.by_minute()[minute].outcome == outcome


def test_equal_holds_are_one_row_a_session_with_what_the_last_was_decided_on(tmp_path: Path) -> None:
    reasons = strategy(
        tmp_path,
        """
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                self.metadata = {}
            def run(self, current_time, algo_id):
                self.metadata["at"] = current_time
                self.reason = "early" if current_time[11:16] < "14:00" else "late\\nday"
                return ("hold", 0)
        """,
    )
    house, history = House(), made_history(made_columns("ACME", DAYS))
    house.play(history, asked(reasons))
    spans = [(row.minute, row.until_minute, row.reason) for row in house.rows.rows]
    expected = []
    for session in history.sessions:
        noon = session.open + 30 * MINUTE
        expected += [(session.open + MINUTE, noon - MINUTE, "early"), (noon, session.close, "late day")]
    assert spans == expected
    columns = history.columns["ACME"]
    for row in house.rows.rows:
        bar = columns.position(row.until_minute) - 1
        assert row.saw["bar"]["close"] == columns.closes[bar]
        assert row.saw["at"] == row.saw["bar"]["timestamp"].replace(
            row.saw["bar"]["timestamp"][11:16], row.saw["at"][11:16]
        )
        assert (row.saw["position"], row.saw["cash"]) == ("0", "20000")


@pytest.mark.parametrize(
    "change",
    [
        'bar["ohlcv"]["c"] = 1.0',
        'bar["ohlcv"]["mine"] = 1.0',
        'bar["mine"] = 1.0',
        'bar["timestamp"] = "today"',
        'bar["ohlcv"] = None',
        'del bar["ohlcv"]["v"]',
    ],
)
def test_a_strategy_that_changes_a_bar_costs_the_run(change: str, tmp_path: Path) -> None:
    vandal = strategy(
        tmp_path,
        f"""
        from database.db_manager import get_data_for_algorithm
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                self.ticker = ticker
            def run(self, current_time, algo_id):
                bar = get_data_for_algorithm(self.ticker, "last_n_bars", n=1)[-1]
                if "mine" not in bar and current_time.endswith(":00:00Z"):
                    {change}
                return ("hold", 0)
        """,
    )
    with pytest.raises(StrategyError, match="has changed a bar of ACME"):
        House().play(made_history(made_columns("ACME", DAYS)), asked(vandal))


def test_what_a_strategy_keeps_in_its_module_is_forgotten_between_runs(tmp_path: Path) -> None:
    counting = strategy(
        tmp_path,
        """
        TURNS = []
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                pass
            def run(self, current_time, algo_id):
                TURNS.append(current_time)
                return ("buy", 1) if len(TURNS) == 30 else ("hold", 0)
        """,
    )
    house, history = House(), made_history(made_columns("ACME", DAYS[:1]), days=DAYS[:1])
    assert [len(house.play(history, asked(counting)).fills) for _ in range(2)] == [1, 1]


def test_the_process_has_its_own_data_functions_back_afterwards(tmp_path: Path) -> None:
    before = {name: getattr(db_manager, name) for name in db_manager.OWN_FUNCTIONS}
    House().play(made_history(made_columns("ACME", DAYS)), asked(on_minutes(tmp_path, "{}")))
    assert {name: getattr(db_manager, name) for name in db_manager.OWN_FUNCTIONS} == before


def test_a_run_told_to_stop_ends_after_a_whole_session(tmp_path: Path) -> None:
    told: list[Progress] = []

    def tell(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < 2

    backtester = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5)
    request = BacktestRequest((asked(on_minutes(tmp_path, "{}")),))
    played = backtester.play(request, made_history(made_columns("ACME", DAYS)), tell=tell)
    assert (played.is_whole, played.minutes, len(played.days)) == (False, 390, 1)
    assert [(each.done, each.total, each.at) for each in told] == [(0, 780, "2024-06-11"), (390, 780, "2024-06-12")]


def test_a_volume_cap_fills_in_parts_and_the_spread_costs(tmp_path: Path) -> None:
    columns = made_columns("ACME", DAYS[:1])
    start = columns.position(sessions(DAYS[0])[0].open + 30 * MINUTE)
    columns.volumes[start], columns.volumes[start + 1] = 100.0, 1_000.0
    costs = Costs(spread_bps=Decimal(20), volume_fraction=Decimal("0.1"))
    history = made_history(columns, days=DAYS[:1])
    played = House().play(history, asked(on_minutes(tmp_path, '{"14:00": ("buy", 60)}')), costs=costs)
    assert [(fill.qty, fill.cumulative_qty) for fill in played.fills] == [(10, 10), (50, 60)]
    dear = Decimal(repr(columns.opens[start])) * Decimal("1.001")
    assert played.fills[0].price == dear.quantize(Decimal("0.0001"), ROUND_UP)


def test_fees_reach_the_fills(tmp_path: Path) -> None:
    columns = made_columns("ACME", DAYS[:1])
    costs = Costs(commission_per_order=Decimal(1), has_regulatory_fees=True)
    history = made_history(columns, days=DAYS[:1])
    wanted = on_minutes(tmp_path, '{"14:00": ("buy", 60), "15:00": ("sell", 60)}')
    bought, sold = House().play(history, asked(wanted), costs=costs).fills
    # June 2024: 27.80 dollars a million and 0.000166 dollars a share sold, nothing yet for the audit trail.
    sec = (sold.qty * sold.price * Decimal("0.0000278")).quantize(Decimal("0.01"), ROUND_UP)
    assert (bought.fee, sold.fee) == (1, 1 + sec + Decimal("0.01"))


def test_history_before_the_first_day_may_be_looked_at(tmp_path: Path) -> None:
    looking = strategy(
        tmp_path,
        """
        from database.db_manager import get_closes
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                self.ticker = ticker
            def run(self, current_time, algo_id):
                self.reason = str(len(get_closes(self.ticker, 100)))
                return ("hold", 0)
        """,
    )
    house = House()
    columns = made_columns("ACME", (date(2024, 6, 10), *DAYS))
    house.play(made_history(columns, days=DAYS), asked(looking))
    assert {row.reason for row in house.rows.rows} == {"100"}


def test_transactions_are_the_strategys_own_to_change(tmp_path: Path) -> None:
    greedy = strategy(
        tmp_path,
        """
        from system_databse.system_db_manager import get_transactions
        class Algorithm:
            def __init__(self, ticker, initial_capital):
                pass
            def run(self, current_time, algo_id):
                rows = get_transactions(algo_id)
                self.reason = str([row["shares"] for row in rows])
                for row in rows:
                    row["shares"] = 0
                return ("buy", 3) if current_time[11:16] == "14:00" else ("hold", 0)
        """,
    )
    house = House()
    played = house.play(made_history(made_columns("ACME", DAYS[:1]), days=DAYS[:1]), asked(greedy))
    assert [row.reason for row in house.rows.rows] == ["[]", "[]", "[3]"]
    assert [fill.qty for fill in played.fills] == [3]


SIZED = """
    from system_databse.position_sizing import portfolio, size_equity

    class Algorithm:
        def __init__(self, ticker, initial_capital):
            self.capital = float(initial_capital)
        def run(self, current_time, algo_id):
            whole = portfolio(0.0)
            self.reason = f"{whole.equity:.2f} {whole.buying_power:.2f}"
            at = current_time[11:16]
            shares = size_equity(100.0, cash=self.capital, fallback_equity=0.0)
            return ("buy", shares) if at == "14:00" else ("hold", 0)
"""


@pytest.mark.requirement("S0-13")
def test_sizes_follow_what_all_algorithms_of_the_run_are_worth(tmp_path: Path) -> None:
    columns, house, file = made_columns("ACME", DAYS[:1]), House(), strategy(tmp_path, SIZED)
    two = asked(file, capital="20000"), asked(file, capital="30000")
    played = house.play(made_history(columns, days=DAYS[:1]), *two)
    rows = house.rows
    session = sessions(*DAYS[:1])[0]
    assert rows.by_minute()[session.open + MINUTE].reason == "50000.00 50000.00"
    assert [int(fill.qty) for fill in played.fills] == [10, 10]
    cash = 50_000 - sum(float(fill.qty * fill.price) for fill in played.fills)
    last = columns.closes[columns.position(session.close) - 2]
    for number in (1, 2):
        equity, power = map(float, rows.by_minute(number)[session.close - MINUTE].reason.split())
        assert (equity, power) == (pytest.approx(cash + 20 * last, abs=0.01), pytest.approx(cash, abs=0.01))
