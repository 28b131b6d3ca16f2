"""A result as CSV files (RFC 4180, UTF-8): fills, round trips, equity, metrics, for whoever works on in a spreadsheet.

In: a result. Out: files. Thread: any. A text that a spreadsheet would take for a formula is led by an apostrophe
(OWASP, "CSV Injection").
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from database.errors import StorageError
from orchestra.backtest.result import BacktestResult

# The wide forms too: some spreadsheets take them for the narrow ones.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
FILL_COLUMNS = ("time", "symbol", "side", "shares", "price", "fee", "algorithm_id", "client_order_id", "reason")
TRIP_COLUMNS = (
    *("algorithm_id", "symbol", "entered_at", "exited_at", "shares", "entry_price", "exit_price"),
    *("pnl", "fees", "return", "minutes", "enter_reason", "exit_reason"),
)

Rows = list[list[Any]]


def write_csv(result: BacktestResult, folder: Path) -> list[Path]:
    """Write the files and return their paths; raises StorageError when the folder cannot be written."""
    tables = {
        "fills.csv": _records(FILL_COLUMNS, result.fills),
        "round_trips.csv": _records(TRIP_COLUMNS, result.round_trips),
        "equity.csv": _equity(result),
        "metrics.csv": _metrics(result),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            _write(folder / name, rows)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror}): name another folder.") from error
    return [folder / name for name in tables]


def _records(columns: Sequence[str], records: Sequence[Mapping[str, Any]]) -> Rows:
    return [list(columns), *([record[name] for name in columns] for record in records)]


def _equity(result: BacktestResult) -> Rows:
    own = sorted(result.equity_by_algorithm, key=lambda id_: (len(id_), id_))
    columns = (
        *(result.days, result.equity, result.cash, result.buy_and_hold["equity"]),
        *(result.equity_by_algorithm[id_] for id_ in own),
    )
    head = ["day", "equity", "cash", "buy_and_hold", *(f"algorithm_{id_}" for id_ in own)]
    return [head, *(list(row) for row in zip(*columns, strict=True))]


def _metrics(result: BacktestResult) -> Rows:
    columns = {**result.metrics, "buy_and_hold": result.buy_and_hold["metrics"]}
    rows = [[name, *(metrics.get(name) for metrics in columns.values())] for name in result.metrics["all"]]
    return [["metric", *columns], *rows]


def _write(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    """Return a cell; numbers stay numbers, whatever their sign."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA) else value
