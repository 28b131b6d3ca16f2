"""Names of what can be traded: a symbol, and the id Alpaca's protocol gives it."""

from uuid import UUID, uuid5

from orchestra.paper_exchange.market.market import Market

_NAMESPACE = UUID("5c9dbb2e-6a55-4d55-9b5e-0f1a6c2f7f10")


def asset_id(symbol: str) -> str:
    """Return the id of a symbol; the same one in every run and book."""
    return str(uuid5(_NAMESPACE, symbol))


def symbol_of(market: Market, symbol_or_id: str) -> str | None:
    """Return the market's symbol for a symbol or an asset id, in either case; None when it has no such asset."""
    wanted = symbol_or_id.upper()
    if market.knows(wanted):
        return wanted
    by_id = {asset_id(symbol).upper(): symbol for symbol in market.symbols}
    return by_id.get(wanted)
