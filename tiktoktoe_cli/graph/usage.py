"""Which services are started with the address of which others: what an environment says that nobody declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tiktoktoe_cli.errors import KeyPath

Address: TypeAlias = tuple[str, int]

_ADDRESS = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253}):(\d{1,5})(?!\d)", re.ASCII | re.IGNORECASE)
_LOOPBACK = {"localhost": "127.0.0.1", "::1": "127.0.0.1"}


def find_uses(
    addresses: Mapping[str, Iterable[Address]], texts: Mapping[str, Iterable[tuple[KeyPath, str]]]
) -> dict[str, dict[str, KeyPath]]:
    """Find addresses of other services in the texts that services are started with, and the first place of each.

    `addresses` are where services are known to listen; one at which several do tells nothing, and neither does a
    service's own. Nothing of a text is returned: it may be secret.
    """
    owners: dict[Address, set[str]] = {}
    for name, listening in addresses.items():
        for host, port in listening:
            owners.setdefault((_plain(host), port), set()).add(name)
    owner = {address: names.pop() for address, names in owners.items() if len(names) == 1}
    found: dict[str, dict[str, KeyPath]] = {}
    for name, said in texts.items():
        for path, text in said:
            for address in _addresses_in(text):
                if owner.get(address, name) != name:
                    found.setdefault(name, {}).setdefault(owner[address], path)
    return found


def _addresses_in(text: str) -> Iterator[Address]:
    return ((_plain(match[1]), int(match[2])) for match in _ADDRESS.finditer(text))


def _plain(host: str) -> str:
    host = host.strip("[]").lower()
    return _LOOPBACK.get(host, host)
