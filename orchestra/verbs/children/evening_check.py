"""The evening's parity check, as a process of its own that the running engine starts.

In: process id of the engine, market.db, system.db and logs of its directory, a day. Out: the day's JSON file below the
logs. Thread: main.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from orchestra.backtest.jobs.quiet_child import stand_back

LIMIT_SECONDS = 600.0


def main(arguments: Sequence[str]) -> None:
    """Check the day and keep what was found; what cannot be checked is kept in words."""
    parent, market, system, logs, day = arguments
    stand_back(int(parent))
    check_evening(Path(market), Path(system), Path(logs), day=date.fromisoformat(day))


def check_evening(market: Path, system: Path, logs: Path, *, day: date) -> None:
    """Write the day's check below the logs and remove those of more than a year ago."""
    # Imported only once this process stands back: that alone is a second's work.
    from database.errors import AutoTraderError  # noqa: PLC0415
    from orchestra.backtest.checks.parity.kept_checks import file_of, forget_old, write_check  # noqa: PLC0415
    from orchestra.verbs.parity import check_databases, values_of  # noqa: PLC0415

    try:
        values = values_of(check_databases(market, system, day, limit_seconds=LIMIT_SECONDS))
    except AutoTraderError as error:
        values = {"headline": f"could not be checked: {error}", "day": day.isoformat(), "is_whole": False}
    write_check(file_of(logs, day), values)
    forget_old(logs, day)


if __name__ == "__main__":
    main(sys.argv[1:])
