"""Whether a request comes from our own page: the answer to foreign pages and to DNS rebinding (reliability.md 4.4).

In: a WSGI environment that passed the Host allowlist. Out: yes or no. Thread: any.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from orchestra.api.auth.peer import LOOPBACK_NAMES, host_name
from orchestra.runtime.network.own_addresses import is_private_address

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")


def is_known_host(environ: Mapping[str, Any], hostnames: Collection[str], *, is_lan: bool = False) -> bool:
    """Say whether the request asks for this machine by a name of its own.

    is_lan: a private address counts as one. A stranger's name can be made to point here, an address cannot: the page
    that a browser shows under it came from it.
    """
    host = str(environ.get("HTTP_HOST", "")).lower()
    if HOST.fullmatch(host) is None:
        return False
    name = host_name(environ)
    return name in LOOPBACK_NAMES | frozenset(hostnames) or (is_lan and is_private_address(name))


def is_own_origin(origin: str | None, environ: Mapping[str, Any]) -> bool:
    """Say whether an Origin header names the very host that is asked."""
    own = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}".lower()
    return origin is not None and origin.lower() == own


def may_change_state(environ: Mapping[str, Any]) -> bool:
    """Say whether an act comes from our page or from no page at all (curl): Origin first, then Sec-Fetch-Site."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        return is_own_origin(str(origin), environ)
    return environ.get("HTTP_SEC_FETCH_SITE") in ("same-origin", "none")


def may_open_socket(environ: Mapping[str, Any]) -> bool:
    """Say whether a socket is opened by our page; browsers leave Origin out only where they say Sec-Fetch-Site."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        return is_own_origin(str(origin), environ)
    is_upgrade = "HTTP_UPGRADE" in environ
    return not is_upgrade and environ.get("HTTP_SEC_FETCH_SITE") == "same-origin"


def may_open_stream(environ: Mapping[str, Any], origins: Collection[str], *, has_key: bool) -> bool:
    """Say whether a stream may be opened: by our page, by one the owner names, by a program that shows a key.

    A browser sends the cookie of a session along with whatever page asks, so such a stream has to say where it is from.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is None:
        return has_key
    return is_own_origin(str(origin), environ) or (has_key and str(origin).lower() in origins)
