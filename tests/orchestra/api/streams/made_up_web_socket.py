"""The other side of a stream without a network: what it was told, read from the frames."""

import json
import threading
from collections.abc import Iterator

PATIENCE_SECONDS = 20.0


class MadeUpWebSocket:
    """The other side of a connection, which takes what it is sent until it is cut off."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._changed = threading.Condition()
        self.told: list[dict[str, object]] = []

    def send_frames(self, frames: bytes) -> None:
        if self._is_over.is_set():
            raise OSError("cut off")
        with self._changed:
            self.told += [json.loads(text) for text in texts_of(frames)]
            self._changed.notify_all()

    def wait(self) -> None:
        self._is_over.wait()

    def close(self, _code: int, _reason: str) -> None:
        self._is_over.set()

    def hang_up(self) -> None:
        self._is_over.set()

    def has(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.told) >= count, PATIENCE_SECONDS)


def texts_of(frames: bytes) -> Iterator[str]:
    """Read a server's frames one after another, as RFC 6455 has them."""
    while frames:
        assert frames[0] == 0x81
        size, start = frames[1], 2
        if size in (126, 127):
            start = 4 if size == 126 else 10
            size = int.from_bytes(frames[2:start])
        yield frames[start : start + size].decode()
        frames = frames[start + size :]
