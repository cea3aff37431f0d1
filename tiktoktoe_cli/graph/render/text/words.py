"""The words in pictures: names that can be read back, what is special about an edge, and lines of a width."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.model import Condition, EdgeKind, Evidence
from tiktoktoe_cli.report.palette import paint
from tiktoktoe_cli.report.text import escape_hidden, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.report.view import View

_PLAIN_NAME = re.compile(r"\w[\w./:@+-]*")


class Word(NamedTuple):
    """A piece of text that is not broken, and its style in the palette."""

    text: str
    style: str = ""


def spell(name: str, view: View) -> str:
    """Write a name so that it can be read back: as it is if it is one plain word, else as a JSON text."""
    name = view.mask(name)
    plain = _PLAIN_NAME.fullmatch(name) and escape_hidden(name) == name and (view.unicode or name.isascii())
    return name if plain else escape_hidden(json.dumps(name, ensure_ascii=not view.unicode))


def is_optional(edge: Edge) -> bool:
    """Tell whether an edge is worth the word: soft edges never require anything."""
    return not edge.required and edge.kind is not EdgeKind.SOFT


def edge_words(edge: Edge, graph: Graph) -> tuple[str, ...]:
    """Say how an edge differs from a start dependency that is required, declared, and waits for health."""
    said = {
        "undefined": edge.target not in graph.services,
        str(edge.kind): edge.kind is not EdgeKind.START,
        "optional": is_optional(edge),
        str(edge.condition): edge.kind is EdgeKind.START and edge.condition is not Condition.HEALTHY,
        "restart": edge.restart,
        str(edge.evidence): edge.evidence is Evidence.INFERRED,
    }
    return tuple(word for word, is_said in said.items() if is_said)


def listing(label: str, names: Iterable[str], *, style: str = "") -> tuple[Word, ...]:
    """Write `label: a, b` as words, of which each name is one."""
    *others, last = names
    return (Word(f"{label}:", style), *(Word(f"{name},") for name in others), Word(last))


def wrapped(words: Iterable[Word], room: int | None, view: View) -> list[str]:
    """Set words on lines of at most so many columns (None: any number); a longer word has a line of its own."""
    return [
        " ".join(paint(word.text, word.style, color=view.color) for word in line)
        for line in _lines(words, room)
    ]


def _lines(words: Iterable[Word], room: int | None) -> Iterator[list[Word]]:
    line: list[Word] = []
    used = 0
    for word in words:
        width = width_of(word.text)
        if line and room is not None and used + 1 + width > room:
            yield line
            line, used = [], 0
        used += width + bool(line)
        line.append(word)
    if line:
        yield line
