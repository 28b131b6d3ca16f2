"""The halt: nothing is bought until the owner says so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Halt:
    """Since when nothing is bought, ISO-Z, and who said so."""

    at: str
    by: str
