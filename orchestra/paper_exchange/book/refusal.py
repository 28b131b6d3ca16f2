"""A request that the exchange turns down, as Alpaca says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

INVALID = 40010001
NOT_ALLOWED = 42210000
FORBIDDEN = 40310000
NOT_FOUND = 40410000


@dataclass(frozen=True, slots=True)
class Refusal:
    """HTTP status, Alpaca's code (stable) and message (not stable), and fields beside them."""

    status: int
    code: int
    message: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, object]:
        """Return the JSON object of the answer."""
        return {"code": self.code, "message": self.message, **self.details}


def invalid(message: str) -> Refusal:
    """Refuse a request that is badly formed. Alpaca answers 422 although the code begins with 400."""
    return Refusal(422, INVALID, message)


def not_allowed(message: str) -> Refusal:
    """Refuse a well-formed request against a business rule."""
    return Refusal(422, NOT_ALLOWED, message)


def forbidden(message: str, **details: object) -> Refusal:
    """Refuse what this account may not do now."""
    return Refusal(403, FORBIDDEN, message, details)


def not_found(message: str) -> Refusal:
    """Refuse a question about something that does not exist."""
    return Refusal(404, NOT_FOUND, message)
