"""The configuration as it was understood: merged, variables replaced, secrets masked, every value with its origin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.config.masking import MASKED
from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode, plain, scalars
from tiktoktoe_cli.config.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.config.document import Document
    from tiktoktoe_cli.config.masking import Mask
    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.errors import Place

_NEEDS_QUOTES = frozenset("#:{}[],&*!|>'\"%@`?- \t\n")


def as_yaml(document: Document, *, origin: bool) -> str:
    """Print the document as YAML; with `origin`, each value is followed by `# file:line`."""
    if document.root is None:
        return ""
    return document.mask("\n".join(_lines(document.root, document.mask, "", origin=origin)) + "\n")


def as_data(document: Document) -> Any:  # JSON
    """Return the document as plain data, masked."""
    return _masked(document, document.root) if document.root else {}


def origins(document: Document) -> Iterator[tuple[str, Any, Place]]:  # the second is JSON
    """Yield every value with its path, masked text and place, in the order of the files."""
    for path, node in scalars(document.root) if document.root else ():
        yield ".".join(map(str, path)), _masked(document, node), node.place


def _masked(document: Document, node: Node) -> Any:
    if isinstance(node, MapNode):
        return {key: _masked(document, entry.value) for key, entry in node.look().items()}
    if isinstance(node, ListNode):
        return [_masked(document, item) for item in node.items]
    if _is_secret(node, document.mask):
        return MASKED
    value = plain(node)
    return document.mask(str(value)) if isinstance(value, str) else getattr(value, "raw", value)


def _lines(node: Node, mask: Mask, indent: str, *, origin: bool) -> Iterator[str]:
    if isinstance(node, MapNode):
        for key, entry in node.look().items():
            yield from _entry(f"{indent}{_quoted(key)}:", entry.value, mask, indent + "  ", origin=origin)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _entry(f"{indent}-", item, mask, indent + "  ", origin=origin)


def _entry(head: str, value: Node, mask: Mask, indent: str, *, origin: bool) -> Iterator[str]:
    if isinstance(value, ScalarNode):
        comment = f"  # {value.place.file}:{value.place.line}" if origin else ""
        yield f"{head} {MASKED if _is_secret(value, mask) else _scalar(value)}{comment}"
    elif lines := list(_lines(value, mask, indent, origin=origin)):
        yield head
        yield from lines
    else:
        yield f"{head} {'{}' if isinstance(value, MapNode) else '[]'}"


def _is_secret(node: ScalarNode, mask: Mask) -> bool:
    return node.secret or mask.knows(node.raw)


def _scalar(node: ScalarNode) -> str:
    return node.raw or "null" if node.plain and not isinstance(node.value, str) else _quoted(node.raw)


def _quoted(text: str) -> str:
    """Quote a text where YAML would read it as something else."""
    if text and isinstance(resolve(text), str) and not _NEEDS_QUOTES & set(text) and text.isprintable():
        return text
    return json.dumps(text, ensure_ascii=False)
