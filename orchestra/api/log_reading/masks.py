"""Masks over a log: what must not leave this machine is blotted out, whoever wrote it there.

In: a line. Out: the same without secrets. Thread: any.
Nothing of ours logs a secret, and `verify` looks for them; but algorithms are strangers' code and log what they like.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# Shorter texts stand everywhere by chance.
SHORTEST_SECRET = 8
MASK = "[hidden]"
# `APCA-API-SECRET-KEY: x`, `password=x`, `"token": "x"`, `Bearer x`, and the login of an address.
NAMED = re.compile(
    r"(?i)((?:secret|password|passwd|token|api[-_]?key)[\w-]*[\"']?\s*[:=]\s*[\"']?|bearer\s+)([^\s\"',;]+)"
)
LOGIN = re.compile(r"(?<=//)[^/\s@]+:[^/\s@]+(?=@)")
# A key of another program, whatever it is called there; its id tells the owner which.
READER_KEY = re.compile(r"(at_[0-9A-Za-z]{8}_)[0-9A-Za-z]{43}")


class Masks:
    """Blot out these texts, also as part of an address, and whatever is called a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for each in secrets if len(each) >= SHORTEST_SECRET for form in _forms(each)}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def over(self, text: str) -> str:
        """Return the text without them."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return LOGIN.sub(MASK, NAMED.sub(rf"\1{MASK}", READER_KEY.sub(rf"\1{MASK}", text)))


def _forms(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), quote_plus(secret)
