"""Backtests over HTTP, to look at: what runs, what is kept, a result, its report, two compared, the days there are."""

import re

from flask import Blueprint, Response, request

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.api_parts import Backtests
from orchestra.api.protocol import ROUTES
from orchestra.api.routes.backtests.wish_body import days_wish
from orchestra.api.wire.security_headers import DOCUMENT_POLICY

ID = re.compile(r"[0-9]{8}-[0-9]{1,6}")
KINDS = {"json": ("application/json", "json"), "csv": ("application/zip", "zip")}


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that read backtests."""
    blueprint = Blueprint("backtest_reads", __name__)

    @blueprint.get(ROUTES["backtests"])
    def show_all() -> Reply:
        return reply(backtests_of(api).listing())

    @blueprint.get(ROUTES["backtest"])
    def show(backtest_id: str) -> Reply:
        return reply(backtests_of(api).show(known_id(backtest_id)))

    @blueprint.get(ROUTES["backtest_report"])
    def report(backtest_id: str) -> Response:
        html = backtests_of(api).report(known_id(backtest_id))
        return Response(html, content_type="text/html; charset=utf-8", headers={DOCUMENT_POLICY[0]: DOCUMENT_POLICY[1]})

    @blueprint.get(ROUTES["backtest_export"])
    def export(backtest_id: str) -> Response:
        form = request.args.get("form", "")
        if form not in KINDS:
            raise Refused(400, "Ask with ?form=json or ?form=csv.")
        body = backtests_of(api).export(known_id(backtest_id), form)
        content_type, ending = KINDS[form]
        name = f'attachment; filename="backtest-{backtest_id}.{ending}"'
        return Response(body, content_type=content_type, headers={"Content-Disposition": name})

    @blueprint.get(ROUTES["backtest_comparison"])
    def compare() -> Reply:
        first, second = (known_id(request.args.get(name, "")) for name in ("first", "second"))
        return reply(backtests_of(api).compared(first, second))

    @blueprint.get(ROUTES["backtest_days"])
    def days() -> Reply:
        return reply(backtests_of(api).days(days_wish(request.args)))

    return blueprint


def backtests_of(api: ApiContext) -> Backtests:
    """Return the backtests of this house; raises Refused where none are played."""
    if api.parts.backtests is None:
        raise Refused(503, "No backtests are played here.")
    return api.parts.backtests


def known_id(text: str) -> str:
    """Return an id that may name a backtest; raises Refused for any other text."""
    if not ID.fullmatch(text):
        raise Refused(404, "There is no backtest with this id.")
    return text
