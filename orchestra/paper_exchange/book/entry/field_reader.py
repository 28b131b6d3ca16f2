"""One field of a request's body at a time: numbers as JSON numbers or strings, prices on their steps, names of sets."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed

Choice = TypeVar("Choice", bound=StrEnum)
Body = Mapping[str, object]

CLIENT_ORDER_ID_LENGTH = 128
QTY_DECIMALS = 9
WHOLE_DOLLAR_DECIMALS = 2
PENNY_STOCK_DECIMALS = 4
LARGEST_NUMBER = Decimal(10) ** 12


class RefusedField(Exception):
    """Carry a refusal out of the reading of one field to the reader of the whole body."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def require(condition: bool, refusal: Callable[[], Refusal]) -> None:
    """Raise RefusedField unless the condition holds."""
    if not condition:
        raise RefusedField(refusal())


def text(body: Body, name: str) -> str:
    """Return a text that must be there."""
    value = body.get(name)
    if isinstance(value, str) and value:
        return value
    raise RefusedField(invalid(f"{name} is required"))


def choice(body: Body, name: str, kind: type[Choice]) -> Choice:
    """Return a member of a closed set, in any case."""
    given = text(body, name)
    try:
        return kind(given.lower())
    except ValueError:
        raise RefusedField(invalid(f"invalid {name}: {given}")) from None


def flag(body: Body, name: str) -> bool:
    """Return a JSON boolean, False when absent."""
    value = body.get(name)
    require(value is None or isinstance(value, bool), lambda: invalid(f"{name} must be true or false"))
    return bool(value)


def part(body: Body, name: str) -> Body | None:
    """Return an object inside the body, None when absent."""
    value = body.get(name)
    if value is None or isinstance(value, Mapping):
        return value
    raise RefusedField(invalid(f"{name} must be an object"))


def number(body: Body, name: str, *, within: str = "") -> Decimal | None:
    """Return a number above 0, None when absent. within: the object that holds it, for the message."""
    value, full_name = body.get(name), within + name
    if value is None or value == "":
        return None
    try:
        require(
            isinstance(value, str | int | float | Decimal) and not isinstance(value, bool),
            lambda: _bad_number(full_name),
        )
        result = Decimal(str(value))
    except InvalidOperation:
        raise RefusedField(_bad_number(full_name)) from None
    require(result.is_finite(), lambda: _bad_number(full_name))
    require(0 < result < LARGEST_NUMBER, lambda: invalid(f"{full_name} must be > 0"))
    return result


def amount(body: Body, name: str) -> Decimal | None:
    """Return shares or dollars of at most nine decimals, None when absent."""
    value = number(body, name)
    is_fine = value is None or decimals(value) <= QTY_DECIMALS
    require(is_fine, lambda: invalid(f"{name} must have at most {QTY_DECIMALS} decimals"))
    return value


def price(body: Body, name: str, *, within: str = "") -> Decimal | None:
    """Return a price on Alpaca's price steps, None when absent."""
    value = number(body, name, within=within)
    if value is None:
        return None
    allowed = WHOLE_DOLLAR_DECIMALS if value >= 1 else PENNY_STOCK_DECIMALS
    reason = f"invalid {within}{name} {value}. sub-penny increment does not fulfill minimum pricing criteria"
    require(decimals(value) <= allowed, lambda: not_allowed(reason))
    return value


def client_order_id(body: Body) -> str:
    """Return the client's id for the order, "" when it gave none."""
    value = body.get("client_order_id")
    if value is None or value == "":
        return ""
    if isinstance(value, str) and len(value) <= CLIENT_ORDER_ID_LENGTH and value.isprintable():
        return value
    raise RefusedField(invalid(f"client_order_id must be no more than {CLIENT_ORDER_ID_LENGTH} printable characters"))


def decimals(value: Decimal) -> int:
    """Return how many decimals the number needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _bad_number(name: str) -> Refusal:
    return invalid(f"{name} must be a number")
