"""Which targets a module may be aimed at: patterns in which `*` stands for anything. Pure.

The parts of an address are compared one by one: `*.example.org:443` is not found in a path, nor in a user's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS, WEBSOCKET_PORTS, join_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.health.settings import Examination

_PORTS: Final = {**DEFAULT_PORTS, **WEBSOCKET_PORTS}
_HAS_PORT: Final = re.compile(r":[\d*]+\Z")
_HOST: Final = re.compile(r"[\w.-]+|[0-9a-f:.]+(?:%[\w.-]+)?", re.IGNORECASE)


class _Place(NamedTuple):
    """Where a check goes: `host:port`, for a URL with its scheme before and its path and query behind it."""

    scheme: str
    address: str
    path: str


def is_allowed(patterns: Sequence[str], check: Examination) -> bool:
    """Ask whether each server that an aimed check goes to is named by a pattern; where there is none, all are."""
    return not patterns or all(any(_fits(place, one) for one in patterns) for place in _places(check))


def _places(check: Examination) -> Iterator[_Place | None]:
    """Yield the servers that a check goes to; None for one that nobody can be sure of."""
    target = str(getattr(check.probe, check.probe.target))
    if "://" not in target:
        yield from (_Place("", one.strip().lower(), "") for one in target.split(","))
        return
    parts = urlsplit(target)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    yield _Place(parts.scheme, join_address(host, port), path) if _HOST.fullmatch(host) else None


def _fits(place: _Place | None, pattern: str) -> bool:
    if place is None:
        return False
    scheme, separator, rest = pattern.rpartition("://")
    if not separator:
        return _matches(place.address, rest.lower())
    address, slash, path = rest.partition("/")
    if not _HAS_PORT.search(address):
        address += f":{_PORTS.get(scheme, '*')}"
    return (
        place.scheme == scheme
        and _matches(place.address, address.lower())
        and _matches(place.path, f"/{path}" if slash else "*")
    )


def _matches(text: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
