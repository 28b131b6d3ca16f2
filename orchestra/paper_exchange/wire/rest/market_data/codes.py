"""What the codes of trades and quotes mean: GET /v2/stocks/meta/..."""

from flask import Blueprint, request

from orchestra.paper_exchange.wire.rest.answers import Answer, answer
from orchestra.paper_exchange.wire.rest.market_data.query import bad

EXCHANGES = {
    "A": "NYSE American (AMEX)",
    "B": "NASDAQ OMX BX",
    "C": "National Stock Exchange",
    "D": "FINRA ADF",
    "E": "Market Independent",
    "H": "MIAX",
    "I": "International Securities Exchange",
    "J": "Cboe EDGA",
    "K": "Cboe EDGX",
    "L": "Long Term Stock Exchange",
    "M": "Chicago Stock Exchange",
    "N": "New York Stock Exchange",
    "P": "NYSE Arca",
    "Q": "NASDAQ OMX",
    "S": "NASDAQ Small Cap",
    "T": "NASDAQ Int",
    "U": "Members Exchange",
    "V": "IEX",
    "W": "CBOE",
    "X": "NASDAQ OMX PSX",
    "Y": "Cboe BYX",
    "Z": "Cboe BZX",
}
CONDITIONS = {
    "trade": {
        "@": "Regular Sale",
        "4": "Derivatively Priced",
        "6": "Closing Prints",
        "F": "Intermarket Sweep Order",
        "I": "Odd Lot Trade",
        "M": "Market Center Official Close",
        "O": "Opening Prints",
        "Q": "Market Center Official Open",
        "T": "Form T",
        "U": "Extended Trading Hours (Sold Out of Sequence)",
        "W": "Average Price Trade",
    },
    "quote": {"R": "Regular, Two-Sided Open"},
}
TAPES = {"A", "B", "C"}


def routes() -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("codes", __name__)

    @blueprint.get("/v2/stocks/meta/exchanges")
    def exchanges() -> Answer:
        return answer(EXCHANGES)

    @blueprint.get("/v2/stocks/meta/conditions/<kind>")
    def conditions(kind: str) -> Answer:
        tape = request.args.get("tape", "")
        if kind not in CONDITIONS:
            raise bad(f"invalid ticktype: {kind}")
        if tape not in TAPES:
            raise bad(f"invalid tape: {tape}")
        return answer(CONDITIONS[kind])

    return blueprint
