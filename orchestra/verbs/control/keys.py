"""The verb `keys`: which programs may read, a key for one more, and one revoked.

In: arguments. Out: door.db, which a running program reads at each request. Thread: main.
"""

import argparse
from collections.abc import Sequence
from datetime import datetime

from database.errors import ConfigError
from orchestra.api.auth.readers.reader_keys import LONGEST_NAME, MOST_DAYS, make_key
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.verbs.control.place import Place, control_parser, place_of
from system_databse.door import key_rows
from system_databse.door.key_rows import KeyRow

HELP = "show the keys with which other programs read, add one, or revoke one"
ACTS = ("list", "add", "revoke")
DAYS = 90


def run(arguments: Sequence[str], screen: Terminal, *, clock: Clock | None = None) -> int:
    """Show or change the keys and return 0; raises ConfigError or StorageError."""
    given = _parser().parse_args(arguments)
    place, clock = place_of(given.data_dir), clock or SystemClock()
    if given.act == "add":
        add(place, _name(given), given.days, screen=screen, clock=clock)
    elif given.act == "revoke":
        revoke(place, given.key or "", screen=screen, clock=clock)
    else:
        show(place, screen, clock.now())
    return 0


def show(place: Place, screen: Terminal, now: datetime) -> None:
    """Say every key that was not revoked, one a line."""
    with place.door() as door, door.reader() as connection:
        keys = key_rows.load(connection)
    for key in keys:
        screen.say(_line(key, now))
    if not keys:
        screen.say("No program has a key. Make one with: keys add NAME")


def add(place: Place, name: str, days: int, *, screen: Terminal, clock: Clock) -> None:
    """Make a key and say it, this once."""
    if not 1 <= days <= MOST_DAYS:
        raise ConfigError(f"--days {days} cannot be: give 1 to {MOST_DAYS}.")
    with place.door() as door:
        with door.reader() as connection:
            if name in {key.name for key in key_rows.load(connection)}:
                raise ConfigError(f"There is a key named {name} already: choose another name, or revoke that one.")
        row, key = make_key(door, clock.now(), name, days=days)
    place.note("keys add", row.id, clock)
    screen.say(key)
    screen.say(
        "This is the only time it is shown. The program sends it as the header x-api-key; it reads and never acts."
    )


def revoke(place: Place, key_id: str, *, screen: Terminal, clock: Clock) -> None:
    """Make a key worthless; a program that holds a socket with it is cut off within half a minute."""
    with place.door() as door, door.transaction() as connection:
        is_known = key_rows.revoke(connection, key_id, clock.now())
    if not is_known:
        raise ConfigError(f"There is no key {key_id or 'without an id'}: see the ids with 'keys list'.")
    place.note("keys revoke", key_id, clock)
    screen.say(f"Key {key_id} opens nothing any more.")


def _line(key: KeyRow, now: datetime) -> str:
    end = f"{'ran out' if now >= key.expires_at else 'valid until'} {key.expires_at:%Y-%m-%d}"
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    return f"{key.id}  {end}, {used}  {key.name}"


def _name(given: argparse.Namespace) -> str:
    name = (given.key or "").strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ConfigError(f"Name the program the key is for, in {LONGEST_NAME} characters at most: keys add NAME.")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = control_parser("keys", f"Keys: {HELP}. A key reads and never acts.")
    parser.add_argument("act", nargs="?", choices=ACTS, default="list", help="default: list")
    parser.add_argument("key", nargs="?", metavar="NAME or ID", help="add: what to call the key; revoke: its id")
    parser.add_argument("--days", type=int, default=DAYS, help=f"how long a new key is valid; default: {DAYS}")
    return parser
