"""What the account holds beside our algorithms, over HTTP: look at it, confirm it, settle a difference (S2-39)."""

import re

from flask import Blueprint

from orchestra.api.answers import PRICE_STEP, Refused, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.command_relay import Body
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import money_field, read_body, text_field
from orchestra.messages.commands import ConfirmBaseline, DifferenceChoice, SettleDifference
from orchestra.messages.live_snapshot import Discrepancy
from system_databse.rows import external_fills
from system_databse.rows.external_fills import ExternalFill
from system_databse.truth import baseline_rows
from system_databse.truth.baseline_rows import Holding

SYMBOL = re.compile(r"[A-Z][A-Z.]{0,9}")
MOST_SYMBOLS = 150
MOST_FILLS = 100
CHOICES = ", ".join(DifferenceChoice)


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the account's truth."""
    blueprint = Blueprint("account_truth", __name__)

    @blueprint.get(ROUTES["account_truth"])
    def truth() -> Reply:
        snapshot = api.parts.board.snapshot
        with api.parts.system.reader() as connection:
            held = baseline_rows.holdings(connection)
            strangers = external_fills.newest(connection, MOST_FILLS)
        return reply(
            {
                "baseline": [_holding(each) for each in held],
                "differences": [_difference(each) for each in snapshot.discrepancies] if snapshot else [],
                "external_fills": [_external(each) for each in strangers],
            }
        )

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


def _holding(each: Holding) -> Body:
    return {"symbol": each.symbol, "qty": decimal_text(each.qty), "confirmed_at": each.confirmed_at}


def _difference(each: Discrepancy) -> Body:
    return {
        "symbol": each.symbol,
        "account": decimal_text(each.account),
        "algorithms": decimal_text(each.algorithms),
        "not_ours": decimal_text(each.not_ours),
        "unexplained": decimal_text(each.unexplained),
        "change": decimal_text(each.change),
        "is_confirmed": each.is_confirmed,
        "causes": list(each.causes),
    }


def _external(each: ExternalFill) -> Body:
    return {
        "symbol": each.symbol,
        "qty": decimal_text(each.qty),
        "at": each.at,
        "price": decimal_text(each.price, step=PRICE_STEP),
    }


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
