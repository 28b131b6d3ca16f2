"""Who is at the other end: this machine itself, or somebody in the network.

In: a WSGI environment. Out: a Peer. Forwarded headers are never believed; their presence means that a proxy
stands in between, and then nobody counts as sitting at this machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from orchestra.runtime.network.own_addresses import is_private_address

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PROXY_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
# A household gets a whole /64; each address in it would be a fresh budget of tries.
HOUSEHOLD_BITS = 64


@dataclass(frozen=True, slots=True)
class Peer:
    """One side of a connection. source: under which its failed logins are counted."""

    address: str
    is_loopback: bool
    source: str


def peer_of(environ: Mapping[str, Any]) -> Peer:
    """Return who sent this request."""
    address = str(environ.get("REMOTE_ADDR", ""))
    is_proxied = any(header in environ for header in PROXY_HEADERS)
    if is_loopback_address(address):
        is_local = not is_proxied and host_name(environ) in LOOPBACK_NAMES
        return Peer(address, is_local, "loopback" if is_local else "proxy")
    return Peer(address, is_loopback=False, source=_household(address))


def is_loopback_address(address: str) -> bool:
    """Say whether the address is this machine's own."""
    try:
        return _plain(address).is_loopback
    except ValueError:
        return False


def is_near(peer: Peer) -> bool:
    """Say whether the other end is this machine or in a private network: nobody forwards our port to the internet."""
    try:
        address = _plain(peer.address)
    except ValueError:
        return False
    return address.is_loopback or is_private_address(str(address))


def host_name(environ: Mapping[str, Any]) -> str:
    """Return the Host header's name without its port, lower case."""
    host = str(environ.get("HTTP_HOST", "")).lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _household(address: str) -> str:
    try:
        plain = _plain(address)
    except ValueError:
        return "unknown"
    if isinstance(plain, IPv6Address):
        return str(IPv6Network((plain, HOUSEHOLD_BITS), strict=False))
    return str(plain)


def _plain(address: str) -> IPv4Address | IPv6Address:
    found = ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
