"""What a YAML text becomes: scalars, lists and maps that know their file, line and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from tiktoktoe_cli.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Value: TypeAlias = bool | int | float | str | None
Step: TypeAlias = str | int


class Mark(Protocol):
    """A 0-based position as PyYAML reports it; `index` counts characters from the start of the text."""

    @property
    def index(self) -> int:
        """Count the characters before it."""

    @property
    def line(self) -> int:
        """Count the lines before it."""

    @property
    def column(self) -> int:
        """Count the characters before it on its line."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A configuration text: its `name` as the user wrote it, and the folder its relative paths start from."""

    name: str
    folder: Path
    text: str


@dataclass(slots=True, eq=False)
class Spot:
    """Where a node stands in its source."""

    source: Source
    start: Mark
    end: Mark

    @property
    def place(self) -> Place:
        """The spot as a place; the end column is known when it lies on one line."""
        end = self.end.column + 1 if self.end.line == self.start.line else None
        return Place(self.source.name, self.start.line + 1, self.start.column + 1, end)


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
        written = self.source.text[self.start.index : self.end.index]
        begin = written.find(self.raw)
        if self.interpolated or begin < 0 or "\n" in self.raw:
            return self.place
        column = self.start.column + 1 + begin + offset
        return Place(self.source.name, self.start.line + 1, column, column + max(length, 1))


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

    def get(self, key: str) -> Node | None:
        """Return the value of a key, if it is there."""
        entry = self.entries.get(key)
        return entry.value if entry else None


Node: TypeAlias = ScalarNode | ListNode | MapNode


def child(node: Node, step: Step) -> Node | None:
    """Follow one step of a path; None if it leads nowhere."""
    if isinstance(node, MapNode) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def scalars(node: Node, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], ScalarNode]]:
    """Yield every scalar below a node with its path, in the order of the text."""
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, ListNode):
        for position, item in enumerate(node.items):
            yield from scalars(item, (*path, position))
    else:
        for key, entry in node.entries.items():
            yield from scalars(entry.value, (*path, key))


class LocatedText(str):
    """A text that remembers the scalar it was read from; to every library it is just a `str`."""

    __slots__ = ("node",)
    node: ScalarNode


class RawInteger(int):
    """An integer that was written otherwise than Python prints it: `0x1F`, `+3`, `007`."""

    raw: str


class RawNumber(float):
    """A floating-point number that was written otherwise than Python prints it: `1.10`, `1e3`."""

    raw: str


def plain(node: Node) -> object:
    """Turn a node into dictionaries, lists and scalars for a model to read; texts stay located, numbers keep `raw`."""
    if isinstance(node, ScalarNode):
        return _plain_scalar(node)
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items()}


def _plain_scalar(node: ScalarNode) -> object:
    value = node.value
    if isinstance(value, str):
        text = LocatedText(value)
        text.node = node
        return text
    if isinstance(value, bool) or value is None or str(value) == node.raw:
        return value
    number = RawInteger(value) if isinstance(value, int) else RawNumber(value)
    number.raw = node.raw
    return number
