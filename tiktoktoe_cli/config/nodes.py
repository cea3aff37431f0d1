"""What a YAML text becomes: scalars, lists and maps that know their file, line and column."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Value: TypeAlias = bool | int | float | str | None
Step: TypeAlias = str | int
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where YAML's parser begins to count a new line
_NO_KEYS: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)  # without slots, for the cached property
class Source:
    """A configuration text: its `name` as the user wrote it, and the folder its relative paths start from."""

    name: str
    folder: Path
    text: str

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 0-based line and column of the character at an offset."""
        line = bisect_right(self._line_starts, offset) - 1
        return line, offset - self._line_starts[line]

    @cached_property
    def _line_starts(self) -> array[int]:
        breaks = (match.end() for match in _LINE_BREAK.finditer(self.text))
        return array("L", chain((0,), breaks))


@dataclass(slots=True, eq=False)
class Spot:
    """Where a node stands in its source: from the character at `start` up to, and without, the one at `end`."""

    source: Source
    start: int
    end: int

    @property
    def place(self) -> Place:
        """The spot as a place; the end column is known when it lies on one line."""
        line, column = self.source.position(self.start)
        last_line, end = self.source.position(self.end)
        return Place(self.source.name, line + 1, column + 1, end + 1 if last_line == line else None)


@dataclass(slots=True, eq=False)
class ScalarNode(Spot):
    """One value; `raw` is its text without quotes, `plain` says that it had none."""

    value: Value
    raw: str
    plain: bool
    interpolated: bool = False
    secret: bool = False
    fault: Problem | None = None  # why its variables stand unreplaced; what a model says about it is not news

    def place_of(self, offset: int, length: int) -> Place:
        """Return the place of `length` characters at `offset` of the text, or of the whole scalar if it was escaped."""
        begin = self.source.text[self.start : self.end].find(self.raw)
        if self.interpolated or begin < 0 or "\n" in self.raw:
            return self.place
        line, column = self.source.position(self.start + begin + offset)
        return Place(self.source.name, line + 1, column + 1, column + 1 + max(length, 1))


@dataclass(slots=True, eq=False)
class ListNode(Spot):
    """A sequence of nodes."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its spot, and its value."""

    key: Spot
    value: Node


@dataclass(slots=True, eq=False)
class MapNode(Spot):
    """A mapping; keys are always text, as they were written."""

    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def is_folded(self) -> bool:
        """Tell whether nodes for what it holds were not made: there are no variables in it then."""
        return False

    def look(self) -> Mapping[str, Entry]:
        """Return the entries to read them: in a map that is folded they are made, and not kept for long."""
        return self.entries

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key, if it is there; to read it, as with `look`."""
        return self.look().get(key)

    def get(self, key: str) -> Node | None:
        """Return the value of a key, if it is there; to read it, as with `look`."""
        entry = self.entry(key)
        return entry.value if entry else None

    def values_for(self, home: Source, without: frozenset[str]) -> dict[str, object]:
        """Return the values as `plain` does, for somebody who expects the texts of one source."""
        entries = self.look().items()
        return {key: _plain(entry.value, home) for key, entry in entries if key not in without}


Node: TypeAlias = ScalarNode | ListNode | MapNode


def child(node: Node, step: Step) -> Node | None:
    """Follow one step of a path, to read what it leads to; None if it leads nowhere."""
    reached = reach(node, step)
    return reached[1] if reached else None


def reach(node: Node, step: Step) -> tuple[Spot, Node] | None:
    """Follow one step, and say also where it leads: to the key of a map's entry, or to a list's item itself."""
    if isinstance(node, MapNode) and isinstance(step, str):
        entry = node.entry(step)
        return (entry.key, entry.value) if entry else None
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step], node.items[step]
    return None


def scalars(node: Node, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], ScalarNode]]:
    """Yield every scalar below a node with its path, in the order of the text, to read them."""
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, ListNode):
        for position, item in enumerate(node.items):
            yield from scalars(item, (*path, position))
    else:
        for key, entry in node.look().items():
            yield from scalars(entry.value, (*path, key))


class ForeignText(str):
    """A text from another source than the node that was read; to every library it is just a `str`."""

    __slots__ = ("source",)
    source: Source


class RawInteger(int):
    """An integer that was written otherwise than Python prints it: `0x1F`, `+3`, `007`."""

    raw: str


class RawNumber(float):
    """A floating-point number that was written otherwise than Python prints it: `1.10`, `1e3`."""

    raw: str


def plain(node: Node, without: frozenset[str] = _NO_KEYS) -> object:
    """Turn a node into dictionaries, lists and scalars for a model to read, without some of its own keys.

    Numbers keep `raw`; texts that were merged into the node from another source are `ForeignText`.
    """
    return node.values_for(node.source, without) if isinstance(node, MapNode) else _plain(node, node.source)


def _plain(node: Node, home: Source) -> object:
    if isinstance(node, ScalarNode):
        return _plain_scalar(node, home)
    if isinstance(node, ListNode):
        return [_plain(item, home) for item in node.items]
    return node.values_for(home, _NO_KEYS)


def _plain_scalar(node: ScalarNode, home: Source) -> object:
    value = node.value
    if isinstance(value, str):
        return value if node.source is home else _foreign(value, node.source)
    if isinstance(value, bool) or value is None or str(value) == node.raw:
        return value
    number = RawInteger(value) if isinstance(value, int) else RawNumber(value)
    number.raw = node.raw
    return number


def _foreign(value: str, source: Source) -> ForeignText:
    text = ForeignText(value)
    text.source = source
    return text
