"""Watchlists: make, look up, change, forget; by id or by name."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from flask import Blueprint, request

from orchestra.paper_exchange.book.orders import microseconds
from orchestra.paper_exchange.book.records.watchlists import Watchlist
from orchestra.paper_exchange.book.refusal import invalid, not_allowed, not_found
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.wire.rest.answers import Answer, BadRequest, answer, json_body
from orchestra.paper_exchange.wire.rest.reference import asset_of
from orchestra.paper_exchange.wire.shapes import Json, watchlist_json

NAME_LENGTH = 64
BY_NAME = "/v2/watchlists:by_name"
BY_ID = "/v2/watchlists/<watchlist_id>"


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("watchlists", __name__)

    _add_routes_of_lists(blueprint, exchange)
    _add_routes_of_symbols(blueprint, exchange)
    return blueprint


def _add_routes_of_lists(blueprint: Blueprint, exchange: PaperExchange) -> None:
    @blueprint.get("/v2/watchlists")
    def watchlists() -> Answer:
        return answer([watchlist_json(each, exchange.account) for each in exchange.store.watchlists.all()])

    @blueprint.post("/v2/watchlists")
    def create() -> Answer:
        body, now = _body(), microseconds(exchange.now)
        new = Watchlist(str(uuid4()), _name(body), now, now, _symbols(exchange, body))
        return _kept(exchange, new)

    @blueprint.get(BY_ID)
    @blueprint.get(BY_NAME)
    def watchlist(watchlist_id: str = "") -> Answer:
        return answer(_json(exchange, _found(exchange, watchlist_id)))

    @blueprint.put(BY_ID)
    @blueprint.put(BY_NAME)
    def update(watchlist_id: str = "") -> Answer:
        known, body = _found(exchange, watchlist_id), _body()
        name = _name(body) if body.get("name") is not None else known.name
        symbols = _symbols(exchange, body) if body.get("symbols") is not None else known.symbols
        return _kept(exchange, replace(known, name=name, symbols=symbols))

    @blueprint.delete(BY_ID)
    @blueprint.delete(BY_NAME)
    def forget(watchlist_id: str = "") -> Answer:
        exchange.store.watchlists.remove(_found(exchange, watchlist_id).id)
        return answer(None, 204)


def _add_routes_of_symbols(blueprint: Blueprint, exchange: PaperExchange) -> None:
    @blueprint.post(BY_ID)
    @blueprint.post(BY_NAME)
    def add(watchlist_id: str = "") -> Answer:
        known, symbol = _found(exchange, watchlist_id), _symbol(exchange, _body().get("symbol"))
        if symbol in known.symbols:
            raise BadRequest(not_allowed("duplicate symbol in watchlist"))
        return _kept(exchange, replace(known, symbols=(*known.symbols, symbol)))

    @blueprint.delete(f"{BY_ID}/<symbol>")
    def remove(watchlist_id: str, symbol: str) -> Answer:
        known, unwanted = _found(exchange, watchlist_id), _symbol(exchange, symbol)
        if unwanted not in known.symbols:
            raise BadRequest(not_found(f"symbol not found in watchlist: {symbol}"))
        return _kept(exchange, replace(known, symbols=tuple(each for each in known.symbols if each != unwanted)))


def _kept(exchange: PaperExchange, watchlist: Watchlist) -> Answer:
    updated = replace(watchlist, updated_at=microseconds(exchange.now))
    if not exchange.store.watchlists.put(updated):
        raise BadRequest(invalid("watchlist name must be unique"))
    return answer(_json(exchange, updated))


def _json(exchange: PaperExchange, watchlist: Watchlist) -> Json:
    assets = [asset_of(exchange, symbol) for symbol in watchlist.symbols]
    return watchlist_json(watchlist, exchange.account, assets)


def _found(exchange: PaperExchange, watchlist_id: str) -> Watchlist:
    """Return the list that path or query name. Raises BadRequest when there is none."""
    lists = exchange.store.watchlists
    found = lists.by_id(_id(watchlist_id)) if watchlist_id else lists.by_name(request.args.get("name", ""))
    if found is None:
        raise BadRequest(not_found("watchlist not found"))
    return found


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise BadRequest(invalid("watchlist_id is missing")) from None


def _body() -> Mapping[str, object]:
    body = json_body()
    if isinstance(body, Mapping):
        return body
    raise BadRequest(invalid("request body format is invalid"))


def _name(body: Mapping[str, object]) -> str:
    name = body.get("name")
    if isinstance(name, str) and 0 < len(name) <= NAME_LENGTH and name.isprintable():
        return name
    raise BadRequest(invalid(f"name must be 1 to {NAME_LENGTH} printable characters"))


def _symbols(exchange: PaperExchange, body: Mapping[str, object]) -> tuple[str, ...]:
    """Return the symbols in their order, each once."""
    given = body.get("symbols") or []
    if not isinstance(given, list):
        raise BadRequest(invalid("symbols must be a list"))
    return tuple(dict.fromkeys(_symbol(exchange, each) for each in given))


def _symbol(exchange: PaperExchange, given: object) -> str:
    symbol = symbol_of(exchange.market, given) if isinstance(given, str) else None
    if symbol is None:
        raise BadRequest(not_found(f"asset not found for {given}"))
    return symbol
