"""The document of the window: /openapi.json for programs and /docs for people, made of the same descriptions."""

from functools import cache

from flask import Blueprint, Response, current_app

from orchestra.api.answers import Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.describing.document import openapi
from orchestra.api.describing.readable_page import STYLE, page_of
from orchestra.api.describing.schemas import Schema


def routes(_api: ApiContext) -> Blueprint:
    """Return the routes of the document; nobody needs a key to read it."""
    blueprint = Blueprint("document", __name__)

    @cache
    def made() -> Schema:
        # Every route is there by the first request, and none is added later.
        return openapi(current_app)

    @blueprint.get("/openapi.json")
    def document() -> Reply:
        return reply(made())

    @blueprint.get("/docs")
    def page() -> Response:
        return Response(page_of(made()), content_type="text/html; charset=utf-8")

    @blueprint.get("/docs/docs.css")
    def style() -> Response:
        return Response(STYLE, content_type="text/css; charset=utf-8")

    return blueprint
