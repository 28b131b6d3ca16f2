"""The API's port: one Flask app with Socket.IO, served on threads of its own (S2-07).

In: ApiParts of the builder, the folder of the page. Out: HTTP and Socket.IO on one port. Thread: accept, feed, sweep,
reaper, and one for each connection; none of them writes trading state.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from werkzeug.exceptions import HTTPException

from database.errors import AutoTraderError, ConfigError, StorageError
from database.timestamps import iso_milliseconds
from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext, peer, reader, session
from orchestra.api.api_parts import ApiLimits, ApiParts
from orchestra.api.auth import access
from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.readers.cross_origin import share_with
from orchestra.api.feed.live_feed import LiveFeed
from orchestra.api.feed.sockets import Sockets
from orchestra.api.front_end import FrontEnd
from orchestra.api.nouns import NOUNS
from orchestra.api.routes import pages, streams
from orchestra.api.routes.process import about, prometheus
from orchestra.api.streams.event_hub import EventHub
from orchestra.api.wire.gate import Gate
from orchestra.api.wire.http_server import ApiHttpServer
from orchestra.messages.backtest_wish import NoSuchBacktest
from orchestra.runtime.plain_text import plain_line
from system_databse.door.door_store import AuditRow

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 5001
POLL_SECONDS = 0.1
STOP_SECONDS = 5.0
# Of these: for what is said to the streams to be written.
GOODBYE_SECONDS = 1.0
MINUTE_S = 60
NEVER_LIMITED = frozenset(
    {"safety.halt", "safety.stop_entries", "health.health", "pages.page", "pages.dashboard", "pages.file"}
)


@dataclass(frozen=True, slots=True)
class ApiApp:
    """The app and what lives beside it."""

    flask: Flask
    context: ApiContext
    sockets: Sockets
    feed: LiveFeed
    streams: EventHub


def build_app(
    parts: ApiParts,
    frontend: Path,
    limits: ApiLimits | None = None,
    *,
    count_connections: Callable[[], int] = lambda: 0,
) -> ApiApp:
    """Return the app, its sockets and its feed; nothing runs yet. count_connections: of the server around it.

    Raises ValueError when the clock is an exchange's: sessions would end after minutes.
    """
    if parts.clock.is_simulated:
        raise ValueError("the API needs the machine's own clock")
    limits = limits or ApiLimits()
    app = Flask("autotrader", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, its base class does not
    app.config.update(MAX_CONTENT_LENGTH=limits.body_bytes, MAX_FORM_PARTS=20, PROVIDE_AUTOMATIC_OPTIONS=False)
    context = ApiContext.of(parts, limits)
    _limit_requests(app, limits)
    share_with(app, parts.readers.origins)
    _check_requests(app, context)
    _note_acts(app, context)
    _speak_json_on_errors(app)
    front_end = FrontEnd(frontend)
    hub = streams.hub_of(context)
    _add_routes(app, context, front_end, hub=hub)
    sockets = Sockets(app, context.sessions, context.watchers)
    feed = _feed_of(context, sockets, front_end)
    sockets.serve(feed)
    return _behind_gate(_counted(ApiApp(app, context, sockets, feed, hub), connections=count_connections))


def _counted(app: ApiApp, *, connections: Callable[[], int]) -> ApiApp:
    """Tell a monitor what is counted here."""
    counts = prometheus.Counts(
        connections=connections,
        sockets=lambda: app.sockets.count,
        streams=lambda: app.streams.count,
        dropped=lambda: app.streams.dropped,
    )
    app.flask.register_blueprint(prometheus.routes(app.context, counts))
    return app


def _behind_gate(app: ApiApp) -> ApiApp:
    flask, context = app.flask, app.context
    flask.wsgi_app = Gate(  # type: ignore[method-assign]  # Flask's own way of wrapping an app
        flask.wsgi_app,
        context.parts,
        context.watchers,
        limits=context.limits,
        count_sockets=lambda: app.sockets.count,
    )
    return app


def _feed_of(context: ApiContext, sockets: Sockets, front_end: FrontEnd) -> LiveFeed:
    parts = context.parts
    return LiveFeed(
        parts.board,
        # The page loads itself anew when its own files are of another version.
        lambda: {**context.state(), "page_version": front_end.version},
        sockets,
        clock=parts.clock,
        boot=parts.boot,
        most_waiting=context.limits.waiting_events,
    )


def create_app(parts: ApiParts, frontend: Path) -> Flask:
    """Return the Flask app alone, behind its gate."""
    return build_app(parts, frontend).flask


def nobody_minds(_error: Exception) -> None:
    """Leave a page that is broken broken."""


class ApiServer:
    """Serve the API. port 0 takes any free one. on_broken: told what a thread of the page has ended on."""

    def __init__(
        self,
        parts: ApiParts,
        frontend: Path,
        *,
        host: str = LOOPBACK,
        port: int = DEFAULT_PORT,
        limits: ApiLimits | None = None,
        on_broken: Callable[[Exception], None] = nobody_minds,
    ) -> None:
        self._parts = parts
        self._on_broken = on_broken
        self._limits = limits or ApiLimits()
        self._app = build_app(parts, frontend, self._limits, count_connections=self._count_connections)
        self._address = host, port
        self._server: ApiHttpServer | None = None
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        """Return the port in use; before `start` the one asked for."""
        return self._server.port if self._server else self._address[1]

    def start(self) -> None:
        """Listen, in the caller's thread, then serve on others; raises ConfigError when the port cannot be had."""
        host, port = self._address
        self._server = server = ApiHttpServer(self._app.flask, host, port, limits=self._limits, clock=self._parts.clock)
        self._parts.door.prune(self._parts.clock.now())
        jobs = {
            "api": lambda: server.serve_forever(POLL_SECONDS),
            "api-reaper": self._server.reaper.run,
            "api-feed": self._app.feed.run,
            "api-sweep": self._app.sockets.run,
            "api-streams": self._app.streams.run,
        }
        self._threads = [
            threading.Thread(target=self._run_job, args=(name, job), name=name, daemon=True)
            for name, job in jobs.items()
        ]
        for thread in self._threads:
            thread.start()
        log.info("The page is at http://%s:%d", "localhost" if host == LOOPBACK else host, self.port)

    def _count_connections(self) -> int:
        return self._server.connections if self._server else 0

    def _run_job(self, name: str, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:
            # For the file: whoever is told raises it again.
            log.info("The thread %s of the page ended.", name, exc_info=True)
            self._on_broken(error)

    def stop(self) -> None:
        """Say goodbye to the screens and stop listening, within five seconds."""
        if self._server is None:
            return
        self._app.feed.stop()
        self._app.sockets.stop()
        self._app.streams.stop()
        self._server.reaper.stop()
        self._server.shutdown()
        self._server.server_close()
        self._app.streams.wait_until_left(GOODBYE_SECONDS)
        self._server.hang_up()
        for thread in self._threads:
            thread.join((STOP_SECONDS - GOODBYE_SECONDS) / len(self._threads))
        self._server = None


def _add_routes(app: Flask, context: ApiContext, front_end: FrontEnd, *, hub: EventHub) -> None:
    for noun in NOUNS:
        app.register_blueprint(noun.routes(context))
    app.register_blueprint(about.routes(context, front_end))
    app.register_blueprint(pages.routes(front_end))
    app.register_blueprint(streams.routes(context, hub))


def _check_requests(app: Flask, context: ApiContext) -> None:
    @app.before_request
    def check() -> None:
        try:
            _find_out_who(context)
        except StorageError:
            # Whatever has become of door.db: who needs no session, and above all the halt, goes on without.
            if not access.is_open(request, peer()):
                raise
        access.require(
            request,
            peer(),
            has_session=session() is not None or _only_watches(context),
            is_reader=reader() is not None,
            origins=context.parts.readers.origins,
        )
        if access.is_watched(request) and context.is_locked_hour():
            context.fresh_pins.require(session())
        _count_call(context)
        g.is_admitted = True


def _find_out_who(context: ApiContext) -> None:
    """Find the session or the reader of the request: whoever shows a key is that program and nobody else."""
    key = request.headers.get(access.KEY_HEADER)
    if key is not None:
        g.reader = context.reader_keys.find(key)
        return
    g.session = context.sessions.find(request.cookies.get(SESSION_COOKIE), peer())
    if g.session is None:
        g.reader = context.reader_keys.without_key(is_here=peer().is_loopback)


def _only_watches(context: ApiContext) -> bool:
    """Say whether this screen may go on showing the live feed, and asks no more than that."""
    token = request.cookies.get(SESSION_COOKIE)
    return request.endpoint in access.OF_WATCHERS and context.watchers.find(token, peer()) is not None


def _count_call(context: ApiContext) -> None:
    """Hold a key to its calls a minute; what is open to anybody costs none."""
    found = reader()
    if found is None or not access.is_offered(request.endpoint):
        return
    wait_s = context.reader_calls.wait_seconds(found.id, context.parts.clock.monotonic())
    if wait_s:
        raise Refused(429, f"This key has asked too often: wait {wait_s} s.", wait_s=wait_s)


def _limit_requests(app: Flask, limits: ApiLimits) -> None:
    """Limit what one address asks in a minute; the halt is never a request too many."""
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)
    limiter = Limiter(
        key_func=lambda: peer().source,
        app=app,
        default_limits=[f"{limits.requests_a_minute} per minute"],
        storage_uri="memory://",
    )
    limiter.request_filter(lambda: request.endpoint in NEVER_LIMITED)


