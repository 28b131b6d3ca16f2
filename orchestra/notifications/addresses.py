"""Addresses of services hold tokens: what of one may be shown, and what is taken out of a sentence.

In: an address. Out: texts without its secrets. Thread: any.
"""

import hashlib
import re

LONGEST_ADDRESS = 1000
SHOWN_END = 3
# A shorter part of an address stands in ordinary sentences by chance.
SHORTEST_SECRET = 4
HIDDEN = "…"
SERVICE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def service_of(address: str) -> str:
    """Return the service an address names, as `ntfys` of `ntfys://topic`."""
    return address.partition("://")[0].lower()


def masked(address: str) -> str:
    """Return the service and the last characters, enough for its owner to tell it from another one."""
    service, _, rest = address.partition("://")
    path = rest.partition("?")[0].rstrip("/")
    end = path[-SHOWN_END:] if len(path) >= 4 * SHOWN_END else ""
    return f"{service.lower()}://{HIDDEN}{end}"


def key_of(address: str) -> str:
    """Return a short name by which a screen asks for an address without knowing it."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def split_addresses(text: str) -> tuple[str, ...]:
    """Return the addresses of a setting, separated by spaces or by commas before the next `service://`."""
    parts = re.split(r"\s+|,\s*(?=[A-Za-z][A-Za-z0-9+.-]*://)", text.strip())
    return tuple(dict.fromkeys(part.strip(",") for part in parts if part.strip(",")))


def is_address(text: str) -> bool:
    """Say whether the text has the shape of an address."""
    service, mark, rest = text.partition("://")
    is_shaped = bool(SERVICE.fullmatch(service) and mark and rest) and len(text) <= LONGEST_ADDRESS
    return is_shaped and text.isprintable() and " " not in text


def without_secrets(sentence: str, address: str) -> str:
    """Return the sentence with every part of the address taken out but the name of the service."""
    parts = [part for part in re.split(r"[:/@?&=,#]+", address.partition("://")[2]) if len(part) >= SHORTEST_SECRET]
    for part in sorted({address, *parts}, key=len, reverse=True):
        sentence = sentence.replace(part, HIDDEN)
    return sentence
