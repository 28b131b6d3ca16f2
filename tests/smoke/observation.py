"""What was expected of the wire, what was seen, and the report of both."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How the two compare."""

    AS_EXPECTED = "as expected"
    DIFFERENT = "DIFFERENT"
    NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Observation:
    """One assumption about the wire. is_vital: trading rests on it."""

    name: str
    expected: str
    seen: str
    verdict: Verdict
    is_vital: bool = False


def observed(name: str, expected: str, seen: object, *, is_right: bool, is_vital: bool = False) -> Observation:
    """Return what was seen of an assumption."""
    verdict = Verdict.AS_EXPECTED if is_right else Verdict.DIFFERENT
    return Observation(name, expected, str(seen)[:600], verdict, is_vital)


def not_seen(name: str, expected: str, why: str) -> Observation:
    """Return that an assumption could not be tried."""
    return Observation(name, expected, why, Verdict.NOT_SEEN)


def as_json(account: str, observations: Sequence[Observation], frames: Sequence[object]) -> str:
    """Return the report with every frame of the order stream, for a program."""
    rows = [asdict(observation) for observation in observations]
    return json.dumps({"account": account, "observations": rows, "frames": list(frames)}, indent=2) + "\n"


def as_markdown(account: str, observations: Iterable[Observation]) -> str:
    """Return the report for a person."""
    lines = [
        f"# What the wire of account {account} does",
        "",
        "| assumption | expected | seen | |",
        "|---|---|---|---|",
    ]
    for each in observations:
        mark = f"**{each.verdict}**" if each.verdict is Verdict.DIFFERENT else str(each.verdict)
        cells = (each.name + (" (vital)" if each.is_vital else ""), each.expected, each.seen, mark)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
