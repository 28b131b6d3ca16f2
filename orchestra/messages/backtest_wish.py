"""What a screen wants of backtests, as frozen values, and the answer when there is nothing of an id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from database.errors import ConfigError
from orchestra.messages.commands import StartAlgorithm


class NoSuchBacktest(ConfigError):
    """Say that no job and no kept result has this id."""


@dataclass(frozen=True, slots=True)
class BacktestWish:
    """One backtest that is wanted.

    first_day, last_day: New York days, both included; None for as far as bars reach. costs: by the names of the
    request's Costs; what is left out costs nothing.
    """

    algorithms: tuple[StartAlgorithm, ...]
    first_day: date | None = None
    last_day: date | None = None
    costs: Mapping[str, Decimal | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DaysWish:
    """Days of one ticker, both included; None for as far as bars reach."""

    ticker: str
    first_day: date | None = None
    last_day: date | None = None
