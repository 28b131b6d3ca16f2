"""Pages of other origins: the ones the owner names may read what readers read, with a key, never with a session.

In: requests with an Origin. Out: `Access-Control-` headers, answered preflights. Thread: the request's.
Credentials are never allowed, so a browser neither shows such a page what a cookie opens nor sends it the cookie.
"""

from collections.abc import Collection

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from orchestra.api.auth import access

PREFLIGHT_SECONDS = "600"


def share_with(app: Flask, origins: Collection[str]) -> None:
    """Let pages of these origins GET the reads of readers, with any header."""

    @app.before_request
    def answer_preflight() -> Response | None:
        if request.method != "OPTIONS" or not access.is_offered(_endpoint_of_get()):
            return None
        response = Response(status=204)
        if _is_named():
            response.headers["Access-Control-Allow-Methods"] = "GET"
            asked = request.headers.get("Access-Control-Request-Headers")
            if asked:
                response.headers["Access-Control-Allow-Headers"] = asked
            response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
        return response

    @app.after_request
    def share(response: Response) -> Response:
        endpoint = _endpoint_of_get() if request.method == "OPTIONS" else request.endpoint
        if not access.is_offered(endpoint):
            return response
        response.vary.add("Origin")
        if _is_named():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return response

    def _is_named() -> bool:
        return request.headers.get("Origin", "").lower() in origins


def _endpoint_of_get() -> str | None:
    """Return what a GET of this address would reach: a preflight asks on its behalf."""
    adapter = request_ctx.url_adapter
    try:
        endpoint: str | None = adapter.match(method="GET")[0] if adapter else None
    except HTTPException:
        return None
    return endpoint
