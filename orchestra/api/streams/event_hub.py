"""The hub of the streams: follows the event log and gives each row to every socket that wants it.

In: the log, bars of the live board. Out: frames, into the sockets' queues. Thread: streams; sockets join and leave from
theirs. The log is what is sent, live and to whoever comes back, so nothing can be missing or told twice between the
two: a socket reads pages of it until it has what the hub has sent, and joins under the hub's lock.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial

from database.errors import StorageError
from database.timestamps import iso_milliseconds
from orchestra.api.streams.log_reader import PAGE, LogReader
from orchestra.api.streams.stream_socket import NOT_ALLOWED, STOPPING, UNREADABLE, StreamSocket
from orchestra.api.wire.web_socket import text_frame
from orchestra.messages.events import BarsClosed
from orchestra.news.envelopes import bar_envelopes, line
from orchestra.runtime.clock import Clock
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.rows.events import EventRow

log = logging.getLogger(__name__)

PULSE_SECONDS = 0.1
SWEEP_SECONDS = 30.0
# For the sockets' threads to write a page before the next one: so long, and who is slower is too slow.
ROOM_SECONDS = 1.0


class EventHub:
    """Tell every socket. is_live: whether a principal may still read."""

    def __init__(self, reader: LogReader, board: LiveBoard, clock: Clock, *, is_live: Callable[[str], bool]) -> None:
        self._reader = reader
        self._board = board
        self._clock = clock
        self._is_live = is_live
        self._lock = threading.Condition()
        self._open: set[StreamSocket] = set()
        self._listening: set[StreamSocket] = set()
        self._told_to = reader.bounds()[1]
        self._heard_to = _newest_news(board)
        self._swept_at = clock.monotonic()
        self._stop = threading.Event()
        self.dropped = 0

    @property
    def count(self) -> int:
        """Return how many sockets are open."""
        return len(self._open)

    def serve(self, socket: StreamSocket, *, after: int | None) -> None:
        """Serve a socket until its end. after: the id of the last event it has; None for what comes from now on."""
        with self._lock:
            self._open.add(socket)
        try:
            socket.serve(partial(self._catch_up, after=after))
        finally:
            with self._lock:
                self._open.discard(socket)
                self._listening.discard(socket)
                self._lock.notify_all()

    def drop(self, principal: str) -> None:
        """Close the sockets of everybody whose name begins like this."""
        with self._lock:
            for socket in self._open:
                if socket.principal.startswith(principal):
                    socket.say_goodbye(NOT_ALLOWED)

    def pulse(self) -> None:
        """Tell what is new, and end what has to end."""
        while self._tell_page() == PAGE:
            self._wait_for_room()
        self._tell_bars()
        now = self._clock.monotonic()
        with self._lock:
            sockets = list(self._open)
        for socket in sockets:
            socket.hang_up_if_late(now)
        if now >= self._swept_at + SWEEP_SECONDS:
            self._swept_at = now
            for principal in {socket.principal for socket in sockets}:
                if not self._is_live(principal):
                    self.drop(principal)

    def run(self) -> None:
        """Pulse until `stop`; the thread of the streams."""
        while not self._stop.wait(PULSE_SECONDS):
            try:
                self.pulse()
            except Exception:
                log.exception("The streams failed once; they go on.")
                self._stop.wait(SWEEP_SECONDS / 10)

    def stop(self) -> None:
        """End `run` and say goodbye to every socket."""
        self._stop.set()
        with self._lock:
            for socket in self._open:
                socket.say_goodbye(STOPPING)

    def wait_until_left(self, seconds: float) -> None:
        """Wait until every socket has been told goodbye and is gone, so long at most."""
        with self._lock:
            self._lock.wait_for(lambda: not self._open, seconds)

    def _tell_page(self) -> int:
        with self._lock:
            rows = self._reader.after(self._told_to)
            for row in rows:
                self._told_to = row.id
                if self._listening:
                    self._tell(row.kind, _frame(row), id_=row.id)
        return len(rows)

    def _wait_for_room(self) -> None:
        """Let the sockets write when the log is far ahead of the hub, which is no reader's fault."""
        deadline = self._clock.monotonic() + ROOM_SECONDS
        with self._lock:
            listening = list(self._listening)
        for socket in listening:
            socket.wait_for_room(PAGE, max(0.0, deadline - self._clock.monotonic()))

    def _tell_bars(self) -> None:
        news = self._board.news_after(self._heard_to)
        if not news:
            return
        self._heard_to = news[-1].number
        with self._lock:
            if not any(socket.selection.has_bars for socket in self._listening):
                return
            for each in news:
                for bar in bar_envelopes(each.event) if isinstance(each.event, BarsClosed) else ():
                    self._tell(bar.type, text_frame(line(bar.type, json.dumps(bar.data), bar.timestamp)))

    def _tell(self, kind: str, frame: bytes, *, id_: int | None = None) -> None:
        for socket in self._listening:
            if not socket.offer(kind, frame, id_=id_):
                self.dropped += 1
                log.warning("A program read its stream too slowly and was sent away, %d so far.", self.dropped)

    def _catch_up(self, socket: StreamSocket, *, after: int | None) -> Iterator[bytes]:
        """Yield the first frame, then what the log holds after an id; at its end the socket hears what comes."""
        try:
            if after is None:
                yield text_frame(self._connected(self._join_now(socket)))
                return
            lost, newest = self._reader.bounds()
            cursor = min(after, newest)
            yield text_frame(self._connected(cursor))
            if after > newest or after < lost:
                yield self._cannot_resume(after, lost=lost, newest=newest)
            while not self._joins_at(socket, cursor):
                page = self._reader.after(cursor)
                cursor = page[-1].id if page else newest
                yield b"".join(_frame(row) for row in page if socket.selection.takes(row.kind))
        except StorageError:
            log.exception("A stream could not be sent what the log holds.")
            socket.say_goodbye(UNREADABLE)

    def _join_now(self, socket: StreamSocket) -> int:
        """Let a socket hear what comes, before it is told that it does; return the id of the last event before."""
        with self._lock:
            socket.cursor = self._reader.bounds()[1]
            self._listening.add(socket)
            return socket.cursor

    def _joins_at(self, socket: StreamSocket, cursor: int) -> bool:
        """Let a socket hear what comes if it has everything before; what it read ahead of us is not told again."""
        with self._lock:
            if cursor < self._told_to:
                return False
            socket.cursor = cursor
            self._listening.add(socket)
            return True

    def _connected(self, cursor: int) -> str:
        """Return the first frame: what follows is everything after the event with this id."""
        return json.dumps({"type": "connected", "timestamp": self._now(), "id": cursor})

    def _cannot_resume(self, after: int, *, lost: int, newest: int) -> bytes:
        why = "pruned" if after <= newest else "unknown"
        data = {"after": after, "why": why, "complete_after": lost, "newest": newest}
        return text_frame(line("resume.incomplete", json.dumps(data), self._now()))

    def _now(self) -> str:
        """Return market time, as events tell it; before the engine's first snapshot that of the machine."""
        snapshot = self._board.snapshot
        return iso_milliseconds(snapshot.market.now if snapshot else self._clock.now())


def _frame(row: EventRow) -> bytes:
    return text_frame(line(row.kind, row.data, row.at, id_=row.id))


def _newest_news(board: LiveBoard) -> int:
    news = board.news_after(0)
    return news[-1].number if news else 0
