"""F5: bytes of a database flip while nobody looks: noticed at the start, never begun empty."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from database.errors import StorageError
from orchestra.runtime.directory_lock import UNDER_WAY
from orchestra.verification.session_files import files_in
from orchestra.verification.verify import verify_session
from tests.faults.orders.account_simulation import template_in
from tests.faults.store.nth import ShortRun
from tests.faults.tally import Plan, Tally
from tests.orchestra.run.keeping.kept_house import ACCOUNT, AT, KeptHouse

NAMES = ("system.db", "exchange.db", "door.db", "market.db")
MOST_BYTES = 64
WITHOUT_BACKUP = 0.25

Contents = dict[str, list[Any]]


def corrupt(plan: Plan) -> Tally:
    """Flip 1 to 64 bytes of one database: it is restored, refused or no row is different; never empty (F5)."""
    tally = Tally("F5 flipped bytes", "corrupt")
    sound = _sound_house(plan)
    for seed in range(plan.seed, plan.seed + plan.runs):
        where = plan.folder / "flipped"
        shutil.copytree(sound.directory.system.parent, where)
        tally.add(seed, _one_file(KeptHouse(where), Random(seed), tally))
        shutil.rmtree(where)
    return tally


def _sound_house(plan: Plan) -> KeptHouse:
    """Return a directory that was traded in, with a backup of it."""
    house = KeptHouse(plan.folder / "sound")
    house.fill()
    traded = ShortRun(plan.seed, template_in(plan.folder), plan.folder / "traded.db")
    traded.run()
    shutil.copy(traded.file, house.directory.system)
    with closing(sqlite3.connect(house.directory.system)) as books, books:
        books.execute("INSERT INTO settings VALUES ('account_number', ?, ?)", (ACCOUNT, AT))
    for name in NAMES:
        house.as_one_file(name)
    house.back_up()
    return house


def _one_file(house: KeptHouse, chance: Random, tally: Tally) -> list[str]:
    name = chance.choice(NAMES)
    file = house.directory.system.with_name(name)
    before = _contents(file)
    found_before = _told_by_verify(file.parent)
    count = _flip(file, chance)
    house.directory.lock.write_bytes(UNDER_WAY)
    if chance.random() < WITHOUT_BACKUP:
        shutil.rmtree(house.directory.backups)
    try:
        told = house.start()
    except StorageError as error:
        tally.note("refused")
        return [] if name in str(error) else [f"V7 the refusal does not name {name}: {error}"]
    after = _contents(file)
    if told:
        tally.note("restored")
        return _restored(house, name, after == before)
    if after == before:
        tally.note("without effect")
        return []
    if _told_by_verify(file.parent) != found_before:
        tally.note("seen by verify")
        return []
    if not _is_as_full(before, after):
        return [f"V7 {count} bytes of {name}: begun with rows missing"]
    # SQLite keeps no checksums: a digit inside a row is seen only by who knows better, such as the broker.
    tally.note("a value changed, unseen")
    return []


def _restored(house: KeptHouse, name: str, is_as_before: bool) -> list[str]:
    if name == "market.db":
        return []
    if not is_as_before:
        return [f"V7 {name} was restored to other rows than those of its backup"]
    return [] if house.halt() is not None else [f"V7 {name} was restored and nothing halts"]


def _flip(file: Path, chance: Random) -> int:
    content = bytearray(file.read_bytes())
    count = chance.randint(1, MOST_BYTES)
    # Half of the time side by side, as a bad block is; else spread over the file.
    start = chance.randrange(len(content)) if chance.random() < 0.5 else None
    for number in range(count):
        place = chance.randrange(len(content)) if start is None else min(start + number, len(content) - 1)
        content[place] ^= chance.randint(1, 255)
    file.write_bytes(content)
    return count


def _contents(file: Path) -> Contents:
    """Return every row of every table; what cannot be read counts as missing."""
    found: Contents = {}
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        names = [name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            # The halt and the time of the check are written by the start itself.
            found[name] = sorted(map(repr, rows)) if name not in ("control", "audit", "settings") else []
    return found


def _is_as_full(before: Contents, after: Contents) -> bool:
    return all(len(after.get(name, [])) >= len(rows) for name, rows in before.items())


def _told_by_verify(folder: Path) -> frozenset[str]:
    report = verify_session(files_in(folder))
    return frozenset(str(finding) for finding in report.findings)
