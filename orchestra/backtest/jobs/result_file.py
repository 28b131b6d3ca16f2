"""A result that was written with --json, read again as carefully as any file from outside.

In: a path. Out: a BacktestResult whose every field has the shape a report relies on. Thread: any.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from database.errors import ConfigError
from database.timestamps import parse_iso
from orchestra.backtest.report.figures import TABLE
from orchestra.backtest.result import BacktestResult

# Far above any account; what is larger overflows on its way to a picture.
LARGEST = 1e15
CURVE_METRICS = ("start_equity", "end_equity", "profit_loss", "max_drawdown")


def read_result(path: Path) -> BacktestResult:
    """Return the result in a file; raises ConfigError when there is none in it."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): name a file written with --json.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no JSON file: name one written with --json.") from error
    result = BacktestResult.from_values(values)
    damaged = next((name for name, shape in SHAPES.items() if not _fits(getattr(result, name), shape)), None)
    damaged = damaged or _odd_lengths(result)
    if damaged is not None:
        raise ConfigError(f"{path} is damaged (at {damaged}): run the backtest again.")
    return result


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _text(value: object) -> bool:
    return isinstance(value, str)


def _none(value: object) -> bool:
    return value is None


def _anything(_: object) -> bool:
    return True


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _time(value: object) -> bool:
    try:
        return isinstance(value, str) and parse_iso(value) is not None
    except ValueError:
        return False


def _point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(_number(each) for each in value)


# A shape is a test; a tuple of shapes, of which one fits; [shape], a list of such; {name: shape}, those fields; and
# {str: shape}, an object of any names.
SHAPES: dict[str, Any] = {
    "assumptions": {str: _text},
    "data": {"source": _text, "files": {str: _text}, "first": _day, "last": _day, "bars": _number},
    "minutes": _number,
    "decisions": {str: _number},
    "gates": {str: _number},
    "algorithms": [
        {
            "id": _number,
            "name": _text,
            "ticker": _text,
            "initial_capital": _number,
            "params": {str: _anything},
            "file_sha256": (_text, _none),
            "status": _text,
            "last_error": (_text, _none),
        }
    ],
    "fills": [
        {
            "time": _time,
            "symbol": _text,
            "side": _text,
            "shares": _number,
            "price": _number,
            "fee": _number,
            "algorithm_id": _number,
            "client_order_id": _text,
            "reason": _text,
        }
    ],
    "round_trips": [
        {
            "algorithm_id": _number,
            "symbol": _text,
            "entered_at": _time,
            "exited_at": (_time, _none),
            "shares": _number,
            "entry_price": _number,
            "exit_price": _number,
            "pnl": _number,
            "fees": _number,
            "return": _number,
            "minutes": _number,
            "enter_reason": _text,
            "exit_reason": _text,
        }
    ],
    "days": [_day],
    "equity": [_number],
    "cash": [_number],
    "equity_by_algorithm": {str: [_number]},
    "buy_and_hold": {"equity": [_number], "metrics": {str: (_number, _none, _text)}},
    "prices": {str: [_point]},
    "metrics": {str: {**dict.fromkeys(CURVE_METRICS, _number), str: (_number, _none, _text)}},
    "reasons": [
        {
            "algorithm_id": _number,
            "action": _text,
            "outcome": _text,
            "gate": (_text, _none),
            "reason": _text,
            "minutes": _number,
        }
    ],
    "warnings": [_text],
    "seconds": _number,
}


def _fits(value: object, shape: Any) -> bool:
    if isinstance(shape, tuple):
        return any(_fits(value, each) for each in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return isinstance(value, Mapping) and _object_fits(value, shape)
    return bool(shape(value))


def _object_fits(value: Mapping[str, object], shape: Mapping[Any, Any]) -> bool:
    others = shape.get(str)
    named = {name: each for name, each in shape.items() if name is not str}
    return all(name in value and _fits(value[name], each) for name, each in named.items()) and (
        others is None or all(_fits(each, others) for name, each in value.items() if name not in named)
    )


def _odd_lengths(result: BacktestResult) -> str | None:
    """Return the name of what does not go with the rest."""
    curves = [result.equity, result.cash, result.buy_and_hold["equity"], *result.equity_by_algorithm.values()]
    if any(len(curve) != len(result.days) for curve in curves) or result.days != sorted(set(result.days)):
        return "days"
    if not {"all", *(str(each["id"]) for each in result.algorithms)} <= result.metrics.keys():
        return "metrics"
    if any(name in each and _text(each[name]) for name, *_ in TABLE for each in _all_metrics(result)):
        return "metrics"
    if not all(_text(result.metrics["all"].get(f"max_drawdown_{name}")) for name in ("from", "to")):
        return "metrics"
    return None


def _all_metrics(result: BacktestResult) -> list[Mapping[str, Any]]:
    return [*result.metrics.values(), result.buy_and_hold["metrics"]]
