"""What every route says the same way: JSON, money as text, a refusal in one plain sentence."""

from datetime import datetime
from decimal import Decimal

from flask import Response, jsonify

from database.timestamps import iso_milliseconds

Reply = tuple[Response, int]

# Shares have up to nine decimals at the broker; a quotient has 28 and would only be noise on a screen.
FINEST = Decimal("0.000000001")
PRICE_STEP = Decimal("0.0001")


class Refused(Exception):
    """Carry a refusal to the app, which answers with it: a status and one plain sentence."""

    def __init__(self, status: int, sentence: str, **more: object) -> None:
        super().__init__(sentence)
        self.status = status
        self.body = {"error": sentence, **more}


def reply(body: object, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return jsonify(body), status


def decimal_text(value: Decimal | None, *, step: Decimal = FINEST) -> str | None:
    """Return a decimal as plain text, `100.25`, without exponent and without noise behind `step`."""
    if value is None or not value.is_finite():
        return None
    rounded = round(value / step) * step if _is_finer(value, step) else value
    text = format(rounded, "f")
    return text.removeprefix("-") if not rounded else text


def time_text(moment: datetime | None) -> str | None:
    """Return a moment as ISO-Z text."""
    return iso_milliseconds(moment) if moment else None


def plain(value: object) -> object:
    """Return an answer of the engine as what JSON can carry."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    return time_text(value) if isinstance(value, datetime) else value


def _is_finer(value: Decimal, step: Decimal) -> bool:
    exponent, finest = value.as_tuple().exponent, step.as_tuple().exponent
    return isinstance(exponent, int) and isinstance(finest, int) and exponent < finest
