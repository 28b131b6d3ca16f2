"""Under which addresses this machine is found in its network.

In: nothing. Out: names and private addresses. Thread: any.
"""

import contextlib
import socket
from ipaddress import IPv4Network, ip_address

# An address for documentation: a datagram socket "connected" there sends nothing, and tells which way it would go.
ELSEWHERE = ("192.0.2.1", 9)
# Shared address space (RFC 6598): the addresses of a Tailscale network.
SHARED = IPv4Network("100.64.0.0/10")


def own_addresses() -> tuple[str, ...]:
    """Return this machine's private IPv4 addresses, that of its usual way out first; none without a network."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(ELSEWHERE)
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return tuple(dict.fromkeys(each for each in found if is_private_address(each)))


def own_names() -> frozenset[str]:
    """Return the names this machine goes by in its network."""
    name = socket.gethostname().lower().partition(".")[0]
    return frozenset({name, f"{name}.local"}) if name else frozenset()


def is_private_address(text: str) -> bool:
    """Say whether the text is an address of a home network, not of this machine alone and not of the internet."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    is_private = address.is_private or address in SHARED
    return is_private and not (address.is_loopback or address.is_unspecified)
