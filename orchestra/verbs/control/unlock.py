"""The verb `unlock`: every failed login is forgotten, so that the owner gets in at once (reliability.md 4.3).

In: arguments. Out: door.db. Thread: main.
"""

from collections.abc import Sequence

from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.control.place import control_parser, place_of
from system_databse.door import lockout_rows

HELP = "forget failed logins, so that the PIN can be tried again at once"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Reset the lockout, whether the program is running or not, and return 0; raises ConfigError or StorageError."""
    given = control_parser("unlock", f"Unlock: {HELP}. The PIN itself stays; --reset-pin changes it.").parse_args(
        arguments
    )
    place = place_of(given.data_dir)
    with place.door() as door, door.transaction() as connection:
        count = lockout_rows.count(connection)
        lockout_rows.clear_all(connection)
    place.note("unlock", f"{count} sources", SystemClock())
    screen.say(f"Unlocked: the failed logins of {count} sources are forgotten." if count else "Nobody was locked out.")
    return 0
