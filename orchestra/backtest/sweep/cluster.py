"""The same trials on many machines: handed to a Dask scheduler that is already running.

In: trials, an address. Out: outcomes, as they come. Thread: main; on a worker any, one trial at a time.
Dask rather than Ray: `distributed` is plain Python and so are the wheels it needs but for a few that exist for 64-bit
Raspberry Pi OS, while each release of Ray is a large native runtime of its own for every version of Python.

Workers need this very AutoTrader on their path (the scheduler does not), not the strategies or the bars: these travel
once, pickled, and are part of the graph, so that the scheduler can give them to a worker that comes later. A turn has
no time limit there, because a worker's tasks do not run on its main thread. Whoever reaches a Dask scheduler can run
code on its workers: it belongs on a network that is trusted.
"""

import hashlib
import operator
import pickle
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import mkdtemp
from typing import Any

from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.split import Stretch
from orchestra.backtest.sweep.sweeper import PlayAll
from orchestra.backtest.sweep.trial import Outcome, Params, Trial, Watch

RELEASE = "2026.8.0"
ROOT = Path(__file__).resolve().parents[3]
CONNECT_SECONDS = 10
LOOK_SECONDS = 0.2
LOST = "the workers that played it were lost"
OTHER = "the worker has another release of AutoTrader"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a worker needs for every trial. sources: the strategies' bytes, by the name the request calls them."""

    request: BacktestRequest
    history: History
    sources: dict[str, bytes]
    limit_seconds: float


@contextmanager
def cluster(address: str, parcel: Parcel) -> Iterator[PlayAll]:
    """Give what plays trials there; the parcel is sent once.

    Raises ConfigError when the client is not installed, the scheduler cannot be reached or has no workers.
    """
    distributed = _client_library()
    with _connected(distributed, address) as client:
        # Bytes, so that nothing has to be opened on the way; the paths are of no use there.
        sealed = pickle.dumps((_release(), replace(parcel, history=replace(parcel.history, paths=()))))
        label = f"autotrader-sweep-{hashlib.sha256(sealed).hexdigest()[:16]}"
        yield partial(_play_all, client, submit=_submitter(client, sealed, label))


def _client_library() -> Any:
    try:
        return import_module("distributed")  # an option, and heavy
    except ImportError as error:
        raise ConfigError(
            f"--cluster needs Dask: run .venv/bin/pip install distributed=={RELEASE}, here and on the workers."
        ) from error


@contextmanager
def _connected(distributed: Any, address: str) -> Iterator[Any]:
    if not address.strip():
        raise ConfigError("--cluster is empty: give the address of a Dask scheduler, such as tcp://10.0.0.5:8786.")
    try:
        # A client that cannot connect leaves threads behind: knock first.
        socket.create_connection(distributed.comm.get_address_host_port(address), CONNECT_SECONDS).close()
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"There is no Dask scheduler at {address} ({error}): check --cluster.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise ConfigError(
                f"The Dask scheduler at {address} has no workers: start some with dask worker."
            ) from error
        yield client


def _submitter(client: Any, sealed: bytes, label: str) -> Callable[[Trial], Any]:
    """Return what hands a trial over.

    The scheduler opens the graph: there must be nothing in it but plain values and the standard library, or it would
    need AutoTrader too. So our function travels as bytes, to be opened by a worker.
    """
    parcel = client.submit(bytes, sealed, key=label)
    play = client.submit(pickle.loads, pickle.dumps(_play_there), key=f"{label}-play")

    def submit(trial: Trial) -> Any:
        told = (trial.number, dict(trial.params), trial.sessions)
        return client.submit(operator.call, play, parcel, label, told, pure=False)

    return submit


def _play_all(client: Any, trials: Sequence[Trial], watch: Watch, *, submit: Callable[[Trial], Any]) -> None:
    """Play until all is played or no more is wanted.

    A trial whose worker is lost is tried again elsewhere, as often as the scheduler's allowed-failures says. Who was on
    a worker with the one that kills it is lost as well: so once more, each alone; then it has failed.
    """
    for trial in _round(client, trials, watch, submit=submit):
        for _ in _round(client, [trial], watch, submit=submit):
            watch.take(Outcome(trial, error=LOST))


def _round(client: Any, trials: Sequence[Trial], watch: Watch, *, submit: Callable[[Trial], Any]) -> list[Trial]:
    """Play trials once and return those that were lost with their workers, in order."""
    if not watch.is_wanted():
        return []
    come: SimpleQueue[Any] = SimpleQueue()
    futures = {submit(trial): trial for trial in trials}
    for future in futures:
        future.add_done_callback(come.put)
    waiting, lost = set(futures), []
    try:
        while watch.is_wanted() and waiting:
            try:
                future = come.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            waiting.discard(future)
            outcome = _outcome(future, futures[future])
            if outcome is None:
                lost.append(futures[future])
            else:
                watch.take(outcome)
    finally:
        client.cancel(list(waiting))
    return sorted(lost, key=lambda trial: trial.number)


def _outcome(future: Any, trial: Trial) -> Outcome | None:
    """Return what has come; None when the workers were lost."""
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    error = future.exception() if future.status == "error" else None
    if error is None or type(error).__name__ == "KilledWorker":
        return None
    return Outcome(trial, error=f"the worker could not play it ({type(error).__name__}: {error})")


# The data functions belong to the process, and a worker may run several threads.
_one_at_a_time = threading.Lock()
_opened: "dict[str, _Opened]" = {}


class _Opened:
    """A parcel in a worker: its strategies in a folder of their own below the given one, and what plays its trials."""

    def __init__(self, parcel: Parcel, below: Path) -> None:
        self._folder = Path(mkdtemp(prefix="autotrader-sweep-", dir=below))
        self._places: dict[str, str] = {}
        for name, source in parcel.sources.items():
            # Named as at home, in a folder named for its content.
            place = Path(self._folder, hashlib.sha256(source).hexdigest()[:16], Path(name).stem + ".py")
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(source)
            self._places[name] = str(place)
        algorithms = tuple(replace(each, algorithm=self._places[each.algorithm]) for each in parcel.request.algorithms)
        request = replace(parcel.request, algorithms=algorithms)
        backtester = Backtester(self._folder, MarketCalendar(), limit_seconds=parcel.limit_seconds)
        self._play = player(backtester, request, parcel.history)

    def play(self, trial: Trial) -> Outcome:
        outcome = self._play(trial)
        error = outcome.error
        for name, place in self._places.items() if error is not None else ():
            error = str(error).replace(place, name)
        return replace(outcome, error=error)

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _play_there(sealed: bytes, label: str, told: tuple[int, Params, Stretch]) -> Outcome:
    """Play a trial in a worker, which opens each parcel once."""
    trial = Trial(*told)
    with _one_at_a_time:
        if label not in _opened:
            release, parcel = pickle.loads(sealed)  # noqa: S301 - whoever reaches a worker can run code there anyway
            if release != _release():
                return Outcome(trial, error=OTHER)
            for each in _opened.values():
                each.forget()
            _opened.clear()
            _opened[label] = _Opened(parcel, _workers_folder())
        return _opened[label].play(trial)


def _workers_folder() -> Path:
    """Return the worker's own folder: its nanny removes it, even when the worker is killed."""
    return Path(_client_library().get_worker().local_directory)


@cache
def _release() -> str:
    """Return what the program is made of: equal results need equal programs."""
    digest = hashlib.sha256()
    for package in ("database", "system_databse", "orchestra"):
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
