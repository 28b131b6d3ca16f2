"""The shelf: results that are kept, one folder each, to be looked at and compared later.

In: results, decision rows. Out: listings, results. Thread: any; a folder gets its name when it is whole.
"""

import gzip
import json
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from database.errors import ConfigError, StorageError
from database.timestamps import iso_milliseconds
from orchestra.backtest.result import BacktestResult

ID = re.compile(r"[0-9]{8}-[0-9]{1,6}")
RESULT, HEAD, DECISIONS = "result.json.gz", "head.json", "decisions.db"
# Whose run it is; gone with the run on the shelf.
OWNER = "owner"
MOST_KEPT = 200
FIGURES = ("total_return", "sharpe_ratio", "max_drawdown", "total_trades", "profit_loss")


@dataclass(frozen=True, slots=True)
class Listing:
    """One kept result in short. head: figures for a list; damaged: why it cannot be read, None when it can."""

    id: str
    head: Mapping[str, Any]
    damaged: str | None = None


class Shelf:
    """Keep results in a folder. most: how many; the oldest go first."""

    def __init__(self, folder: Path, *, most: int = MOST_KEPT) -> None:
        self.folder = folder
        self._most = most

    def begin(self, now: datetime) -> Path:
        """Return a new folder for a run, hidden until it is put on the shelf; its name becomes the id.

        Raises StorageError when nothing can be written there.
        """
        day = now.strftime("%Y%m%d")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            number = max(
                [int(id_.partition("-")[2]) for id_ in self._ids(hidden=True) if id_.startswith(day)], default=0
            )
            while True:
                number += 1
                try:
                    (self.folder / f".{day}-{number}").mkdir()
                except FileExistsError:
                    continue
                begun = self.folder / f".{day}-{number}"
                (begun / OWNER).write_text(str(os.getpid()), encoding="ascii")
                return begun
        except OSError as error:
            raise StorageError(
                f"{self.folder} cannot be written ({error.strerror}): name another --results."
            ) from error

    def keep(self, begun: Path, result: BacktestResult, *, now: datetime) -> str:
        """Put a begun run on the shelf and return its id; raises StorageError when it stays where it is."""
        id_ = begun.name.removeprefix(".")
        try:
            text = json.dumps(result.to_values(), allow_nan=False)
            (begun / RESULT).write_bytes(gzip.compress(text.encode()))
            (begun / HEAD).write_text(json.dumps(_head(result, now)), encoding="utf-8")
            (begun / OWNER).unlink(missing_ok=True)
            begun.rename(self.folder / id_)
        except OSError as error:
            raise StorageError(
                f"The result could not be kept in {self.folder} ({error.strerror}): free some space."
            ) from error
        for old in self._ids()[self._most :]:
            shutil.rmtree(self.folder / old, ignore_errors=True)
        return id_

    def drop(self, begun: Path) -> None:
        """Throw a begun run away."""
        shutil.rmtree(begun, ignore_errors=True)

    def listings(self) -> list[Listing]:
        """Return what is kept, newest first."""
        return [self._listing(id_) for id_ in self._ids()]

    def result(self, id_: str) -> BacktestResult:
        """Return a kept result; raises ConfigError when there is none of that id, or it is damaged."""
        path = self._at(id_) / RESULT
        try:
            return BacktestResult.from_values(json.loads(gzip.decompress(path.read_bytes())))
        except (OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
            raise ConfigError(f"The result {id_} is damaged: forget it and run the backtest again.") from error

    def decisions(self, id_: str) -> Path:
        """Return the database with the decisions of a kept run."""
        return self._at(id_) / DECISIONS

    def forget(self, id_: str) -> None:
        """Remove a kept result; raises ConfigError when there is none."""
        shutil.rmtree(self._at(id_), ignore_errors=True)

    def _at(self, id_: str) -> Path:
        if not ID.fullmatch(id_) or not (self.folder / id_).is_dir():
            raise ConfigError(f"There is no kept result {id_[:40]!r}: `report` lists them.")
        return self.folder / id_

    def _ids(self, *, hidden: bool = False) -> list[str]:
        """Return the ids, newest first; hidden: those of runs under way too."""
        if not self.folder.is_dir():
            return []
        names = [path.name.removeprefix(".") if hidden else path.name for path in self.folder.iterdir()]
        return sorted((name for name in names if ID.fullmatch(name)), key=_age, reverse=True)

    def _listing(self, id_: str) -> Listing:
        try:
            head = json.loads((self.folder / id_ / HEAD).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            head = None
        return Listing(id_, head) if _is_head(head) else Listing(id_, {}, damaged="its files are damaged")

    def _sweep(self) -> None:
        """Remove what a command left that was killed; a job of the queue has no owner but the queue."""
        for path in self.folder.iterdir():
            if path.name.startswith(".") and ID.fullmatch(path.name[1:]) and _is_left(path / OWNER):
                self.drop(path)


def _age(id_: str) -> tuple[str, int]:
    day, _, number = id_.partition("-")
    return day, int(number)


def _head(result: BacktestResult, now: datetime) -> dict[str, Any]:
    whole = result.metrics["all"]
    return {
        "created_at": iso_milliseconds(now.astimezone(UTC)),
        "algorithms": [f"{each['name']} on {each['ticker']}" for each in result.algorithms],
        "from": result.days[0] if result.days else None,
        "to": result.days[-1] if result.days else None,
        "is_whole": result.is_whole,
        **{name: whole[name] for name in FIGURES},
    }


def _is_head(head: Any) -> bool:
    """Say whether a list can be made of it."""
    if not isinstance(head, dict) or not isinstance(head.get("algorithms"), list):
        return False
    texts = [*head["algorithms"], head.get("created_at", 0)]
    figures = [head.get(name, "") for name in FIGURES]
    days = [head.get("from", 0), head.get("to", 0)]
    return (
        all(isinstance(each, str) for each in texts)
        and all(each is None or isinstance(each, str) for each in days)
        and all(each is None or isinstance(each, int | float) for each in figures)
    )


def _is_left(owner: Path) -> bool:
    """Say whether the process that owned a run is gone."""
    try:
        os.kill(int(owner.read_text(encoding="ascii")), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except (OSError, ValueError):
        return False
    return False
