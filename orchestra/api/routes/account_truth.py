"""What the account holds beside our algorithms, over HTTP: confirm the baseline, settle a difference (S2-39)."""

import re

from flask import Blueprint

from orchestra.api.answers import Refused, Reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import money_field, read_body, text_field
from orchestra.messages.commands import ConfirmBaseline, DifferenceChoice, SettleDifference

SYMBOL = re.compile(r"[A-Z][A-Z.]{0,9}")
MOST_SYMBOLS = 150
CHOICES = ", ".join(DifferenceChoice)


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the account's truth."""
    blueprint = Blueprint("account_truth", __name__)

    @blueprint.post(ROUTES["baseline"])
    def baseline() -> Reply:
        return api.relay.act(ConfirmBaseline(_symbols(read_body("symbols").get("symbols", []))))

    @blueprint.post(ROUTES["differences"])
    def differences() -> Reply:
        body = read_body("symbol", "choice", "algorithm_id", "price")
        try:
            choice = DifferenceChoice(text_field(body, "choice"))
        except ValueError:
            raise Refused(400, f"'choice' must be one of {CHOICES}.") from None
        price = money_field(body, "price") if body.get("price") is not None else None
        (symbol,) = _symbols([text_field(body, "symbol")])
        return api.relay.act(SettleDifference(symbol, choice, _algorithm_id(body.get("algorithm_id")), price))

    return blueprint


def _symbols(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_SYMBOLS:
        raise Refused(400, f"'symbols' must be a list of at most {MOST_SYMBOLS} tickers; without it, all are meant.")
    for symbol in value:
        if not isinstance(symbol, str) or not SYMBOL.fullmatch(symbol):
            raise Refused(400, f"{str(symbol)[:40]!r} is no ticker.")
    return tuple(dict.fromkeys(value))


def _algorithm_id(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 31:
        raise Refused(400, "'algorithm_id' must be the number of an algorithm.")
    return value
