"""What a reader may send along: each argument checks what was sent and says in the document what may be.

In: a text of the address. Out: a value, or Refused with a sentence that says what to send. Thread: the request's.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from orchestra.api.answers import Refused
from orchestra.api.describing.schemas import Schema


class Argument(Protocol):
    """One argument, of the path or behind the question mark."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def meaning(self) -> str:
        """Return what it does, in a sentence."""

    @property
    def is_in_path(self) -> bool:
        """Say whether it is a part of the path, which is always there."""

    def read(self, given: str | None) -> object:
        """Return its value; given: what was sent, None for nothing. Raises Refused."""

    def schema(self) -> Schema:
        """Return what may be sent."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text. pattern: all of it must match, None for any; example: for the sentence of a refusal."""

    name: str
    meaning: str
    pattern: str | None = None
    example: str = ""
    is_in_path: bool = False

    def read(self, given: str | None) -> str | None:
        """Return the text, None without one."""
        if given is None or self.pattern is None or re.fullmatch(self.pattern, given):
            return given
        raise Refused(400, f"'{self.name}' must be {self.example}.")

    def schema(self) -> Schema:
        """Return the pattern."""
        return {"type": "string", **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {"minLength": 1})}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words. is_state: small letters will do for capitals, and the other way round."""

    name: str
    meaning: str
    words: Collection[str]
    default: str | None = None
    is_state: bool = False
    is_in_path: bool = False

    def read(self, given: str | None) -> str | None:
        """Return the word as it is listed."""
        if given is None:
            return self.default
        found = next((word for word in self.words if given in self._spellings(word)), None)
        if found is None:
            raise Refused(400, f"'{self.name}' must be one of {', '.join(self.words)}.")
        return found

    def schema(self) -> Schema:
        """Return every spelling."""
        spellings = [each for word in self.words for each in self._spellings(word)]
        return {"type": "string", "enum": spellings, **({"default": self.default} if self.default else {})}

    def _spellings(self, word: str) -> tuple[str, ...]:
        other = word.lower() if word.isupper() else word.upper()
        return (word, other) if self.is_state else (word,)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    name: str
    meaning: str
    least: int
    most: int
    default: int | None = None
    is_in_path: bool = False

    def read(self, given: str | None) -> int | None:
        """Return the number."""
        if given is None:
            return self.default
        is_number = given.isascii() and given.isdigit() and len(given) <= len(str(self.most))
        if is_number and self.least <= int(given) <= self.most:
            return int(given)
        raise Refused(400, f"'{self.name}' must be a whole number from {self.least} to {self.most}.")

    def schema(self) -> Schema:
        """Return the bounds."""
        bounds: Schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return {**bounds, **({"default": self.default} if self.default is not None else {})}
