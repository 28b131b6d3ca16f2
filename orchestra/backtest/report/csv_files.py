"""A result as CSV files: fills, round trips, equity, metrics, for whoever works on in a spreadsheet.

In: a result. Out: files. Thread: any. A text that a spreadsheet would take for a formula is led by an apostrophe.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from database.errors import StorageError
from orchestra.backtest.result import BacktestResult

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(result: BacktestResult, folder: Path) -> list[Path]:
    """Write the files and return their paths; raises StorageError when the folder cannot be written."""
    own = sorted(result.equity_by_algorithm)
    names = list(result.metrics)
    tables: dict[str, list[Sequence[Any]]] = {
        "fills.csv": _rows(result.fills),
        "round_trips.csv": _rows(result.round_trips),
        "equity.csv": [
            ["day", "equity", "cash", "buy_and_hold", *(f"algorithm_{id_}" for id_ in own)],
            *zip(
                result.days,
                result.equity,
                result.cash,
                result.buy_and_hold["equity"],
                *(result.equity_by_algorithm[id_] for id_ in own),
                strict=True,
            ),
        ],
        "metrics.csv": [
            ["metric", *names],
            *([metric, *(result.metrics[name].get(metric) for name in names)] for metric in result.metrics["all"]),
        ],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            _write(folder / name, rows)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror}): name another folder.") from error
    return [folder / name for name in tables]


def _rows(records: Sequence[dict[str, Any]]) -> list[Sequence[Any]]:
    return [list(records[0]), *(list(record.values()) for record in records)] if records else []


def _write(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
