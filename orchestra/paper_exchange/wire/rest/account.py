"""The account and what its owner has set."""

from datetime import datetime

from flask import Blueprint

from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.rest.answers import Answer, answer, json_body, refused
from orchestra.paper_exchange.wire.shapes import NEW_YORK, Json, account_json, configuration_json


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/v2/account")
    def account() -> Answer:
        return answer(_account(exchange))

    @blueprint.get("/v2/account/configurations")
    def configuration() -> Answer:
        return answer(configuration_json(exchange.account.configuration))

    @blueprint.patch("/v2/account/configurations")
    def configure() -> Answer:
        changed = exchange.desk.configure(json_body())
        return refused(changed) if isinstance(changed, Refusal) else answer(configuration_json(changed))

    return blueprint


def _account(exchange: PaperExchange) -> Json:
    account, session = exchange.account, exchange.schedule.session_of(exchange.now)
    before = session if exchange.now >= session.close else exchange.schedule.session_before(session)
    opened = datetime.fromtimestamp(account.created_at, NEW_YORK).date()
    return account_json(
        account,
        exchange.last_price,
        asking_price_of=exchange.asking_price,
        balance_day=before.day if before else opened,
    )
