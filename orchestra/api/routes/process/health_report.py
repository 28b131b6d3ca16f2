"""How the process and its machine are, over HTTP: one line for each thing, in words, with what to do."""

from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.api_parts import HealthExaminer
from orchestra.api.protocol import ROUTES
from orchestra.messages.diagnosis import Diagnosis
from orchestra.messages.engine_readings import TrendPoint

MEGABYTE = 1_000_000


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the health screen."""
    blueprint = Blueprint("health_report", __name__)

    @blueprint.get(ROUTES["health_report"])
    def report() -> Reply:
        found = _examiner(api).report()
        trend = [_point(each, found.at) for each in found.trend]
        return reply({"lines": _lines(found.lines), "trend": trend})

    @blueprint.get(ROUTES["doctor"])
    def doctor() -> Reply:
        return reply({"lines": _lines(_examiner(api).examine())})

    return blueprint


def _examiner(api: ApiContext) -> HealthExaminer:
    examiner = api.parts.process.examiner
    if examiner is None:
        raise Refused(503, "Nobody measures here: this AutoTrader runs without an engine of its own.")
    return examiner


def _lines(found: Sequence[Diagnosis]) -> list[dict[str, str]]:
    return [{**asdict(each), "state": str(each.state)} for each in found]


def _point(point: TrendPoint, now: float) -> dict[str, float | None]:
    late = point.late_seconds
    return {
        "ago_s": round(now - point.at),
        "rss_mb": round(point.resident_bytes / MEGABYTE, 1),
        "late_s": None if late is None else round(late, 1),
    }
