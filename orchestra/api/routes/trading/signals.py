"""Signals over HTTP: what was wanted lately, and the owner's word on what is proposed; no reader can say it."""

from flask import Blueprint

from database.timestamps import iso_minute
from orchestra.api.answers import PRICE_STEP, Refused, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.paging import LARGEST_ID, page_asked_for, paged
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body, text_field
from orchestra.messages.commands import ApproveSignal, RejectSignal
from system_databse.signals import signal_history
from system_databse.signals.signal_history import PastSignal


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of signals that the dashboard uses."""
    blueprint = Blueprint("signal_acts", __name__)

    @blueprint.get(ROUTES["signals"])
    def recent() -> Reply:
        page = page_asked_for()
        with api.parts.system.reader() as connection:
            found = signal_history.newest_first(connection, before=page.before, limit=page.wanted)
        return reply(paged("signals", [signal_json(each) for each in found], page))

    @blueprint.post(ROUTES["approve_signal"])
    def approve(signal_id: int) -> Reply:
        read_body()
        return api.relay.act(ApproveSignal(_known(signal_id)))

    @blueprint.post(ROUTES["reject_signal"])
    def reject(signal_id: int) -> Reply:
        body = read_body("reason")
        reason = text_field(body, "reason") if body.get("reason") else ""
        return api.relay.act(RejectSignal(_known(signal_id), reason))

    return blueprint


def signal_json(signal: PastSignal) -> State:
    """Return a signal as the page shows it. minute: of the Why view that explains it."""
    return {
        "id": signal.id,
        "source": signal.source,
        "algorithm_id": signal.algorithm_id,
        "strategy": signal.strategy,
        "symbol": signal.symbol,
        "action": signal.action,
        "is_proposed": signal.is_proposed,
        "shares": signal.shares,
        "price": signal.price,
        "confidence": signal.confidence,
        "expected_profit": signal.expected_profit,
        "status": str(signal.status),
        "reason": signal.reason,
        "at": signal.created_at,
        "updated_at": signal.updated_at,
        "minute": None if signal.minute is None else iso_minute(signal.minute),
        "order_status": signal.order_status,
        "filled_qty": decimal_text(signal.filled_qty),
        "average_price": decimal_text(signal.average_price, step=PRICE_STEP),
        "refusal": signal.refusal,
        "reasons": list(signal.reasons),
    }


def _known(signal_id: int) -> int:
    """Refuse an id that no database can hold; whether it exists is the engine's to say."""
    if signal_id > LARGEST_ID:
        raise Refused(404, "There is no proposal with this id.")
    return signal_id
