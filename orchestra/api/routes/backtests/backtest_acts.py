"""Backtests over HTTP, to act on: begin one, cancel it, forget it, have missing days fetched.

Nothing here trades or reaches the engine: a backtest is a process of its own.
"""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from orchestra.api.routes.backtests.backtest_reads import backtests_of, known_id
from orchestra.api.routes.backtests.wish_body import backtest_wish, days_wish


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that change backtests."""
    blueprint = Blueprint("backtest_acts", __name__)

    @blueprint.post(ROUTES["backtests"])
    def begin() -> Reply:
        jobs, wish = backtests_of(api), backtest_wish(api.parts.strategies)
        return api.kept_answers.once(wish, lambda: ({"id": jobs.submit(wish)}, 201))

    @blueprint.post(ROUTES["cancel_backtest"])
    def cancel(backtest_id: str) -> Reply:
        read_body()
        jobs, id_ = backtests_of(api), known_id(backtest_id)
        return api.kept_answers.once(("cancel", id_), lambda: (jobs.cancel(id_), 200))

    @blueprint.delete(ROUTES["backtest"])
    def forget(backtest_id: str) -> Reply:
        read_body()
        jobs, id_ = backtests_of(api), known_id(backtest_id)

        def gone() -> tuple[dict[str, object], int]:
            jobs.forget(id_)
            return {"id": id_}, 200

        return api.kept_answers.once(("forget", id_), gone)

    @blueprint.post(ROUTES["backtest_days"])
    def fetch() -> Reply:
        wish = days_wish(read_body("ticker", "from", "to"))
        ticker = api.tickers.check(wish.ticker)
        if not ticker.is_valid:
            raise Refused(400, ticker.reason)
        jobs = backtests_of(api)
        return api.kept_answers.once(wish, lambda: (jobs.fetch(wish), 200))

    return blueprint
