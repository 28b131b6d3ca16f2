"""The same trials on many machines: handed to a Dask scheduler that is already running.

In: trials, an address. Out: outcomes, in the order of the trials. Thread: main; on a worker any, one trial at a time.
Dask rather than Ray: it is plain Python that installs wherever Python does, 64-bit Raspberry Pi OS included, while Ray
brings a large native runtime. Workers need the same AutoTrader on their path; the history and the strategies' source
travel once. A turn has no time limit there, because a worker's tasks do not run on its main thread.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.trial import Outcome, Trial

RELEASE = "2026.8.0"
CONNECT_SECONDS = 10
RETRIES = 2
# The data functions belong to the process, and a worker may run several threads.
_ONE_AT_A_TIME = threading.Lock()
LOST = "the worker that played it was lost"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a worker needs for every trial. sources: the strategies' bytes, by the name the request calls them."""

    request: BacktestRequest
    history: History
    sources: dict[str, bytes]
    limit_seconds: float


def play_on_cluster(address: str, parcel: Parcel, trials: Sequence[Trial], *, tell: Tell) -> list[Outcome]:
    """Return the outcomes; fewer than trials when told to stop.

    Raises ConfigError when the client is not installed or the scheduler cannot be reached.
    """
    distributed = _client_library()
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise ConfigError(f"There is no Dask scheduler at {address} ({error}): check --cluster.") from error
    with client:
        shared = client.scatter(parcel, broadcast=True, hash=False)
        # A trial that kills its worker is tried again elsewhere, twice; then it has failed.
        futures = {client.submit(_play_there, shared, trial, retries=RETRIES, pure=False): trial for trial in trials}
        outcomes: dict[int, Outcome] = {}
        for future in distributed.as_completed(futures):
            trial = futures[future]
            outcomes[trial.number] = future.result() if future.status == "finished" else Outcome(trial, error=LOST)
            if not tell(Progress(len(outcomes), len(trials))):
                client.cancel(list(futures))
                break
    return [outcomes[number] for number in sorted(outcomes)]


def _client_library() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise ConfigError(
            f"--cluster needs Dask: run .venv/bin/pip install distributed=={RELEASE}, here and on the workers."
        ) from error


def _play_there(parcel: Parcel, trial: Trial) -> Outcome:
    """Play a trial in a worker: the strategies are written to a folder of its own, under the names of their content."""
    folder = Path(mkdtemp(prefix="autotrader-sweep-"))
    places = {}
    for name, source in parcel.sources.items():
        place = folder / f"{Path(name).stem}_{hashlib.sha256(source).hexdigest()[:8]}.py"
        place.write_bytes(source)
        places[name] = str(place)
    algorithms = tuple(replace(each, algorithm=places[each.algorithm]) for each in parcel.request.algorithms)
    request = replace(parcel.request, algorithms=algorithms)
    backtester = Backtester(folder, MarketCalendar(), limit_seconds=parcel.limit_seconds)
    with _ONE_AT_A_TIME:
        return player(backtester, request, parcel.history)(trial)
