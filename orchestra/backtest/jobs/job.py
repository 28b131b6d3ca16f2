"""One backtest as a job: where it stands, how far it is, and the files of its folder.

In: a folder that the queue and the job's process share. Out: a Job to be shown. Thread: any.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from database.errors import ConfigError
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest

REQUEST, STATE, PROGRESS = "request.json", "state.json", "progress.json"
FAILURE, OUTPUT = "failure.txt", "output.txt"
KILLED = "The process that played it was killed: is there enough memory?"
BROKEN = "It broke off through a fault. What was printed last is in"


class JobState(StrEnum):
    """Where a job stands. A job that is DONE lies on the shelf under its id."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Job:
    """One job as a screen shows it.

    position: in the queue, 1 is next. progress: None until the first session is played; seconds_left: a guess from the
    pace so far. failure: in plain words.
    """

    id: str
    state: JobState
    position: int = 0
    progress: Progress | None = None
    seconds_left: float | None = None
    failure: str | None = None


def read_request(folder: Path) -> BacktestRequest:
    """Return what a job was asked; raises ConfigError when its folder is damaged."""
    try:
        return BacktestRequest.from_values(read_values(folder / REQUEST))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError("What this backtest was asked is damaged: ask for it anew.") from error


def put_request(folder: Path, request: BacktestRequest) -> None:
    """Write down what is asked."""
    write_whole(folder / REQUEST, json.dumps(request.to_values()))


def put_progress(folder: Path, progress: Progress, *, seconds: float) -> None:
    """Write down how far it is; seconds: how long that has taken."""
    values = {"done": progress.done, "total": progress.total, "at": progress.at, "seconds": seconds}
    write_whole(folder / PROGRESS, json.dumps(values))


def read_progress(folder: Path) -> tuple[Progress | None, float | None]:
    """Return how far it is and how many seconds it may still take; None for what is not known yet."""
    values = read_values(folder / PROGRESS)
    try:
        progress = Progress(int(values["done"]), int(values["total"]), str(values["at"]))
        seconds = float(values["seconds"])
    except (KeyError, TypeError, ValueError):
        return None, None
    left = progress.total - progress.done
    return progress, round(seconds / progress.done * left, 1) if progress.done > 0 else None


def put_state(folder: Path, state: JobState, failure: str | None) -> None:
    """Write down where it stands."""
    write_whole(folder / STATE, json.dumps({"state": state, "failure": failure}))


def read_state(folder: Path) -> tuple[JobState, str | None]:
    """Return where it stands; a job whose files are damaged has failed."""
    values = read_values(folder / STATE)
    try:
        state, failure = JobState(values.get("state", "")), values.get("failure")
    except ValueError:
        return JobState.FAILED, "Its files are damaged: ask for it anew."
    return state, None if failure is None else str(failure)


def failure_of(folder: Path, exit_code: int) -> str:
    """Return why a process has ended without a result, in plain words."""
    try:
        told = (folder / FAILURE).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        told = ""
    return told or (KILLED if exit_code < 0 else f"{BROKEN} {folder / OUTPUT}.")


def write_whole(path: Path, text: str) -> None:
    """Write a file that others read meanwhile: they see the old one or the new one."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def read_values(path: Path) -> Mapping[str, Any]:
    """Return the values of a file, none when it is not there or damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
