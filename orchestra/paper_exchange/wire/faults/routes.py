"""Plant, list and clear faults: POST, GET and DELETE /control/faults."""

from flask import Blueprint, request

from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.wire.faults.board import FaultBoard, Planted
from orchestra.paper_exchange.wire.faults.fault import read_fault
from orchestra.paper_exchange.wire.rest.answers import Answer, answer, refused
from orchestra.paper_exchange.wire.shapes import Json


def routes(board: FaultBoard) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("faults", __name__)

    @blueprint.post("/control/faults")
    def plant() -> Answer:
        fault = read_fault(request.get_json(force=True, silent=True))
        return refused(fault) if isinstance(fault, Refusal) else answer({"id": board.plant(fault)})

    @blueprint.get("/control/faults")
    def planted() -> Answer:
        return answer([_planted_json(each) for each in board.planted()])

    @blueprint.delete("/control/faults")
    def clear() -> Answer:
        board.clear()
        return answer(None, 204)

    return blueprint


def _planted_json(planted: Planted) -> Json:
    fault = planted.fault
    return {
        "id": planted.id,
        "on": fault.on,
        "kind": fault.kind,
        "times": fault.times,
        "probability": fault.probability,
        "seed": fault.seed,
        "symbols": None if fault.symbols is None else sorted(fault.symbols),
        "channels": sorted(fault.channels),
        "path": fault.path,
        "method": fault.method or None,
        "seconds": fault.seconds,
        "hits": planted.hits,
    }
