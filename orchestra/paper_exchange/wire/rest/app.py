"""The REST side of the exchange: one Flask app, Alpaca's key headers, rate headers and error bodies."""

import hmac
import logging
from collections.abc import Sequence
from uuid import uuid4

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.request_budget import RequestBudget, watch
from orchestra.paper_exchange.wire.rest import account, control, orders, reference
from orchestra.paper_exchange.wire.rest.answers import Answer, BadRequest, answer, refused

log = logging.getLogger(__name__)

UNAUTHORIZED = Refusal(401, 40110000, "request is not authorized")
BROKEN = Refusal(500, 50010000, "internal server error occurred")


def create_app(
    exchange: PaperExchange, *, key: str, secret: str, budget: RequestBudget, more: Sequence[Blueprint] = ()
) -> Flask:
    """Return the app that answers for this exchange to whoever knows key and secret. more: routes of other parts."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, its base class does not
    for noun in (account, control, orders, reference):
        app.register_blueprint(noun.routes(exchange))
    for blueprint in more:
        app.register_blueprint(blueprint)
    watch(app, budget)
    _check_keys(app, key, secret)
    _name_requests(app)
    _speak_json_on_errors(app)
    return app


def is_same(given: str, expected: str) -> bool:
    """Compare two secrets without telling by the time taken how much of them is right."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _check_keys(app: Flask, key: str, secret: str) -> None:
    @app.before_request
    def check() -> Answer | None:
        has_key = is_same(request.headers.get("APCA-API-KEY-ID", ""), key)
        has_secret = is_same(request.headers.get("APCA-API-SECRET-KEY", ""), secret)
        return None if has_key and has_secret else refused(UNAUTHORIZED)


def _name_requests(app: Flask) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        response.headers["X-Request-ID"] = uuid4().hex
        return response


def _speak_json_on_errors(app: Flask) -> None:
    @app.errorhandler(BadRequest)
    def bad_request(error: BadRequest) -> Answer:
        return refused(error.refusal)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Answer:
        status = error.code or 500
        return answer({"code": status * 100_000, "message": f"{error.name.lower()}: {request.path}"}, status)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Answer:
        log.error("The exchange could not answer %s %s.", request.method, request.path, exc_info=error)
        return refused(BROKEN)
