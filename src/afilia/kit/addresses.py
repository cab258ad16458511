"""Which client a request comes from when proxies stand in between, and what its address tells of others."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]

WIDEST = 8  # bits: a shorter prefix would trust much of the world


def networks(words: Iterable[str]) -> Networks:
    """The networks of trusted proxies; ValueError with the text that is none, or that is too wide for one."""
    found = []
    for word in words:
        network = ip_network(word)
        if network.prefixlen < WIDEST:
            raise ValueError(f"{word} has more addresses than anyone has proxies")
        found.append(network)
    return tuple(found)


def is_trusted(address: str, *, trusted: Networks) -> bool:
    """Whether an address is one of the trusted proxies; no for a text that is no address."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def client(*, peer: str, forwarded: str, trusted: Networks) -> str:
    """The address of the client, `peer` being the one of the connection, `forwarded` X-Forwarded-For.

    Proxies add on the right whom they heard; all that stands left of the first one that we do not trust was
    written by anyone. Where the way back to it ends in something that is no address, the peer counts.
    """
    if not is_trusted(peer, trusted=trusted):
        return peer
    for text in reversed(forwarded.split(",")):
        parsed = _parsed(text.strip())
        if parsed is None:
            return peer
        if not is_trusted(str(parsed), trusted=trusted):
            return str(parsed)
    return peer


def block(address: str, *, ipv4: int, ipv6: int) -> str:
    """The network of so many bits that an address is in; other texts stay as they are."""
    parsed = _parsed(address)
    if parsed is None:
        return address
    bits = ipv4 if isinstance(parsed, IPv4Address) else ipv6
    return str(ip_network((parsed, bits), strict=False))


def subscriber(address: str) -> str:
    """What one subscriber has: an address of IPv4, a network of IPv6."""
    return block(address, ipv4=32, ipv6=64)


def neighbourhood(address: str) -> str:
    """The network that counts as one neighbour of many."""
    return block(address, ipv4=24, ipv6=48)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
