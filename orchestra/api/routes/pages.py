"""The page and its files (S2-31, S2-90)."""

from flask import Blueprint, Response, request

from orchestra.api.answers import Refused
from orchestra.api.front_end import FrontEnd, ServedFile

FOR_EVER = "public, max-age=31536000, immutable"


def routes(front_end: FrontEnd) -> Blueprint:
    """Return the routes of the page."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    def page() -> Response:
        return _sent(front_end.page, "no-cache", status=200 if front_end.is_complete else 503)

    @blueprint.get("/frontend/dashboard.html")
    def dashboard() -> Response:
        return page()

    @blueprint.get("/frontend/<version>/<path:name>")
    def file(version: str, name: str) -> Response:
        found = front_end.file(version, name)
        if found is None:
            raise Refused(404, "There is no such file of this version: reload the page.")
        return _sent(found, FOR_EVER)

    return blueprint


def _sent(served: ServedFile, cache: str, *, status: int = 200) -> Response:
    packed = served.packed if request.accept_encodings.quality("gzip") else None
    response = Response(packed or served.body, status, content_type=served.content_type)
    response.headers["Cache-Control"] = cache
    if served.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
