"""The verb `doctor`: a line for everything that has to be right on a machine that trades, and what to do about it.

In: the machine, a data directory that may be in use, with --online the broker. Out: lines. Thread: main.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from orchestra.examination.doctor import Doctor
from orchestra.messages.diagnosis import Diagnosis, State
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.keeping.which_directory import add_directory, directory_of
from orchestra.verbs.person.arguments import ROOT, parser_for, writable

HELP = "look at everything that has to be right on a machine that trades"
SOMETHING_IS_BAD = 1


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Print a line for each thing looked at and return 0, or 1 when something is bad; raises ConfigError."""
    parser = parser_for(
        "doctor", f"Doctor: {HELP}. Changes nothing. Ends with {SOMETHING_IS_BAD} when something is bad."
    )
    add_directory(parser)
    parser.add_argument(
        "--online", action="store_true", help="ask the broker too: are the keys taken, is the time right"
    )
    parser.add_argument("--json", metavar="OUT.json", help="write the same there")
    given = parser.parse_args(arguments)
    out = writable(given.json)
    doctor = Doctor(ROOT, directory_of(given), SystemClock(), is_online=given.online)
    found = list(doctor.examine())
    width = max(len(diagnosis.what) for diagnosis in found)
    screen.say("\n".join([*(diagnosis.to_text(width) for diagnosis in found), "", _verdict(found)]))
    if out is not None:
        out.write_text(json.dumps([asdict(diagnosis) for diagnosis in found], indent=2) + "\n", encoding="utf-8")
    return SOMETHING_IS_BAD if any(diagnosis.state is State.BAD for diagnosis in found) else 0


def _verdict(found: list[Diagnosis]) -> str:
    states = [diagnosis.state for diagnosis in found]
    if State.BAD in states:
        return f"{states.count(State.BAD)} of {len(found)} are bad."
    if State.WARN in states:
        return f"Nothing is bad; {states.count(State.WARN)} of {len(found)} deserve a look."
    return f"All {len(found)} are well."
