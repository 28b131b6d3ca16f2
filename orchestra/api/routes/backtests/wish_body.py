"""The wish for a backtest as a request carries it: each part checked, or one sentence that says what to send.

In: a body or query of this thread's request. Out: a BacktestWish or DaysWish. Raises Refused, and changes nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from orchestra.api.answers import Refused
from orchestra.api.request_body import ALGORITHM_NAME, money_field, params_field, read_body, text_field
from orchestra.api.symbols.tickers import TICKER
from orchestra.messages.backtest_wish import BacktestWish, DaysWish
from orchestra.messages.commands import StartAlgorithm

FIELDS = ("algorithm", "tickers", "cash", "params", "from", "to", "costs")
MOST_TICKERS = 5
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Each cost with the most that can be meant.
MOST = {
    "commission_per_order": Decimal(1_000),
    "commission_per_share": Decimal(100),
    "commission_bps": Decimal(10_000),
    "spread_bps": Decimal(10_000),
    "slippage_bps": Decimal(10_000),
    "volume_fraction": Decimal(1),
}
LEAST_VOLUME = Decimal("0.0001")

Strategies = Callable[[], Sequence[Mapping[str, object]]]


def backtest_wish(strategies: Strategies) -> BacktestWish:
    """Return what the body asks for."""
    body = read_body(*FIELDS)
    name = text_field(body, "algorithm")
    if not ALGORITHM_NAME.fullmatch(name):
        raise Refused(400, "'algorithm' must be the name of a file in algorithm/, such as sma_crossover.")
    params = _params(params_field(body), _strategy(strategies, name))
    cash, tickers = money_field(body, "cash"), _tickers(body.get("tickers"))
    first, last = _days(body)
    return BacktestWish(
        algorithms=tuple(StartAlgorithm(name, ticker, cash, params) for ticker in tickers),
        first_day=first,
        last_day=last,
        costs=_costs(body.get("costs")),
    )


def days_wish(given: Mapping[str, Any]) -> DaysWish:
    """Return which days of which ticker are meant."""
    return DaysWish(_ticker(given.get("ticker")), *_days(given))


def _strategy(strategies: Strategies, name: str) -> Mapping[str, object]:
    for each in strategies():
        if each["name"] == name:
            if each["error"]:
                raise Refused(400, str(each["error"]))
            return each
    raise Refused(400, f"There is no algorithm {name}: it would be a file in the folder algorithm.")


def _params(params: dict[str, object], strategy: Mapping[str, Any]) -> dict[str, object]:
    """Return the parameters that the strategy tells of; one with a range must lie in it."""
    ranges = {each["name"]: each["range"] for each in strategy["parameters"]}
    for name, value in params.items():
        if name not in ranges:
            raise Refused(400, f"'{name[:40]}' is no parameter of {strategy['name']}.")
        limits = ranges[name]
        if value is not None and _is_span(limits) and not _lies_in(value, limits):
            raise Refused(400, f"'{name[:40]}' must be a number from {limits[0]} to {limits[1]}.")
    return params


def _is_span(limits: object) -> bool:
    return isinstance(limits, list | tuple) and len(limits) == 2 and all(map(_is_plain_number, limits))


def _lies_in(value: object, limits: Any) -> bool:
    return _is_plain_number(value) and bool(limits[0] <= value <= limits[1])


def _is_plain_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tickers(value: object) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TICKERS:
        raise Refused(400, f"'tickers' must be a list of 1 to {MOST_TICKERS} tickers.")
    return list(dict.fromkeys(map(_ticker, value)))


def _ticker(value: object) -> str:
    if isinstance(value, str) and value.isascii() and TICKER.fullmatch(value.strip().upper()):
        return value.strip().upper()
    raise Refused(400, "A ticker is one to ten letters, such as AAPL or BRK.B.")


def _days(given: Mapping[str, Any]) -> tuple[date | None, date | None]:
    first, last = _day(given.get("from"), "from"), _day(given.get("to"), "to")
    if first and last and last < first:
        raise Refused(400, "The last day is before the first: give the days the other way round.")
    return first, last


def _day(value: object, name: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        # Python also reads 2024-W01-2, which nobody means.
        return date.fromisoformat(value if isinstance(value, str) and DAY.fullmatch(value) else "")
    except ValueError:
        raise Refused(400, f"'{name}' must be a day such as 2026-01-30.") from None


def _costs(value: object) -> dict[str, Decimal | bool]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(400, "'costs' must be an object of costs by name.")
    return {name: _cost(name, each) for name, each in value.items() if each is not None}


def _cost(name: str, value: object) -> Decimal | bool:
    if name == "has_regulatory_fees":
        if not isinstance(value, bool):
            raise Refused(400, "'has_regulatory_fees' must be true or false.")
        return value
    if name not in MOST:
        raise Refused(400, f"'{name[:40]}' is no cost: send some of {', '.join([*MOST, 'has_regulatory_fees'])}.")
    least = LEAST_VOLUME if name == "volume_fraction" else Decimal(0)
    number = _number(value)
    if number is None or not least <= number <= MOST[name]:
        raise Refused(400, f"'{name}' must be a number from {least} to {MOST[name]}.")
    return number


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str) or len(str(value)) > 30:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
