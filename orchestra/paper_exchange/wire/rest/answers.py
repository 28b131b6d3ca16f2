"""What every blueprint does the same way: answer with a refusal, read a parameter."""

from datetime import UTC, datetime, time

from flask import Response, jsonify, request

from database.timestamps import parse_iso
from orchestra.paper_exchange.book.orders import MICROSECONDS
from orchestra.paper_exchange.book.refusal import Refusal

Answer = tuple[Response, int]

DATE_LENGTH = len("2011-01-03")


class BadRequest(Exception):
    """Carry a refusal of a query parameter to the app, which answers with it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def answer(body: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return jsonify(body), status


def refused(refusal: Refusal) -> Answer:
    """Return the answer for a refusal."""
    return jsonify(refusal.body), refusal.status


def list_parameter(name: str) -> tuple[str, ...]:
    """Return a comma-separated parameter; empty parts are left out."""
    return tuple(part.strip() for part in request.args.get(name, "").split(",") if part.strip())


def number_parameter(name: str, *, default: int, largest: int) -> int:
    """Return a whole number of 1 to largest. Raises BadRequest for anything else."""
    text = request.args.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and 1 <= int(text) <= largest:
        return int(text)
    raise BadRequest(Refusal(422, 40010001, f"{name} must be a number from 1 to {largest}"))


def time_parameter(name: str, *, is_end: bool = False) -> int | None:
    """Return an RFC 3339 time or a date as microseconds; a date that ends a range means its last microsecond.

    Raises BadRequest for text that is neither.
    """
    text = request.args.get(name)
    if not text:
        return None
    try:
        if len(text) == DATE_LENGTH:
            moment = datetime.combine(datetime.fromisoformat(text), time.max if is_end else time.min, UTC)
        else:
            moment = parse_iso(text)
    except ValueError:
        raise BadRequest(Refusal(400, 40010001, f"invalid {name}: {text}")) from None
    return int(moment.replace(microsecond=0).timestamp()) * MICROSECONDS + moment.microsecond
