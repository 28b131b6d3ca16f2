"""A result as files to take away: the report, everything as JSON, the tables as CSV in one ZIP.

In: a kept result. Out: bytes. Thread: any.
"""

import json
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from orchestra.backtest.report.csv_files import write_csv
from orchestra.backtest.result import BacktestResult


def as_json(result: BacktestResult) -> bytes:
    """Return the whole result; the verb `report` reads it again."""
    return json.dumps(result.to_values(), allow_nan=False).encode()


def as_csv(result: BacktestResult) -> bytes:
    """Return a ZIP of the CSV files."""
    packed = BytesIO()
    with TemporaryDirectory() as name, ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path in write_csv(result, Path(name)):
            archive.write(path, path.name)
    return packed.getvalue()
