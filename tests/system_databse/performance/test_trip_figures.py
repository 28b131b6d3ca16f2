"""What round trips come to, and why they began and ended."""

from decimal import Decimal

import pytest

from system_databse.order import Side
from system_databse.performance.exposure import exposure, time_in_market
from system_databse.performance.reason_table import ReasonRow, entry_reasons, exit_reasons
from system_databse.performance.round_trips import RoundTrip, round_trips
from system_databse.performance.trade_figures import trip_figures
from tests.system_databse.performance.test_round_trips import fill

GOLDEN = [120.0, -50.0, 80.0, -30.0, -20.0, 200.0, 0.0]


def test_the_golden_profits() -> None:
    figures = trip_figures(GOLDEN)
    assert (figures["total_trades"], figures["wins"], figures["profit_factor"], figures["payoff"]) == (7, 3, 4.0, 4.0)
    assert figures["win_rate"] == pytest.approx(0.428571, abs=1e-6)
    assert figures["expectancy"] == pytest.approx(42.857143, abs=1e-6)


def trip(number: int, pnl: int) -> RoundTrip:
    sold = f"{10 + pnl}"
    (made,) = round_trips([fill(number, Side.BUY, 1), fill(number + 1, Side.SELL, 1, price=sold)], {})
    return made


@pytest.mark.requirement("S3-30")
def test_reasons_are_counted_without_the_figures_in_them() -> None:
    trips = [trip(1, 5), trip(3, -2), trip(5, 4)]
    reasons = {
        "at-1-1": ("ENTRY", "SMA20 crossed at 101.25"),
        "at-1-3": ("ENTRY", "SMA20 crossed at 1,099.5"),
        "at-1-5": ("ENTRY", "above the range"),
        "at-1-2": ("EXIT", "stop of -2.00 hit"),
        "at-1-4": ("MANUAL", None),
    }
    assert entry_reasons(trips, reasons) == [
        ReasonRow("SMA20 crossed at …", 2, 0.5, Decimal(3)),
        ReasonRow("above the range", 1, 1.0, Decimal(4)),
    ]
    assert [(row.reason, row.pnl) for row in exit_reasons(trips, reasons)] == [
        ("", Decimal(4)),
        ("sold by the owner", Decimal(-2)),
        ("stop of … hit", Decimal(5)),
    ]


def test_exposure_is_the_average_over_all_minutes() -> None:
    assert exposure([0.0, 50.0, 100.0, -100.0], [100.0, 100.0, 100.0, 0.0]) == pytest.approx(2.5 / 4)
    assert time_in_market([0.0, 50.0, 100.0, -100.0]) == 0.75
    assert exposure([], []) == time_in_market([]) == 0.0
