"""The way to the services: Apprise, the only user of it, imported when the first message is sent.

In: an address, a message. Out: sent, or why not in one sentence without secrets. Thread: the notifier's.
"""

import logging
from typing import Any
from urllib.parse import parse_qs

from orchestra.notifications.addresses import service_of, without_secrets
from orchestra.notifications.message import Message
from orchestra.notifications.notice import Loudness
from orchestra.runtime.plain_text import plain_line

LONGEST_REASON = 200
UNKNOWN_ADDRESS = "This is no address that Apprise knows: see its list of services for how one is written."
# How a service itself is told how loud a message is: the argument of its address, and what stands for each loudness.
_PRIORITY = ("priority", {Loudness.QUIET: "low", Loudness.NORMAL: "normal", Loudness.URGENT: "high"})
_NTFY = ("priority", {Loudness.QUIET: "low", Loudness.NORMAL: "default", Loudness.URGENT: "max"})
_SILENT = ("silent", {Loudness.QUIET: "yes", Loudness.NORMAL: "no", Loudness.URGENT: "no"})
LOUDNESS_ARGUMENTS: dict[str, tuple[str, dict[Loudness, str]]] = {
    **dict.fromkeys(("ntfy", "ntfys"), _NTFY),
    **dict.fromkeys(("pover", "gotify", "gotifys", "prowl", "join", "po"), _PRIORITY),
    "tgram": _SILENT,
}


class Messenger:
    """Send by Apprise. Its own log lines name addresses, so they are caught here and go no further."""

    def __init__(self) -> None:
        self._apprise: Any = None

    def check(self, address: str) -> str | None:
        """Return why nobody could be told at this address, None when it is understood. Nothing is sent."""
        with self._caught():
            known = self._library().Apprise.instantiate(address, suppress_exceptions=True)
        return None if known else UNKNOWN_ADDRESS

    def send(self, address: str, message: Message) -> str | None:
        """Send a message; return None, or why it was not taken. It waits for seconds, not longer."""
        library = self._library()
        kind = library.NotifyType.WARNING if message.loudness is Loudness.URGENT else library.NotifyType.INFO
        with self._caught() as told:
            service = library.Apprise.instantiate(loud(address, message.loudness), suppress_exceptions=True)
            if not service:
                return UNKNOWN_ADDRESS
            is_sent = service.notify(body=message.body, title=message.title, notify_type=kind)
            reason = told.getvalue()
        return None if is_sent else _sentence(reason, address)

    def _library(self) -> Any:
        if self._apprise is None:
            # Twenty megabytes, and only where somebody is to be told.
            import apprise  # noqa: PLC0415

            logger = logging.getLogger("apprise")
            logger.propagate = False
            logger.setLevel(logging.WARNING)
            logger.addHandler(logging.NullHandler())
            self._apprise = apprise
        return self._apprise

    def _caught(self) -> Any:
        return self._library().LogCapture(level=logging.WARNING)


def loud(address: str, loudness: Loudness) -> str:
    """Return the address with the service's own word for the loudness, unless the owner has set one in it."""
    known = LOUDNESS_ARGUMENTS.get(service_of(address))
    if known is None or loudness not in known[1]:
        return address
    name, words = known
    before, _, query = address.partition("?")
    if name in parse_qs(query, keep_blank_values=True):
        return address
    return f"{before}?{query}{'&' if query else ''}{name}={words[loudness]}"


def _sentence(told: str, address: str) -> str:
    """Return the last thing the library said, in one line."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    words = lines[-1].rpartition(" - ")[2] if lines else "The service did not take it."
    return plain_line(without_secrets(words, address), longest=LONGEST_REASON)
