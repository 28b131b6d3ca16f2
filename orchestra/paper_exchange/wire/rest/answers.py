"""What every blueprint does the same way: answer with a refusal, read a parameter."""

import json
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from decimal import Decimal

from flask import Response, jsonify, request

from database.timestamps import parse_iso
from orchestra.paper_exchange.book.entry.field_reader import RefusedField, amount
from orchestra.paper_exchange.book.orders import MICROSECONDS
from orchestra.paper_exchange.book.refusal import Refusal, invalid

Answer = tuple[Response, int]

DATE_LENGTH = len("2011-01-03")
LONGEST_NUMBER = 9


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


def json_body() -> object:
    """Return the request's JSON, None for a body that is none. Numbers keep every digit."""
    try:
        return json.loads(request.get_data(), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def list_parameter(name: str) -> tuple[str, ...]:
    """Return a comma-separated parameter; empty parts are left out."""
    return tuple(part.strip() for part in request.args.get(name, "").split(",") if part.strip())


def number_parameter(name: str, *, default: int, largest: int) -> int:
    """Return a whole number of 1 to largest. Raises BadRequest for anything else."""
    text = request.args.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and 1 <= int(text) <= largest:
        return int(text)
    raise BadRequest(invalid(f"{name} must be a number from 1 to {largest}"))


def choice_parameter(name: str, allowed: Collection[str], default: str) -> str:
    """Return one of the allowed words, the default when absent. Raises BadRequest for another one."""
    value = request.args.get(name) or default
    if value in allowed:
        return value
    raise BadRequest(invalid(f"invalid {name}: {value}"))


def flag_parameter(name: str) -> bool:
    """Return a boolean, False when absent; clients write it in either case. Raises BadRequest for anything else."""
    value = request.args.get(name, "").lower()
    if value in {"", "true", "false", "1", "0"}:
        return value in {"true", "1"}
    raise BadRequest(invalid(f"{name} must be true or false"))


def amount_parameter(name: str) -> Decimal | None:
    """Return a number above 0 with at most nine decimals, None when absent. Raises BadRequest for anything else."""
    try:
        return amount(request.args, name)
    except RefusedField as refused_field:
        raise BadRequest(refused_field.refusal) from None


def day_parameter(name: str) -> date | None:
    """Return the day of a date or time, None when absent. Raises BadRequest for text that is neither."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text) if len(text) == DATE_LENGTH else parse_iso(text).date()
    except ValueError:
        raise BadRequest(invalid(f"invalid {name}: {text}")) from None


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
