"""The text of a key, `at_<8 id>_<43 secret>`: drawn at random, known again by its digest (reliability.md 4.6).

43 characters of 62 are 256 bits: nobody guesses that, so a plain SHA-256 keeps the secret, and no slow one is needed.
"""

import hashlib
import re
import secrets
import string

ALPHABET = string.digits + string.ascii_letters
ID_LENGTH, SECRET_LENGTH = 8, 43
SHAPE = re.compile(rf"at_([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}}")


def new_key() -> str:
    """Return a key that nobody has."""
    return f"at_{_drawn(ID_LENGTH)}_{_drawn(SECRET_LENGTH)}"


def id_of(key: str) -> str | None:
    """Return the part of a key that is no secret, None for what is no key of ours."""
    shape = SHAPE.fullmatch(key)
    return shape[1] if shape else None


def digest_of(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
