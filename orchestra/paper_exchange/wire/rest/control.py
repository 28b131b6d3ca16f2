"""The engine's handshake over HTTP, for an exchange that runs as a process of its own."""

from flask import Blueprint, request

from database.errors import ConfigError
from orchestra.messages.lockstep import Execution, Settlement, Tick
from orchestra.paper_exchange.book.refusal import Refusal, invalid
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.rest.answers import Answer, BadRequest, answer, refused
from orchestra.paper_exchange.wire.shapes import Json

LONGEST_WAIT_SECONDS = 1.0


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("control", __name__)

    @blueprint.errorhandler(ConfigError)
    def out_of_step(error: ConfigError) -> Answer:
        return refused(Refusal(409, 40910000, str(error)))

    @blueprint.post("/control/done")
    def done() -> Answer:
        return answer(_settlement_json(exchange.done(_whole("minute"), seen=_whole("seen"))))

    @blueprint.get("/control/tick")
    def tick() -> Answer:
        wait_seconds = min(_number("wait_seconds"), LONGEST_WAIT_SECONDS)
        tick = exchange.next_tick(int(_number("after")), wait_seconds)
        return answer(_tick_json(tick)) if tick else answer(None, 204)

    @blueprint.get("/control/book")
    def book() -> Answer:
        return answer(
            {
                "account_number": exchange.account_number,
                "now": exchange.now,
                "first_minute": exchange.schedule.first_minute,
                "last_minute": exchange.schedule.last_minute,
            }
        )

    return blueprint


def _settlement_json(settlement: Settlement) -> Json:
    executions = [_execution_json(execution) for execution in settlement.executions]
    return {"executions": executions, "is_settled": settlement.is_settled, "news": settlement.news}


def _execution_json(execution: Execution) -> Json:
    return {
        "execution_id": execution.execution_id,
        "client_order_id": execution.client_order_id,
        "symbol": execution.symbol,
        "side": execution.side,
        "qty": str(execution.qty),
        "price": str(execution.price),
        "cumulative_qty": str(execution.cumulative_qty),
        "at": execution.at,
    }


def _tick_json(tick: Tick) -> Json:
    return {
        "minute": tick.minute,
        "traded": sorted(tick.traded),
        "sent": sorted(tick.sent),
        "has_ended": tick.has_ended,
        "told": None if tick.told is None else sorted(tick.told),
    }


def _whole(name: str) -> int:
    body = request.get_json(force=True, silent=True)
    number = body.get(name) if isinstance(body, dict) else None
    if isinstance(number, int):
        return number
    raise BadRequest(invalid(f"{name} is required"))


def _number(name: str) -> float:
    try:
        return float(request.args.get(name, ""))
    except ValueError:
        raise BadRequest(invalid(f"{name} must be a number")) from None
