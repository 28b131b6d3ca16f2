"""What `halt` and `stop-entries` have in common: a halt on disk, which a running program notices within a second.

In: a kind of halt, a reason. Out: door.db, one sentence. Thread: main.
"""

from collections.abc import Sequence

from orchestra.api.stored_halt import store_halt
from orchestra.messages.halt import Halt, HaltKind
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.plain_text import plain_line
from orchestra.verbs.control.place import BY, Place, control_parser, now_of, place_of

LONGEST_REASON = 200
TOLD = {
    HaltKind.STOP_ALL: "All stopped: nothing is bought any more, and working buys are canceled. Nothing is sold.",
    HaltKind.STOP_ENTRIES: "Buying is stopped: nothing is bought any more. Orders that work already stay.",
}
RUNNING = "The running program acts on it within a second; 'resume' lets it buy again."
NOT_RUNNING = "AutoTrader is not running; its next start stays halted until 'resume'."


def run_stop(name: str, words: str, kind: HaltKind, *, arguments: Sequence[str], screen: Terminal) -> int:
    """Run the verb of that name: read its arguments, stop, return 0; raises ConfigError or StorageError."""
    parser = control_parser(name, words)
    parser.add_argument("--reason", default="", help="shown beside the halt")
    given = parser.parse_args(arguments)
    stop(place_of(given.data_dir), kind, given.reason, screen=screen, clock=SystemClock())
    return 0


def stop(place: Place, kind: HaltKind, reason: str, *, screen: Terminal, clock: Clock) -> None:
    """Store the halt, unless one that stops as much stands already, and say how things are."""
    wanted = Halt(now_of(clock), BY, plain_line(reason, longest=LONGEST_REASON), kind)
    with place.door() as door:
        stands = store_halt(door, wanted)
    place.note(f"{kind}", "done" if stands == wanted else "stood already", clock)
    if stands != wanted:
        screen.say(f"It was halted already, since {stands.at} by {stands.by}.")
    screen.say(TOLD[stands.kind])
    screen.say(RUNNING if place.is_running else NOT_RUNNING)
