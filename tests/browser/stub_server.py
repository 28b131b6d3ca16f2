"""A stand-in for the API: the contract's URLs, JSON and headers, nothing of its security."""

import concurrent.futures
import json
import logging
import secrets
import threading

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from flask_socketio import SocketIO, emit
from werkzeug.serving import make_server

from database.timestamps import iso_milliseconds, iso_minute
from orchestra.api import protocol
from orchestra.messages.commands import (
    CancelOpenOrders,
    Command,
    PauseAlgorithm,
    Refusal,
    ResumeAlgorithm,
    SetPin,
    StartAlgorithm,
    StopAlgorithm,
)
from orchestra.messages.live_snapshot import AlgorithmCard
from tests.browser.fake_house import FakeHouse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
STATUS = {Refusal.INVALID: 400, Refusal.NOT_FOUND: 404, Refusal.CONFLICT: 409}
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
WEAK = {"123456", "000000", "111111", "654321"}

logging.getLogger("werkzeug").setLevel(logging.ERROR)


class StubServer:
    """Serve one house. `pin`, `wait_s` and `feed_gap` are the test's to set."""

    def __init__(self, house: FakeHouse, frontend: Path, *, pin: str | None = None, port: int = 0) -> None:
        self.house = house
        self.frontend = frontend
        self.pin = pin
        self.boot = secrets.token_hex(4)
        self.sessions: set[str] = set()
        self.tries_left = 5
        self.halt: dict[str, str] | None = None
        self.assets: dict[str, dict[str, Any]] = {}
        self.decisions: list[dict[str, Any]] = []
        self.strategies: list[dict[str, Any]] = []
        self.resyncs = 0
        self.seq = 0
        self._told: dict[str, Any] | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.app = Flask("stub", static_folder=None)
        self.socketio = SocketIO(self.app, async_mode="threading", ping_interval=5, ping_timeout=5)
        self._route()
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        self.port: int = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=self._feed, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def lose_an_update(self) -> None:
        """Count an update nobody gets."""
        with self._lock:
            self.seq += 1

    # Routes

    def _route(self) -> None:
        app, routes = self.app, protocol.ROUTES
        app.add_url_rule("/", view_func=self._page)
        app.add_url_rule("/frontend/dashboard.html", "page", self._page)
        app.add_url_rule("/frontend/<version>/<path:name>", view_func=self._file)
        app.add_url_rule(routes["session"], view_func=self._session, methods=["GET", "DELETE"])
        app.add_url_rule(routes["pin"], view_func=self._pin, methods=["GET", "POST"])
        app.add_url_rule(routes["validate_pin"], view_func=self._validate_pin, methods=["POST"])
        app.add_url_rule(routes["halt"], view_func=self._halt, methods=["POST"])
        app.add_url_rule(routes["resume"], view_func=self._resume, methods=["POST"])
        app.add_url_rule(routes["algorithms"], view_func=self._create, methods=["POST"])
        app.add_url_rule(routes["stop"], view_func=self._stop_one, methods=["POST"])
        app.add_url_rule(routes["pause"], view_func=self._pause, methods=["POST"])
        app.add_url_rule(routes["resume_algorithm"], view_func=self._resume_one, methods=["POST"])
        app.add_url_rule(routes["decisions"], view_func=self._decisions)
        app.add_url_rule(routes["available_algorithms"], view_func=self._available)
        app.add_url_rule(routes["account_cash"], view_func=self._cash)
        app.add_url_rule(routes["validate_ticker"], view_func=self._ticker)
        app.add_url_rule(routes["command"], view_func=self._command)
        app.before_request(self._guard)
        app.after_request(self._headers)
        self.socketio.on_event("connect", self._connect)
        self.socketio.on_event(protocol.RESYNC, self._resync)

    def _guard(self) -> Any:
        is_open = (
            request.path == "/"
            or request.path.startswith("/frontend")
            or request.path in (protocol.ROUTES["pin"], protocol.ROUTES["validate_pin"], protocol.ROUTES["halt"])
        )
        if not is_open and not self._has_session():
            return jsonify(error="Unlock first."), 401
        if request.method not in ("GET", "HEAD") and request.headers.get("X-AutoTrader") != "1":
            return jsonify(error="header"), 403
        return None

    def _has_session(self) -> bool:
        return request.cookies.get("s") in self.sessions

    def _headers(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _page(self) -> Response:
        text = (self.frontend / "dashboard.html").read_text(encoding="utf-8")
        return Response(text.replace("{{version}}", "1"), mimetype="text/html", headers={"Cache-Control": "no-cache"})

    def _file(self, version: str, name: str) -> Any:
        path = self.frontend / name
        if not path.is_file():
            return "", 404
        return Response(path.read_bytes(), mimetype=TYPES[path.suffix])

    def _session(self) -> Any:
        if request.method == "DELETE":
            self.sessions.discard(request.cookies.get("s", ""))
        return jsonify(expires_at="2026-12-01T00:00:00Z", is_loopback=True)

    def _pin(self) -> Any:
        if request.method == "GET":
            return jsonify(exists=self.pin is not None)
        pin = request.get_json()["pin"]
        if self.pin is not None:
            return jsonify(error="A PIN exists already."), 409
        if pin in WEAK:
            return jsonify(error="This PIN is too easy: digits in a row or all the same."), 400
        self._give(SetPin("digest"))
        self.pin = pin
        return self._logged_in({"created": True}, 201)

    def _validate_pin(self) -> Any:
        if self.tries_left == 0:
            return jsonify(valid=False, wait_s=272), 429
        if request.get_json()["pin"] == self.pin:
            return self._logged_in({"valid": True}, 200)
        self.tries_left -= 1
        if self.tries_left == 0:
            return jsonify(valid=False, wait_s=272), 429
        return jsonify(valid=False, tries_left=self.tries_left), 401

    def _logged_in(self, body: dict[str, Any], status: int) -> Any:
        token = secrets.token_hex(8)
        self.sessions.add(token)
        self.tries_left = 5
        response = jsonify(body)
        response.set_cookie("s", token, httponly=True, samesite="Strict")
        return response, status

    def _halt(self) -> Any:
        self.halt = {"at": iso_milliseconds(datetime.now(UTC)), "by": "this screen"}
        body, status = self._give(CancelOpenOrders())
        self.house.show(is_halted=True)
        return jsonify(halted=True, **self.halt, **body), status

    def _resume(self) -> Any:
        if request.get_json()["pin"] != self.pin:
            return jsonify(valid=False, tries_left=4), 401
        self.halt = None
        self.house.show(is_halted=False)
        return jsonify(halted=False)

    def _create(self) -> Any:
        body = request.get_json()
        command = StartAlgorithm(body["name"], body["ticker"], Decimal(body["initial_capital"]), body["params"])
        return self._answered(command, 201)

    def _stop_one(self, algorithm_id: int) -> Any:
        return self._answered(StopAlgorithm(algorithm_id, is_selling=request.get_json()["liquidate"]), 200)

    def _pause(self, algorithm_id: int) -> Any:
        return self._answered(PauseAlgorithm(algorithm_id), 200)

    def _resume_one(self, algorithm_id: int) -> Any:
        return self._answered(ResumeAlgorithm(algorithm_id), 200)

    def _answered(self, command: Command, status: int) -> Any:
        body, code = self._give(command)
        return jsonify(body), status if code == 200 else code

    def _give(self, command: Command) -> tuple[dict[str, Any], int]:
        command_id = request.headers.get("Idempotency-Key") or secrets.token_hex(8)
        future = self.house.desk.give(command, command_id=command_id)
        try:
            answer = future.result(10)
        except concurrent.futures.TimeoutError:
            return {"command_id": command_id}, 202
        if answer.refusal:
            return {"error": answer.reason}, STATUS[answer.refusal]
        return dict(answer.values), 200

    def _command(self, command_id: str) -> Any:
        future = self.house.desk.find(command_id)
        if future is None:
            return jsonify(error="unknown"), 404
        if not future.done():
            return jsonify(status="pending"), 202
        return jsonify(status=200, body=dict(future.result().values))

    def _decisions(self, algorithm_id: int) -> Any:
        return jsonify(decisions=self.decisions)

    def _available(self) -> Any:
        return jsonify(algorithms=self.strategies)

    def _cash(self) -> Any:
        return jsonify(_account_json(self.house))

    def _ticker(self) -> Any:
        ticker = request.args["ticker"]
        unknown = {"valid": False, "tradable": False, "reason": f"{ticker} is not a ticker your broker knows."}
        return jsonify(self.assets.get(ticker, unknown))

    # Feed

    def _connect(self, _auth: object = None) -> bool | None:
        if not self._has_session():
            return False
        self._send_snapshot()
        return None

    def _resync(self, _data: object = None) -> None:
        self.resyncs += 1
        self._send_snapshot()

    def _send_snapshot(self) -> None:
        with self._lock:
            self._told = self._told or self._state()
            emit(protocol.SNAPSHOT, {"boot": self.boot, "seq": self.seq, "state": self._told})

    def _feed(self) -> None:
        beats = 0
        while not self._stop.wait(0.1 if beats % 5 else 0.1):
            beats += 1
            if beats % 5 == 0:
                self._update()
            if beats % 20 == 0:
                self.socketio.emit(protocol.HEARTBEAT, {"boot": self.boot, "seq": self.seq, "now": "x"})

    def _update(self) -> None:
        with self._lock:
            state = self._state()
            if self._told is None or state == self._told:
                return
            old = self._told
            changes = {k: v for k, v in state.items() if k != "algorithms" and old.get(k) != v}
            before = {each["id"]: each for each in old["algorithms"]}
            changes["algorithms"] = [each for each in state["algorithms"] if before.get(each["id"]) != each]
            changes["removed"] = [each for each in before if each not in {one["id"] for one in state["algorithms"]}]
            self._told = state
            self.seq += 1
            body = {"boot": self.boot, "seq": self.seq, "changes": changes, "events": []}
            self.socketio.emit(protocol.UPDATE, body)

    def _state(self) -> dict[str, Any]:
        snapshot = self.house.board.snapshot
        assert snapshot
        market = snapshot.market
        state = {
            "mode": snapshot.mode,
            "version": "0.1.0",
            "is_halted": snapshot.is_halted,
            "halt": self.halt,
            "market": {
                "now": iso_milliseconds(market.now),
                "phase": market.phase,
                "is_open": market.is_open,
                "closes_at": market.closes_at and iso_milliseconds(market.closes_at),
                "next_open": market.next_open and iso_milliseconds(market.next_open),
                "is_half_day": market.is_half_day,
                "speed": market.speed,
            },
            "account": _account_json(self.house),
            "algorithms": [_card_json(card) for card in snapshot.algorithms],
            "health": {
                "streams": {
                    "data": snapshot.health.streams.is_data_connected,
                    "orders": snapshot.health.streams.is_orders_connected,
                    "last_message_age_s": snapshot.health.streams.last_message_age_s,
                },
                "closed_gates": list(snapshot.health.closed_gates),
                "database": snapshot.health.is_database_ok,
            },
        }
        return dict(json.loads(json.dumps(state, default=str)))


def _account_json(house: FakeHouse) -> dict[str, str] | None:
    assert house.board.snapshot
    account = house.board.snapshot.account
    if account is None:
        return None
    names = ("equity", "cash", "buying_power", "last_equity", "day_pl", "allocated", "available")
    return {name: str(getattr(account, name)) for name in names}


def _card_json(card: AlgorithmCard) -> dict[str, Any]:
    record, figures, decision = card.record, card.figures, card.decision
    money = {name: _text(getattr(figures, name)) for name in type(figures).__slots__}
    return {
        "id": record.id,
        "name": record.name,
        "ticker": record.ticker,
        "initial_capital": str(record.initial_capital),
        "status": record.status,
        "last_error": record.last_error,
        "note": card.note,
        "price_at": card.price_at and iso_minute(card.price_at),
        "has_working_order": bool(card.working),
        "card_calculations": {
            **money,
            "last_price": figures.last_price,
            "total_pl_pct": float(figures.total_pl_pct or 0),
        },
        "sparkline": list(card.sparkline),
        "decision": decision
        and {
            "minute": iso_minute(decision.minute),
            "action": decision.action,
            "shares": decision.shares,
            "outcome": decision.outcome,
            "reason": decision.reason,
            "gate": decision.gate,
        },
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
