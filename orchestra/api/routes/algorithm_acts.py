"""Algorithms over HTTP, to act on: create, stop, pause, resume (S2-10, S2-14)."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import (
    ALGORITHM_NAME,
    command_id,
    flag_field,
    money_field,
    params_field,
    read_body,
    text_field,
)
from orchestra.messages.commands import PauseAlgorithm, ResumeAlgorithm, StartAlgorithm, StopAlgorithm

LARGEST_ID = 1 << 31


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that change algorithms."""
    blueprint = Blueprint("algorithm_acts", __name__)

    @blueprint.post(ROUTES["algorithms"])
    def create() -> Reply:
        return api.relay.act(_start(api), status=201)

    @blueprint.delete(ROUTES["algorithm"])
    def stop_and_keep(algorithm_id: int) -> Reply:
        read_body()
        return api.relay.act(StopAlgorithm(_known(algorithm_id)))

    @blueprint.post(ROUTES["stop"])
    def stop(algorithm_id: int) -> Reply:
        is_selling = flag_field(read_body("liquidate"), "liquidate")
        return api.relay.act(StopAlgorithm(_known(algorithm_id), is_selling=is_selling))

    @blueprint.post(ROUTES["pause"])
    def pause(algorithm_id: int) -> Reply:
        read_body()
        return api.relay.act(PauseAlgorithm(_known(algorithm_id)))

    @blueprint.post(ROUTES["resume_algorithm"])
    def resume(algorithm_id: int) -> Reply:
        read_body()
        return api.relay.act(ResumeAlgorithm(_known(algorithm_id)))

    return blueprint


def _start(api: ApiContext) -> StartAlgorithm:
    """Read the wish for a new algorithm; what only the engine knows, the engine checks."""
    body = read_body("name", "ticker", "initial_capital", "params")
    name = text_field(body, "name")
    if not ALGORITHM_NAME.fullmatch(name):
        raise Refused(400, "'name' must be the name of a file in algorithm/, such as sma_crossover.")
    capital, params = money_field(body, "initial_capital"), params_field(body)
    ticker = api.tickers.check(text_field(body, "ticker"))
    if ticker.reason:
        raise Refused(400, ticker.reason)
    return StartAlgorithm(name, ticker.symbol, capital, params, command_id())


def _known(algorithm_id: int) -> int:
    """Refuse an id that no database can hold; whether it exists is the engine's to say."""
    if algorithm_id > LARGEST_ID:
        raise Refused(404, "There is no algorithm with this id.")
    return algorithm_id
