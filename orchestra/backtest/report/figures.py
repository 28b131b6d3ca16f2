"""Figures and strangers' texts as a person reads them; what cannot be known is a dash, never 0.

In: JSON values of a result. Out: text. Thread: any.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from database.calendar_manager import NEW_YORK

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
MINUTES_A_DAY = 1_440
# Controls, half characters and what turns the direction of writing: a terminal or a page would obey them.
UNFIT = ("Cc", "Cf", "Cs")


def money(value: float | None) -> str:
    """Return dollars and cents."""
    return DASH if value is None else _signed(value, f"{abs(value):,.2f}")


def percent(value: float | None) -> str:
    """Return a fraction as percent."""
    return DASH if value is None else _signed(value, f"{abs(value) * 100.0:,.2f} %")


def signed_percent(value: float | None) -> str:
    """Return a change in percent, its direction always shown."""
    return DASH if value is None else _signed(value, f"{abs(value) * 100.0:,.2f} %", plus="+")


def number(value: float | None) -> str:
    """Return a ratio with two decimals."""
    return money(value)


def count(value: float | None) -> str:
    """Return a whole number."""
    return DASH if value is None else f"{value:,.0f}"


def duration(minutes: float | None) -> str:
    """Return minutes in the largest unit that fits."""
    if minutes is None:
        return DASH
    if minutes < 120:
        return f"{minutes:.0f} min"
    if minutes < 2 * MINUTES_A_DAY:
        return f"{minutes / 60:.1f} h"
    return f"{minutes / MINUTES_A_DAY:.1f} days"


def price(value: float | None) -> str:
    """Return a price: cents, and more only where a price has more."""
    if value is None:
        return DASH
    return f"{value:,.2f}" if round(value, 2) == round(value, 4) else f"{value:,.4f}"


def moment(time: str | None) -> str:
    """Return an ISO time as New York's day and minute."""
    return DASH if time is None else f"{datetime.fromisoformat(time).astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


def change(one: float | None, other: float | None, write: Callable[[Any], str]) -> str:
    """Return how much more the other is, written as both are."""
    if one is None or other is None:
        return DASH
    return _signed(other - one, write(abs(other - one)).removeprefix("+"), plus="+")


def plain(value: object, *, longest: int | None = None) -> str:
    """Return a text in one line with nothing in it that acts; cut to the longest."""
    line = " ".join(str(value).split())
    if not line.isprintable():
        line = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(each) in UNFIT else each for each in line)
    if longest is None or len(line) <= longest:
        return line
    return f"{line[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def params_of(algorithm: Mapping[str, Any]) -> str:
    """Return the parameters of an algorithm in one line."""
    return ", ".join(f"{name} {value}" for name, value in algorithm["params"].items()) or "none"


def file_name(path: str) -> str:
    """Return the last part of a path, whichever slash it was written with."""
    return path.replace("\\", "/").rpartition("/")[2]


def _signed(value: float, size: str, *, plus: str = "") -> str:
    """Return a size behind its sign; what rounds to nothing has none."""
    if not any(digit in size for digit in "123456789"):
        return size
    return f"{plus if value > 0 else MINUS}{size}"


# Name, label, how it is written, what it says; in the order users read them.
TABLE: tuple[tuple[str, str, Callable[[Any], str], str], ...] = (
    ("total_return", "Return", signed_percent, "End value against the money at the start."),
    ("profit_loss", "Profit", money, "Dollars won or lost, open positions at their last price."),
    ("cagr", "Growth a year", signed_percent, "The return as if earned evenly over 252 sessions a year."),
    ("max_drawdown", "Deepest fall", percent, "From the highest value so far to the lowest after it, at closes."),
    ("sharpe_ratio", "Sharpe ratio", number, "Daily return per unit of its ups and downs, a year; needs 20 days."),
    ("sortino_ratio", "Sortino ratio", number, "The same, counting only the downs."),
    ("calmar_ratio", "Calmar ratio", number, "Growth a year against the deepest fall."),
    ("volatility", "Ups and downs", percent, "Standard deviation of daily returns, a year."),
    ("total_trades", "Round trips", count, "From flat to flat; one still open is not counted."),
    ("win_rate", "Won", percent, "Round trips that made money."),
    ("profit_factor", "Profit factor", number, "Dollars won for each dollar lost."),
    ("expectancy", "Average profit", money, "Dollars a round trip."),
    ("payoff", "Payoff", number, "Average win against average loss."),
    ("best_trade", "Best", signed_percent, "The best round trip."),
    ("worst_trade", "Worst", signed_percent, "The worst round trip."),
    ("average_minutes_winners", "Winners held", duration, "On average, nights included."),
    ("average_minutes_losers", "Losers held", duration, "On average, nights included."),
    ("most_wins_in_a_row", "Wins in a row", count, "The most."),
    ("most_losses_in_a_row", "Losses in a row", count, "The most."),
    ("exposure", "Exposure", percent, "Share of the value that was invested, averaged over all minutes."),
    ("time_in_market", "Time in the market", percent, "Minutes with a position."),
    ("turnover", "Turnover", number, "How often the average value was dealt in."),
    ("fees", "Fees", money, "Commissions and regulatory fees, dollars."),
    ("denied", "Denied", count, "Wishes to trade that a rule stopped."),
    ("as_good_by_chance", "As good by chance", percent, "How often a coin deciding each sign would earn as much."),
    (
        "system_quality",
        "System quality",
        number,
        "SQN: mean profit against its spread, times the root of their number.",
    ),
    ("kelly", "Kelly fraction", percent, "What an even bettor with these odds would stake; halve it at least."),
    ("best_day", "Best day", signed_percent, "The best daily return."),
    ("worst_day", "Worst day", signed_percent, "The worst daily return."),
)


def headline(metrics: Mapping[str, Any], names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return label and text of some metrics."""
    chosen = {name: (label, write) for name, label, write, _ in TABLE}
    return [(chosen[name][0], chosen[name][1](metrics.get(name))) for name in names]
