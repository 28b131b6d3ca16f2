"""What alpaca-py's streams lack: an end, a pace, a limit to a silent start, and a reason in plain words.

In: a stream of alpaca-py, mixed in below. Out: its connections told of and paced. Thread: the stream's own; `shut` and
`reconnect` come from any.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from websockets.exceptions import WebSocketException

from orchestra.runtime.network.reconnect_pace import ReconnectPace

CLOSE_SECONDS = 0.5
# Connection, greeting and authentication together; alpaca-py waits for the last two for ever.
START_SECONDS = 15.0

OnState = Callable[[str | None], None]

# Alpaca's own words: ours.
REFUSALS = {
    "connection limit exceeded": "another program uses these keys; Alpaca allows one data connection",
    "connected message not received": "Alpaca does not greet us; most likely another program uses these keys",
    "auth failed": "Alpaca refuses the keys: check ALPACA_API_KEY and ALPACA_SECRET_KEY in .env",
    "failed to authenticate": "Alpaca refuses the keys: check ALPACA_API_KEY and ALPACA_SECRET_KEY in .env",
    "auth timeout": "Alpaca did not get our keys in time",
    "insufficient subscription": "your Alpaca plan does not include this feed: choose another, iex is free",
    "slow client": "this machine is too slow for what it has subscribed",
}
TOO_MANY_ATTEMPTS = 429


class StreamRefused(WebSocketException):
    """A connection that did not come about, with a reason for the owner; alpaca-py backs off and tries again."""


class SteadyStream:
    """Mix into a stream of alpaca-py, before it. pace and on_state (None: connected) are set before it runs."""

    # alpaca-py's own, untyped there: the event loop while run() is in it, and the open socket.
    _loop: Any
    _ws: Any
    stop_ws: Callable[[], Coroutine[Any, Any, None]]
    _pace: ReconnectPace
    _on_state: OnState
    _trouble: str | None = None
    _is_shut = False
    _main: "asyncio.Task[Any] | None" = None

    def shut(self) -> None:
        """End the stream within two CLOSE_SECONDS, whatever it is doing; also one that has not begun."""
        self._is_shut = True
        self._hand_over(self._stop_and_close)

    def reconnect(self, reason: str) -> None:
        """Break the connection, because it brings nothing any more, and make a new one."""
        self._trouble = reason
        self._hand_over(self._break_off)

    async def close(self) -> None:
        """Tell of the break, whoever caused it, then close."""
        self._on_state(self._trouble or "connection closed")
        await super().close()  # type: ignore[misc]  # alpaca-py's, mixed in below

    def _hand_over(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work on the stream's thread; before it runs and after its end there is nothing to do."""
        if self._loop is None or not self._loop.is_running():
            return
        coroutine = work()
        try:
            asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:  # the loop ended meanwhile
            coroutine.close()

    async def _stop_and_close(self) -> None:
        await self.stop_ws()
        await self._break_off()
        if self._main is not None:
            await asyncio.wait({self._main}, timeout=CLOSE_SECONDS)
            self._main.cancel()

    async def _break_off(self) -> None:
        if self._ws is not None:
            with suppress(Exception, asyncio.TimeoutError):
                await asyncio.wait_for(self._ws.close(), CLOSE_SECONDS)

    async def _run_forever(self) -> None:
        self._main = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if not self._is_shut:
            await super()._run_forever()  # type: ignore[misc]  # alpaca-py's, mixed in below

    async def _start_ws(self) -> None:
        """Connect and authenticate in time; what goes wrong is raised as what alpaca-py backs off from, in words."""
        self._pace.note_attempt()
        try:
            await asyncio.wait_for(super()._start_ws(), START_SECONDS)  # type: ignore[misc]  # alpaca-py's
        except (ValueError, OSError, TimeoutError, WebSocketException) as error:
            self._trouble = in_words(error)
            raise StreamRefused(self._trouble) from error
        self._trouble = None
        self._on_state(None)

    def _reconnect_delay(self, retries: int) -> float:
        """Return alpaca-py's jittered backoff, made longer where it would be more than six attempts a minute."""
        backoff: float = super()._reconnect_delay(retries)  # type: ignore[misc]  # alpaca-py's, mixed in below
        return max(backoff, self._pace.seconds_to_wait())


def in_words(error: Exception) -> str:
    """Return why a connection did not come about, in words an owner can act on."""
    if isinstance(error, TimeoutError):
        return "Alpaca does not answer"
    # websockets' error for a refused upgrade, which only its old half has under a name.
    if getattr(error, "status_code", None) == TOO_MANY_ATTEMPTS:
        return "too many connections for these keys (429): does another program use them?"
    if isinstance(error, OSError):
        return f"Alpaca cannot be reached ({error})"
    return REFUSALS.get(str(error), str(error))
