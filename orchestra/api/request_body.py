"""The body of a request: JSON of the right kind, size and shape, or one sentence that says what to send.

In: the request of this thread. Out: checked values. Raises Refused, and changes nothing.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request

from database.timestamps import parse_iso
from orchestra.api.answers import Refused

DEEPEST = 8
MOST_ENTRIES = 200
LONGEST_TEXT = 200
LONGEST_NUMBER = 30
LARGEST_MONEY = Decimal(1_000_000_000)
LAST_SECOND = 4_102_444_799  # 2099-12-31T23:59:59Z
COMMAND_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
ALGORITHM_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def read_body(*fields: str) -> dict[str, Any]:
    """Return the JSON object of the request; numbers with a point are Decimal.

    fields: the names it may hold; another one is more likely a slip than a wish. A DELETE may come without a body.
    """
    if request.mimetype != "application/json":
        raise Refused(415, "Send JSON with the header 'Content-Type: application/json'.")
    raw = request.get_data(cache=False)
    if not raw and request.method == "DELETE":
        return {}
    body = _parse(raw)
    if not isinstance(body, dict):
        raise Refused(400, "Send a JSON object, { ... }.")
    _require_small(body)
    unknown = sorted(set(body) - set(fields))
    if unknown:
        known = f"one of {', '.join(fields)}" if fields else "nothing"
        raise Refused(400, f"'{unknown[0][:40]}' is not known here: send {known}.")
    return body


def text_field(body: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(400, f"'{name}' is missing: send it as text.")
    if len(value) > LONGEST_TEXT or not value.isprintable():
        raise Refused(400, f"'{name}' must be plain text of at most {LONGEST_TEXT} characters.")
    return value.strip()


def flag_field(body: Mapping[str, Any], name: str) -> bool:
    """Return a truth value; absent means false."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise Refused(400, f"'{name}' must be true or false.")
    return value


def money_field(body: Mapping[str, Any], name: str) -> Decimal:
    """Return an amount of dollars above zero, given as a number or as text."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise Refused(400, f"'{name}' must be an amount in dollars, such as 1000.")
    try:
        amount = Decimal(value if not isinstance(value, str) else value.strip())
    except InvalidOperation:
        raise Refused(400, f"'{name}' must be an amount in dollars, such as 1000.") from None
    if not amount.is_finite() or not Decimal(0) < amount <= LARGEST_MONEY:
        raise Refused(400, f"'{name}' must be more than 0 and at most {LARGEST_MONEY:,} dollars.")
    if amount != round(amount, 2):
        raise Refused(400, f"'{name}' has parts of a cent: round it to two decimals.")
    return amount


def params_field(body: Mapping[str, Any], name: str = "params") -> dict[str, object]:
    """Return the parameters of a strategy by name: numbers, texts, truth values, null."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(400, f"'{name}' must be an object of parameters by name.")
    if any(isinstance(each, dict | list) for each in value.values()):
        raise Refused(400, f"'{name}' must hold plain values, no lists and no objects.")
    return {key: float(each) if isinstance(each, Decimal) else each for key, each in value.items()}


def command_id() -> str | None:
    """Return the Idempotency-Key of the request, None without one."""
    given = request.headers.get("Idempotency-Key")
    if given is not None and not COMMAND_ID.fullmatch(given):
        raise Refused(400, "The Idempotency-Key must be 8 to 64 letters, digits, '-' or '_'.")
    return given


def limit_argument(*, default: int, largest: int) -> int:
    """Return the query argument `limit`."""
    text = request.args.get("limit")
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= largest:
        return int(text)
    raise Refused(400, f"'limit' must be a number from 1 to {largest}.")


def minute_argument(name: str) -> int | None:
    """Return a moment of the query as epoch seconds, None without one."""
    text = request.args.get(name)
    if text is None:
        return None
    try:
        seconds = int(parse_iso(text).timestamp()) if len(text) <= LONGEST_NUMBER else -1
    except (ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= LAST_SECOND:
        raise Refused(400, f"'{name}' must be a moment with its zone, such as 2026-11-20T15:31:00Z.")
    return seconds


def before_argument() -> int | None:
    """Return the query argument `before`, the number that a page of a list ended with; None for the first page."""
    text = request.args.get("before")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    raise Refused(400, "'before' must be the number that the page before it ended with.")


def _parse(raw: bytes) -> object:
    body: object
    try:
        body = json.loads(
            raw.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=_no_constant,
            object_pairs_hook=_without_twins,
        )
        # Half a surrogate pair is a JSON escape, and no text that can be hashed, stored or logged.
        json.dumps(body, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no valid JSON.") from None
    return body


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise Refused(400, "A number in the body is too long.")
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Refused(400, "A number in the body is too long.")
    return int(text)


def _no_constant(name: str) -> object:
    raise Refused(400, f"{name} is no number that can be used here.")


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "A name appears twice in the body.")
    return found


def _require_small(body: object) -> None:
    """Refuse what is nested or long beyond any use here, one level after the other, without recursion."""
    level, entries = [body], 0
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _parts(each)]
        entries += len(level)
        if not level:
            return
        if entries > MOST_ENTRIES:
            break
    raise Refused(400, "The body is larger or nested deeper than anything that is asked for here.")


def _parts(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
