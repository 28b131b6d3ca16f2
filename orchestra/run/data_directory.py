"""Where a run keeps its files.

`--data-dir DIR` holds exactly market.db system.db door.db exchange.db backups/ logs/ lock; without it the files lie
in the folders of the house, those of DEMO below `demo/` in each, and of PAPER and LIVE the one that came second below
its own name. Backups and what was set aside lie beside system.db,
made when there is something to put there.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from database.bars.current_directory import DEMO_FOLDER, HOUSE_FOLDERS
from database.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The paths of one run."""

    market: Path
    system: Path
    door: Path
    exchange: Path
    logs: Path
    lock: Path

    @property
    def backups(self) -> Path:
        """Return the folder of the backups, beside what they are copies of."""
        return self.system.with_name("backups")

    @property
    def backtests(self) -> Path:
        """Return the shelf of kept backtests: those of made-up prices never lie beside those of real ones."""
        return self.system.with_name("backtests")

    @property
    def folders(self) -> set[Path]:
        """Return every folder that must exist."""
        return {self.market.parent, self.system.parent, self.exchange.parent, self.logs, self.lock.parent}

    def create(self) -> None:
        """Make the folders; raises ConfigError when they cannot be written."""
        for folder in sorted(self.folders):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigError(
                    f"The folder {folder} cannot be made ({error.strerror}): choose another --data-dir."
                ) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise ConfigError(
                    f"The folder {folder} cannot be written: give its owner the right, or choose another."
                )


def in_folder(folder: Path) -> DataDirectory:
    """Return the layout of `--data-dir`."""
    return DataDirectory(
        market=folder / "market.db",
        system=folder / "system.db",
        door=folder / "door.db",
        exchange=folder / "exchange.db",
        logs=folder / "logs",
        lock=folder / "lock",
    )


def in_house(root: Path, *, is_demo: bool) -> DataDirectory:
    """Return the default layout below the project's own folders."""
    return below_house(root, DEMO_FOLDER if is_demo else "")


def below_house(root: Path, folder: str) -> DataDirectory:
    """Return the layout in folders of that name below the house's own; empty for these themselves."""
    below = folder or "."
    system = root / "system_databse" / below
    return DataDirectory(
        market=root / "database" / below / "market.db",
        system=system / "system.db",
        door=system / "door.db",
        exchange=system / "exchange.db",
        logs=root / "logs" / below,
        lock=system / "lock",
    )


def in_use(root: Path) -> DataDirectory:
    """Return the layout that the pointer file names: that of the run started last, replays and tests left out."""
    pointer = root / "system_databse" / ".data_dir"
    named = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else ""
    if named in HOUSE_FOLDERS:
        return below_house(root, named)
    return in_folder(Path(named))
