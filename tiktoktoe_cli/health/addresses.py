"""Where checks ask, seen in what is written: for those who want no more of a check, and have not read its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import scalars
from tiktoktoe_cli.transport.addresses import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.config.nodes import Node

LISTENING_TARGETS: Final = frozenset({"address", "url", "bootstrap_servers"})
"""The targets of the probes that ask somebody who must listen; a class of a probe tells them, but is slow to import."""
_TARGET_DEPTH: Final = 3  # which check, its probe, the setting


def written_addresses(checks: Node) -> Iterator[tuple[str, int]]:
    """List the hosts and ports where the checks of a service ask, as far as the variables of that are set."""
    for path, text in scalars(checks):
        is_target = len(path) == _TARGET_DEPTH and path[-1] in LISTENING_TARGETS and not text.fault
        if is_target and (found := endpoint_of(text.raw)):
            yield found
