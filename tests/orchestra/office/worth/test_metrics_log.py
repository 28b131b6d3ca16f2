"""How each strategy does, written beside the minutes: every five of them and at the close, whatever was interrupted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.messages.commands import StopAlgorithm
from system_databse.performance import strategy_metrics
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN, OwnerHouse, open_house

ROWS = "SELECT strategy, date, mode, total_trades, minutes, days FROM strategy_metrics ORDER BY date, strategy"
TODAY = "2024-07-03"


@pytest.fixture
def lockstep(tmp_path: Path) -> Iterator[OwnerHouse]:
    house = open_house(tmp_path, is_real=False)
    yield house
    house.close()


def row_of(house: OwnerHouse, strategy: str = "buyer", date: str = TODAY) -> dict[str, object]:
    with house.stores.system.reader() as connection:
        row = strategy_metrics.today(connection, strategy, mode=str(house.world.mode), date=date)
    assert row is not None
    return row


@pytest.mark.requirement("S1-13", "S1-27")
def test_the_row_of_a_strategy_is_written_every_five_minutes_and_tells_what_it_holds(house: OwnerHouse) -> None:
    id_ = house.start_algorithm(capital=10_000)
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.pass_once()
    assert house.rows(ROWS) == [("*", TODAY, "PAPER", 0, 1, 0), ("buyer", TODAY, "PAPER", 0, 1, 0)]
    for number in (2, 3, 4, 5):
        house.minute_at(OPEN + number * MINUTE)
        house.pass_once()
        assert row_of(house)["minutes"] == 1
    house.minute_at(OPEN + 6 * MINUTE)
    house.pass_once()
    row = row_of(house)
    # Bought 5 at 50.01, worth 50.05 now; five of six minutes with a position.
    assert row["unrealized"] == pytest.approx(5 * (50.05 - 50.01))
    assert row["time_in_market"] == pytest.approx(5 / 6)
    assert (row["profit_loss"], row["win_rate"], row["profit_factor"], row["sharpe_ratio"]) == (0.0, None, None, None)
    parts = [
        value for (value,) in house.rows(f"SELECT exposure / equity FROM equity_snapshots WHERE scope = 'algo:{id_}'")
    ]
    assert row["exposure"] == pytest.approx(sum(map(float, parts)) / 6)  # type: ignore[arg-type]
    json.dumps(row)


def test_the_close_is_written_and_a_restart_changes_nothing(house: OwnerHouse) -> None:
    house.start_algorithm()
    house.minute_at(CLOSE - 2 * MINUTE)
    house.fill()
    for minute in (CLOSE - MINUTE, CLOSE):
        house.minute_at(minute)
        house.pass_once()
    written = row_of(house)
    assert (written["minutes"], written["days"]) == (3, 1)
    house.restart()
    again = row_of(house)
    assert {**again, "updated_at": None} == {**written, "updated_at": None}


def test_a_session_that_was_cut_off_is_finished_at_the_next_ones_first_turn(house: OwnerHouse) -> None:
    house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.fill()
    house.pass_once()
    house.minute_at(OPEN + 3 * MINUTE)
    house.pass_once()
    assert (row_of(house)["minutes"], row_of(house)["days"]) == (1, 0)
    house.restart()
    house.minute_at(NEXT_OPEN + MINUTE)
    house.pass_once()
    assert (row_of(house)["minutes"], row_of(house)["days"]) == (2, 1)
    assert row_of(house)["unrealized"] == pytest.approx(5 * (50.02 - 50.01))
    after = row_of(house, date="2024-07-05")
    assert (after["minutes"], after["days"]) == (3, 1)
    assert after["time_in_market"] == pytest.approx(2 / 3)


def test_a_strategy_that_is_over_keeps_its_last_row(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    house.start_algorithm("buyer", "BETA")
    house.minute_at(OPEN + MINUTE)
    house.pass_once()
    house.give(StopAlgorithm(id_))
    house.minute_at(NEXT_OPEN + MINUTE)
    house.pass_once()
    dates = [(name, date) for name, date, *_ in house.rows(ROWS)]
    assert ("idle", TODAY) in dates
    assert ("idle", "2024-07-05") not in dates
    with house.stores.system.reader() as connection:
        told = strategy_metrics.analytics(connection, mode="PAPER")
    assert {row["strategy"]: row["date"] for row in told["strategies"]} == {"buyer": "2024-07-05", "idle": TODAY}
    assert [day["date"] for day in told["account"]["daily"]] == [TODAY, "2024-07-05"]
    json.dumps(told)


def test_in_lockstep_the_rows_come_as_well(lockstep: OwnerHouse) -> None:
    lockstep.start_algorithm()
    for _ in range(7):
        lockstep.step()
    row = row_of(lockstep)
    assert row["minutes"] in (6, 7)


def test_fills_that_cannot_be_told_stop_nothing(house: OwnerHouse, caplog: pytest.LogCaptureFixture) -> None:
    house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    house.fill()
    with house.stores.system.transaction() as connection:
        connection.execute("UPDATE orders SET side = 'sell'")
    house.restart()
    assert "cannot be told" in caplog.text
    house.minute_at(OPEN + 2 * MINUTE)
    assert house.engine.books.minute == OPEN + 2 * MINUTE
