"""Texts of a service that name services or profiles → without variables: names are compared, and taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode
from tiktoktoe_cli.importing.compose.variables import HOLE
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.importing.compose.variables import Variables
    from tiktoktoe_cli.importing.facts import Notebook

NAMESPACES: Final = ("network_mode", "ipc", "pid", "uts", "cgroup")
"""What a service can share with another one."""
_ANYWHERE: Final = re.compile(f".*{HOLE}", re.DOTALL)
_BEFORE_A_COLON: Final = re.compile(f"[^:]*{HOLE}")
_OF_NO_CONTAINER: Final = re.compile(f"(?!container:).*{HOLE}", re.DOTALL)
_LACKING: Final = {
    "depends_on": _ANYWHERE,
    "extends": _ANYWHERE,
    "links": _BEFORE_A_COLON,
    "profiles": _ANYWHERE,
    "volumes_from": _BEFORE_A_COLON,
    **dict.fromkeys(NAMESPACES, _OF_NO_CONTAINER),
}
"""The keys that name, and what begins a settled text of theirs if nobody knows whom it names."""


def with_names(name: str, service: MapNode, variables: Variables, notes: Notebook) -> MapNode:
    """Return a service whose names are settled; those that nobody knows are left out, with a remark."""
    settlement = _Settlement(name, variables, notes)
    entries = {
        key: replace(entry, value=value)
        for key, entry in service.entries.items()
        if (value := settlement.of(key, entry.value)) is not None
    }
    return replace(service, entries=entries)


@dataclass(frozen=True, slots=True)
class _Settlement:
    """Settles the names in one service."""

    name: str
    variables: Variables
    notes: Notebook

    def of(self, key: str, node: Node) -> Node | None:
        """Settle what stands at a key of the service; keys inside are no texts with variables."""
        if key not in _LACKING:
            return node
        if isinstance(node, ListNode):
            items = [self._text(key, item) if isinstance(item, ScalarNode) else item for item in node.items]
            return replace(node, items=[item for item in items if item is not None])
        if isinstance(node, MapNode):
            return self._extends(node) if key == "extends" else node
        return self._text(key, node)

    def _extends(self, node: MapNode) -> MapNode | None:
        entry = node.entries.get("service")
        if entry is None or not isinstance(entry.value, ScalarNode):
            return node
        value = self._text("extends", entry.value)
        return (
            replace(node, entries={**node.entries, "service": replace(entry, value=value)}) if value else None
        )

    def _text(self, key: str, scalar: ScalarNode) -> ScalarNode | None:
        if not isinstance(scalar.value, str) or "$" not in scalar.raw:
            return scalar
        settled = self.variables.settled(scalar.raw)
        if _LACKING[key].match(settled):
            message = f"`{key}`: {quoted(scalar.raw)} has variables that are not known"
            self.notes.untranslated(scalar, ("services", self.name), message)
            return scalar if key == "profiles" else None  # without one, it would be there for everybody
        return replace(scalar, value=settled, raw=settled, interpolated=True)
