"""A document of a public server, fetched within limits of size and time: whatever that server does, this ends.

In: an address. Out: bytes, or MarketDataError in a sentence. Thread: the fetcher's, which it keeps for half a minute.
"""

from urllib.parse import urlsplit

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_fixed
from tenacity.wait import wait_random
from urllib3.exceptions import HTTPError

from database.errors import MarketDataError
from orchestra.runtime.clock import Clock

TIMEOUT_SECONDS = (5.0, 10.0)
ATTEMPTS = 3
PAUSE_SECONDS = 1.0
JITTER_SECONDS = 0.5
# One that is sent in drips, and everything together.
LONGEST_SECONDS = 15.0
LAST_REPEAT_AFTER_SECONDS = 15.0
LARGEST_BYTES = 1_000_000
CHUNK_BYTES = 16_384
SERVER_ERROR = 500


class _Interrupted(Exception):
    """An attempt that may be repeated has failed."""


def fetch_document(url: str, clock: Clock) -> bytes:
    """Return what the address answers; silence and errors of the server are tried again twice.

    Raises MarketDataError when there is no answer, a refusal, or one that is too large or too slow.
    """
    repeats = Retrying(
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(LAST_REPEAT_AFTER_SECONDS),
        wait=wait_fixed(PAUSE_SECONDS) + wait_random(0.0, JITTER_SECONDS),
        retry=retry_if_exception_type(_Interrupted),
        sleep=clock.sleep,
        reraise=True,
    )
    try:
        return repeats(_once, url, clock)
    except _Interrupted as error:
        raise MarketDataError(str(error)) from error


def _once(url: str, clock: Clock) -> bytes:
    host = urlsplit(url).hostname
    try:
        # Unpacked: what is packed may be a thousand times as large.
        with (
            requests.Session() as session,
            session.get(url, timeout=TIMEOUT_SECONDS, stream=True, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code >= SERVER_ERROR:
                raise _Interrupted(f"{host} answered {response.status_code}.")
            if not response.ok:
                raise MarketDataError(f"{host} answered {response.status_code}.")
            return _read(response, clock, host=str(host))
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise _Interrupted(f"{host} did not answer ({type(error).__name__}).") from error


def _read(response: requests.Response, clock: Clock, *, host: str) -> bytes:
    ends_at, body = clock.monotonic() + LONGEST_SECONDS, b""
    while chunk := response.raw.read1(CHUNK_BYTES):
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise MarketDataError(f"{host} answered with more than {LARGEST_BYTES} bytes.")
        if clock.monotonic() > ends_at:
            raise MarketDataError(f"{host} took longer than {LONGEST_SECONDS:g} s to answer.")
    return body
