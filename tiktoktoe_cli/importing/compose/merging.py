"""Two Compose trees become one (Compose specification, `13-merge.md`): the later one has the last word.

Maps merge, lists append what is not there yet, and a single value replaces the one before. Nothing is changed in place:
anchors make trees share their parts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from tiktoktoe_cli.config.nodes import Entry, Node
    from tiktoktoe_cli.importing.facts import Notebook, Path
    from tiktoktoe_cli.importing.reading import Files

_REPLACED: Final = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
"""What the later file says alone, by its path in a service."""
_RESET, _OVERRIDE = "!reset", "!override"


@dataclass(frozen=True, slots=True)
class Merger:
    """Merges, and remarks on what Compose would refuse."""

    files: Files
    notes: Notebook

    def applications(self, mine: MapNode, theirs: MapNode) -> MapNode:
        """Merge two whole files."""
        return self._maps(mine, theirs, ())

    def services(self, mine: MapNode, theirs: MapNode, name: str) -> MapNode:
        """Merge two services of one name."""
        return self._maps(mine, theirs, ("services", name))

    def cleared(self, node: MapNode) -> MapNode:
        """Leave out what is tagged `!reset`."""
        entries: dict[str, Entry] = {}
        for key, entry in node.entries.items():
            value = entry.value
            if self._tag(value) != _RESET:
                entries[key] = replace(
                    entry, value=self.cleared(value) if isinstance(value, MapNode) else value
                )
        return replace(node, entries=entries)

    def _maps(self, mine: MapNode, theirs: MapNode, at: Path) -> MapNode:
        entries = dict(mine.entries)
        for key, entry in theirs.entries.items():
            before = entries.get(key)
            value = self._values(before.value, entry.value, (*at, key)) if before else entry.value
            entries[key] = replace(entry, value=value)
        return replace(mine, entries=entries)

    def _values(self, mine: Node, theirs: Node, at: Path) -> Node:
        if self._tag(mine) == _RESET or self._tag(theirs) or at[2:] in _REPLACED or _says_nothing(mine):
            return theirs
        if _says_nothing(theirs):
            return theirs if at[2:-1] == ("environment",) else mine  # a variable then asks for another value
        if isinstance(mine, MapNode) and isinstance(theirs, MapNode):
            return self._maps(mine, theirs, at)
        if isinstance(mine, ListNode) and isinstance(theirs, ListNode):
            return _appended(mine, theirs)
        if type(mine) is not type(theirs):
            name = ".".join(map(str, at))
            message = (
                f"`{name}` is something else in an earlier file, which Compose refuses: this one is taken"
            )
            self.notes.changed(theirs, at[:2], message)
        return theirs

    def _tag(self, node: Node) -> str:
        return self.files.follow_tag(node, (_RESET, _OVERRIDE))


def _says_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _appended(mine: ListNode, theirs: ListNode) -> ListNode:
    there = {item.raw for item in mine.items if isinstance(item, ScalarNode)}
    new = [item for item in theirs.items if not (isinstance(item, ScalarNode) and item.raw in there)]
    return replace(mine, items=[*mine.items, *new])
