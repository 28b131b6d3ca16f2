"""The result of a backtest, as it is kept, shown, compared and exported: JSON values only.

In: what was played and measured. Out: one JSON object. Numbers are JSON numbers, times ISO-Z, days ISO dates, fractions
fractions (0.5 is 50 %), what cannot be known null.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from database.errors import ConfigError

VERSION = 1


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """Everything a screen or a report shows of a run.

    request: as BacktestRequest.to_values. assumptions: by name one sentence each: fill rule, costs, data, prices.
    data: {source: 'files'|'store', files: {name: sha256}, symbols, first, last, bars}. minutes, decisions, fills,
    result, open_positions: as in the summary of a replay; a fill also has fee and reason. gates: denied minutes a rule.
    algorithms: {id, name, ticker, initial_capital, params, file_sha256, status, last_error}.
    round_trips: {algorithm_id, symbol, entered_at, exited_at, shares, entry_price, exit_price, pnl, fees, return,
    minutes, enter_reason, exit_reason}; one still open has exited_at null and is marked at the last close.
    days: session dates; equity, cash: dollars at each close, of all algorithms; equity_by_algorithm: by id as text.
    buy_and_hold: {equity: at each close, metrics}. prices: by symbol [[epoch seconds, close], ...], thinned.
    metrics: by 'all' and algorithm id as text. reasons: {algorithm_id, action, outcome, gate, reason, minutes}.
    warnings: sentences. seconds: the machine's, for the run. version: of this form.
    """

    request: dict[str, Any]
    assumptions: dict[str, str]
    data: dict[str, Any]
    minutes: int
    decisions: dict[str, int]
    gates: dict[str, int]
    algorithms: list[dict[str, Any]]
    fills: list[dict[str, Any]]
    open_positions: list[dict[str, Any]]
    result: float
    round_trips: list[dict[str, Any]]
    days: list[str]
    equity: list[float]
    cash: list[float]
    equity_by_algorithm: dict[str, list[float]]
    buy_and_hold: dict[str, Any]
    prices: dict[str, list[list[float]]]
    metrics: dict[str, dict[str, Any]]
    reasons: list[dict[str, Any]]
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    is_whole: bool = True
    version: int = VERSION

    def to_values(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return asdict(self)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "BacktestResult":
        """Return the result of JSON values; raises ConfigError for what is no such result."""
        names = {each.name for each in fields(cls)}
        if not isinstance(values, Mapping) or values.get("version") != VERSION or not names <= values.keys():
            raise ConfigError("This is no result of a backtest of this version: run the backtest again.")
        return cls(**{name: values[name] for name in names})
