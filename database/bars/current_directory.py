"""The bars of the data directory in use, for a second terminal or a test of one algorithm.

In: the pointer file the running program leaves behind. Out: a read-only world, or none.
Thread: any.
"""

from functools import lru_cache
from pathlib import Path

from database.bar_store import BarStore
from database.bars.market_world import MarketWorld
from database.calendar_manager import MarketCalendar

ROOT = Path(__file__).resolve().parents[2]
# What the pointer file says of the demo in the house, where every folder has one of this name for the demo's files.
DEMO_FOLDER = "demo"
# Every such name; the account mode that came second, paper or live, has folders of its own too.
HOUSE_FOLDERS = frozenset({"", DEMO_FOLDER, "paper", "live"})


def current_world(root: Path = ROOT) -> MarketWorld | None:
    """Return the world of the directory in use, or None when nothing was ever stored there."""
    path = _market_path(root)
    return _open(path) if path.exists() else None


def house_stores(root: Path = ROOT) -> list[Path]:
    """Return where market.db of each account mode would lie, and that of the directory in use."""
    return [*(root / "database" / name / "market.db" for name in sorted(HOUSE_FOLDERS)), _market_path(root)]


def _market_path(root: Path) -> Path:
    """Return market.db of the directory the pointer names: empty for the default layout, `demo` for the demo's."""
    pointer = root / "system_databse" / ".data_dir"
    directory = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else ""
    if directory in HOUSE_FOLDERS:
        return root / "database" / directory / "market.db"
    return root / directory / "market.db"


@lru_cache(maxsize=2)
def _open(path: Path) -> MarketWorld:
    # Schemas bring sqlite_utils, which whoever never comes here does not need.
    from database.bars.market_schema import APPLICATION_ID, migrations  # noqa: PLC0415
    from database.schema_check import open_database  # noqa: PLC0415

    store = open_database(path, migrations, APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
    calendar = MarketCalendar()
    return MarketWorld(BarStore(store, calendar, is_only_writer=False), calendar)
