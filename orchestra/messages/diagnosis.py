"""One thing that was looked at: well, doubtful or bad, in a sentence, with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something is. Bad: the program cannot trade like this."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, how it is, and what to do about it."""

    what: str
    state: State
    sentence: str
    advice: str = ""

    def to_text(self, width: int) -> str:
        """Return the diagnosis as one line; width: of the longest `what`."""
        told = f"{self.sentence}: {self.advice}" if self.advice else self.sentence
        return f"{self.state:<4}  {self.what:<{width}}  {told}."


Diagnoses = Iterator[Diagnosis]


def well(what: str, sentence: str) -> Diagnosis:
    """Return that something is as it should be."""
    return Diagnosis(what, State.OK, sentence)


def doubtful(what: str, sentence: str, advice: str) -> Diagnosis:
    """Return that something should be looked after."""
    return Diagnosis(what, State.WARN, sentence, advice)


def bad(what: str, sentence: str, advice: str) -> Diagnosis:
    """Return that something stops the program, or endangers what it keeps."""
    return Diagnosis(what, State.BAD, sentence, advice)
