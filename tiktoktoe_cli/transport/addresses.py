"""Addresses as they may be shown, and the parts that a connection needs of them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_MAYBE_USERINFO = re.compile(r"(?:(?<=//)|^(?!.*//)).*@", re.DOTALL)
_HOST_AND_PORT = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<name>[^:\s\[\]/@]+)):(?P<port>[0-9]{1,5})"
)
MAX_PORT = 65535
DNS_PORT = 53
DEFAULT_PORTS = {"http": 80, "https": 443}
WEBSOCKET_PORTS = {"ws": 80, "wss": 443}


def without_userinfo(url: str) -> str:
    """Leave out the user and password of a URL; of one that cannot be read, all that may belong to them."""
    if "@" not in url:
        return url
    return (_USERINFO if _has_authority(url) else _MAYBE_USERINFO).sub("", url, count=1)


def _has_authority(url: str) -> bool:
    """Ask whether a URL says clearly where its authority ends: with a `/` in a password, the port is no number."""
    try:
        parts = urlsplit(url)
        return parts.port is not None or parts.netloc[-1:] not in {"", ":"}
    except ValueError:
        return False


def split_address(address: str, *, lowest_port: int = 1) -> tuple[str, int] | None:
    """Split `host:port` or `[ipv6]:port`; None if it is neither, or the port is not from the lowest to 65535."""
    match = _HOST_AND_PORT.fullmatch(address)
    if match is None or not lowest_port <= int(match["port"]) <= MAX_PORT:
        return None
    return match["ipv6"] or match["name"], int(match["port"])


def endpoint_of(target: str) -> tuple[str, int] | None:
    """Return the host and port that a URL or an address leads to; None if it is neither, or tells no port."""
    try:
        parts = urlsplit(target if "://" in target else f"//{target}")
        port = parts.port or (DEFAULT_PORTS | WEBSOCKET_PORTS).get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def join_address(host: str, port: int) -> str:
    """Write a host and a port as one address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