def _note_acts(app: Flask, context: ApiContext) -> None:
    @app.after_request
    def note(response: Response) -> Response:
        if request.method in access.READS or not g.get("is_admitted") or request.endpoint is None:
            return response
        row = AuditRow(
            at=iso_milliseconds(context.parts.clock.now()),
            principal=f"session {found.id[:8]}" if (found := session()) else "nobody",
            address=peer().address,
            act=f"{request.method} {request.endpoint}",
            target=_path(),
            outcome=str(response.status_code),
        )
        try:
            context.parts.door.record(row)
        except StorageError as error:
            log.error("An act could not be noted down in door.db: %s", error)  # noqa: TRY400 - the sentence says all
        return response


def _speak_json_on_errors(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused) -> Reply:
        return _with_wait(reply(error.body, error.status), error.body.get("wait_s"))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Reply:
        answer = reply({"error": _sentence(error)}, error.code or 500)
        return _with_wait(answer, MINUTE_S if error.code == 429 else None)

    @app.errorhandler(NoSuchBacktest)
    def unknown(error: NoSuchBacktest) -> Reply:
        return reply({"error": str(error)}, 404)

    @app.errorhandler(ConfigError)
    def cannot_be(error: ConfigError) -> Reply:
        return reply({"error": str(error)}, 409)

    @app.errorhandler(AutoTraderError)
    def our_own(error: AutoTraderError) -> Reply:
        log.error("%s %s could not be answered: %s", request.method, _path(), error)
        return reply({"error": "A database or the broker cannot be used now: see the log."}, 503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Reply:
        log.error("%s %s could not be answered.", request.method, _path(), exc_info=error)
        return reply({"error": "AutoTrader could not answer: see the log."}, 500)


def _with_wait(answer: Reply, wait_s: object) -> Reply:
    """Say in a header too for how long to wait, as programs read it (RFC 9110, 10.2.3)."""
    if wait_s:
        answer[0].headers["Retry-After"] = str(wait_s)
    return answer


def _path() -> str:
    """Return the address asked for, fit for a log line: it is a stranger's text."""
    return plain_line(request.path, longest=200)


def _sentence(error: HTTPException) -> str:
    known = {
        404: "There is nothing at this address.",
        405: "This address does not take this method.",
        413: "The request is too large: 64 kB are the limit.",
        429: "Too many requests: wait a moment.",
    }
    return known.get(error.code or 500, f"{error.name}.")
