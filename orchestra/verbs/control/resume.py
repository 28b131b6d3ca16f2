"""The verb `resume`: trading goes on after a halt.

In: arguments. Out: door.db without a halt. Thread: main.
Whoever may write the files needs no PIN: he could write them without us.
"""

from collections.abc import Sequence

from orchestra.api.stored_halt import KEY, stored_halt
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.verbs.control.place import Place, control_parser, place_of
from system_databse.door import wish_rows

HELP = "allow buying again after a halt, whoever halted"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """End the halt, whether the program is running or not, and return 0; raises ConfigError or StorageError."""
    given = control_parser("resume", f"Resume: {HELP}.").parse_args(arguments)
    resume(place_of(given.data_dir), screen, SystemClock())
    return 0


def resume(place: Place, screen: Terminal, clock: Clock) -> None:
    """Take the halt back, and a sale of everything that nobody has begun with."""
    with place.door() as door:
        halt = stored_halt(door)
        with door.transaction() as connection:
            connection.execute("DELETE FROM control WHERE key = ?", (KEY,))
            wish_rows.forget(connection, wish_rows.FLATTEN)
    place.note("resume", "done" if halt else "nothing was halted", clock)
    if halt is None:
        screen.say("Nothing was halted.")
        return
    since = f" since {halt.at}" if halt.at else ""
    reason = f" ({halt.reason})" if halt.reason else ""
    screen.say(f"Resumed: it was halted{since} by {halt.by}{reason}.")
    screen.say("Limits stay in force, and a daily loss stops buying until the next session all the same.")
