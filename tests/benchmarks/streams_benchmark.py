"""Print how late 200 events a second to 20 readers make a loop, one of the readers stalled, and what an event costs.

Run: python tests/benchmarks/streams_benchmark.py [--seconds 60]. The target is 100 ms at most, for any turn.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.orchestra.api.streams.crowd import play  # noqa: E402

TARGET_SECONDS = 0.1


def main() -> int:
    """Play and print; fail when a turn was later than the target, or a reader that read lost an event."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    wanted = parser.parse_args()
    with TemporaryDirectory() as folder:
        report = play(Path(folder), seconds=wanted.seconds)
    print(report)
    lost = [reader for reader in report.readers[1:] if reader["count"] != report.events]
    print(f"readers that read and lost an event: {len(lost)}; the stalled one: {report.readers[0]}")
    return 1 if lost or max(report.late) > TARGET_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
