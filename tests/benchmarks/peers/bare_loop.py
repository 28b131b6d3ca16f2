"""The least an engine can do: a Python loop that calls the same `run` on the same lists, without orders or records."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0:1] = [str(HERE), str(HERE.parents[2])]

from made_year import CASH, read_year  # noqa: E402
from measured import cpu, tell  # noqa: E402

from database import db_manager  # noqa: E402

ready = cpu()
rows = read_year(Path(sys.argv[1]))
texts = [row[0].strftime("%Y-%m-%dT%H:%M:%SZ") for row in rows]
bars = [{"timestamp": text, "ohlcv": dict(zip("ohlcv", row[1:]))} for text, row in zip(texts, rows)]
end = 0


def get_data_for_algorithm(_ticker, _what, n=0, before_timestamp=None):
    return bars[end - n : end] if end >= n else bars[:end]


db_manager.get_data_for_algorithm = get_data_for_algorithm

from crossover_ordinary import Algorithm  # noqa: E402

run = Algorithm("SPY", CASH).run
started = cpu()
for end in range(1, len(bars)):
    run(texts[end], 1)
tell(bars=len(rows), cpu_seconds=cpu() - started, trips=(), ready_at=ready)
