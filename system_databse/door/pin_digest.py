"""The PIN as it is stored: scrypt over an HMAC with a pepper that lives in another file.

A PIN of six digits is a weak secret: whoever has its digest and the pepper finds it within a day. So the digest
lies in system.db, the pepper in door.db, and only both together are worth stealing.
"""

import base64
import hashlib
import hmac
import secrets

# 32 MiB and about 0.1 s: Werkzeug's own default; N = 2**15 doubles with each step of the exponent.
COST_EXPONENT, BLOCK, LANES = 15, 8, 1
MEMORY_BYTES = 64 * 1024 * 1024
PEPPER = "pepper"
PEPPER_BYTES = 32
SALT_BYTES = 16
SCHEME = "scrypt"
SETTING = "pin_hash"


def make_digest(pin: str, pepper: bytes, *, salt: bytes | None = None) -> str:
    """Return the text to store: scheme, cost, the pepper's mark, salt and digest."""
    salt = salt or secrets.token_bytes(SALT_BYTES)
    cost = f"{COST_EXPONENT},{BLOCK},{LANES}"
    return "$".join((SCHEME, cost, pepper_mark(pepper), _text(salt), _text(_scrypt(pin, pepper, salt))))


def is_match(pin: str, pepper: bytes, digest: str) -> bool:
    """Say whether this PIN made the digest; takes the same time for a digest that is no digest at all."""
    salt, expected = _parts(digest)
    return hmac.compare_digest(_scrypt(pin, pepper, salt), expected)


def is_peppered_with(pepper: bytes, digest: str) -> bool:
    """Say whether the digest was made with this pepper; another one means that door.db is not the one of its time."""
    fields = digest.split("$")
    return len(fields) == 5 and hmac.compare_digest(fields[2], pepper_mark(pepper))


def pepper_mark(pepper: bytes) -> str:
    """Return a short name of the pepper that gives nothing of it away."""
    return hashlib.sha256(b"mark:" + pepper).hexdigest()[:12]


def _parts(digest: str) -> tuple[bytes, bytes]:
    fields = digest.split("$")
    try:
        return base64.b64decode(fields[3], validate=True), base64.b64decode(fields[4], validate=True)
    except (IndexError, ValueError):
        return bytes(SALT_BYTES), b""


def _scrypt(pin: str, pepper: bytes, salt: bytes) -> bytes:
    keyed = hmac.digest(pepper, pin.encode(), "sha256")
    return hashlib.scrypt(keyed, salt=salt, n=1 << COST_EXPONENT, r=BLOCK, p=LANES, maxmem=MEMORY_BYTES)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
