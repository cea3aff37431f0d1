"""The short forms of a service → its long forms, in which files are merged (as in compose-go, `override/merge.go`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import Entry, ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config.nodes import Node


def lengthened(service: MapNode) -> MapNode:
    """Return a service without the short forms of what can be merged."""
    entries = {
        key: replace(entry, value=_FORMS[key](entry.value)) if key in _FORMS else entry
        for key, entry in service.entries.items()
    }
    return replace(service, entries=entries)


def _names(node: Node) -> Node:
    """Make `[a, b]` to `{a: {}, b: {}}`."""
    return _keyed(node, lambda item: (item.raw, MapNode(item.source, item.start, item.end)))


def _pairs(node: Node) -> Node:
    """Make `[A=1, B]` to `{A: "1", B: null}`."""
    return _keyed(node, _pair)


def _pair(item: ScalarNode) -> tuple[str, Node]:
    key, separator, value = item.raw.partition("=")
    made = replace(item, raw=value, value=value if separator else None)
    made.interpolated = (
        True  # its text is not the one in the file any more: places in it are those of the whole
    )
    return key, made


def _keyed(node: Node, entry_of: Callable[[ScalarNode], tuple[str, Node]]) -> Node:
    """Make a list of single values to a map; something else stays what it is."""
    if not isinstance(node, ListNode) or not all(isinstance(item, ScalarNode) for item in node.items):
        return node
    made = [(item, *entry_of(item)) for item in node.items if isinstance(item, ScalarNode)]
    entries = {key: Entry(item, value) for item, key, value in made}
    return MapNode(node.source, node.start, node.end, entries)


def _list(node: Node) -> Node:
    """Make a single value to a list of one."""
    if not isinstance(node, ScalarNode) or node.value is None:
        return node
    return ListNode(node.source, node.start, node.end, [node])


_FORMS: Final[dict[str, Callable[[Node], Node]]] = {
    "annotations": _pairs,
    "depends_on": _names,
    "dns": _list,
    "dns_search": _list,
    "env_file": _list,
    "environment": _pairs,
    "label_file": _list,
    "labels": _pairs,
    "networks": _names,
    "sysctls": _pairs,
    "tmpfs": _list,
}
