"""What a check finds: one broken invariant, told in a sentence, with the rows that prove it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Invariant(StrEnum):
    """What must hold after every session."""

    NO_ORPHAN = "V1"
    NONE_LOST = "V2"
    FILLED_ALIKE = "V3"
    LEDGER = "V4"
    MINUTES = "V5"
    PERMISSION = "V6"
    SOUND_FILES = "V7"
    NO_SECRETS = "V8"

    @property
    def meaning(self) -> str:
        """Return the invariant in a few words."""
        return MEANINGS[self]


MEANINGS = {
    Invariant.NO_ORPHAN: "every order at the exchange has one intent, every decision one order",
    Invariant.NONE_LOST: "every intent is at the exchange, refused, or surely unsent",
    Invariant.FILLED_ALIKE: "what is filled is what the exchange says, and never falls",
    Invariant.LEDGER: "positions follow from the fills, and make up the account",
    Invariant.MINUTES: "every minute is decided once, after its reconciliation",
    Invariant.PERMISSION: "nothing was opened while it was forbidden, nothing sold that was not there",
    Invariant.SOUND_FILES: "the databases are whole and of a known version",
    Invariant.NO_SECRETS: "no secret stands in logs or databases",
}


class Severity(StrEnum):
    """How bad: critical touches money or secrets, warning is a record that is not as it should be."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant. evidence: the rows that show it, as text."""

    invariant: Invariant
    severity: Severity
    sentence: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What could not be checked, and why."""

    invariant: Invariant
    reason: str


Findings = Iterator[Finding | Unchecked]


def critical(invariant: Invariant, sentence: str, *evidence: object) -> Finding:
    """Return a finding that touches money or secrets."""
    return Finding(invariant, Severity.CRITICAL, sentence, tuple(str(row) for row in evidence))


def warning(invariant: Invariant, sentence: str, *evidence: object) -> Finding:
    """Return a finding about a record that is not as it should be."""
    return Finding(invariant, Severity.WARNING, sentence, tuple(str(row) for row in evidence))
