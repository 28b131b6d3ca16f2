"""Made-up bars as an owner has them: in a store, and in a recorded file."""

from pathlib import Path

from database.bar_store import BarStore
from database.bars.bar_columns import BarColumns
from database.bars.market_schema import APPLICATION_ID, migrations
from database.schema_check import open_database
from database.timestamps import iso_minute
from tests.orchestra.backtest.played_house import calendar
from tests.program import HEADER


def write_store(path: Path, *made: BarColumns) -> Path:
    store = open_database(path, migrations, APPLICATION_ID, synchronous="NORMAL")
    for columns in made:
        BarStore(store, calendar()).insert(columns.bar(index) for index in range(len(columns)))
    store.close()
    return path


def write_recording(path: Path, *made: BarColumns) -> Path:
    bars = [columns.bar(index) for columns in made for index in range(len(columns))]
    lines = [
        f"{bar.symbol},{iso_minute(bar.ts)},{bar.open},{bar.high},{bar.low},{bar.close},{bar.volume:.0f}\n"
        for bar in bars
    ]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path
