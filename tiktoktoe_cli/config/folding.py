"""Maps, folded: what a large system says is kept as bytes, and becomes nodes where somebody looks.

A node with its place costs several hundred bytes, and a system of a hundred thousand services has two million of them.
Folded, a map is its values and the offsets of all it holds, in the order of the parser's events, in one piece:

    a: {b: [1, x]}    →    {"b": [1, "x"]}, starts and ends of: the key `b`, the list, `1`, `x`, the map

The rest can be read from the source. What cannot, or may be changed later, is not folded: anchors, aliases, merge keys
and tags, variables, keys that are there twice or sound secret, numbers that are written otherwise than Python prints
them, and maps beyond all measure.

This module is imported late: it knows the parser's events.
"""

from __future__ import annotations

import marshal
from array import array
from itertools import islice
from typing import TYPE_CHECKING, Any

from yaml import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.nodes import Entry, ListNode, MapNode, Node, ScalarNode, Spot
from tiktoktoe_cli.config.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.config.nodes import Source

MOST_EVENTS = 10_000
MOST_LEVELS = 20
MOST_SHELVED = 250_000
_OFFSET = "I"
_NUMBERS = frozenset({int, float})
_QUOTES = frozenset("'\"|>")


class FoldedMap(MapNode):
    """A map whose entries are packed until somebody takes them; `size` counts the nodes that it stands for."""

    __slots__ = ("_packed", "_shelf", "size")

    def __init__(self, shelf: _Shelf, source: Source, values: dict[str, object], offsets: list[int]) -> None:
        self._shelf = shelf
        self.source = source
        self.start, *inner, self.end = offsets
        self.size = len(offsets) // 2
        self._packed: bytes | None = marshal.dumps((values, array(_OFFSET, inner).tobytes()))

    def __getattr__(self, name: str) -> Any:  # what `object` says
        """Unfold the entries for good, when they are taken: whoever takes them may change them."""
        if name != "entries":
            raise AttributeError(name)
        self.entries = self.unfolded()
        self._packed = None
        return self.entries

    @property
    def is_folded(self) -> bool:
        """Tell whether nobody took the entries yet."""
        return self._packed is not None

    def look(self) -> Mapping[str, Entry]:
        """Return the entries to read them, as they lie on the shelf."""
        return self.entries if self._packed is None else self._shelf.entries_of(self)

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key; where it is nowhere among the bytes, nothing has to be unfolded."""
        if self._packed is not None and key.encode("utf-8", "surrogatepass") not in self._packed:
            return None
        return super().entry(key)

    def values_for(self, home: Source, without: frozenset[str]) -> dict[str, object]:
        """Return the values as `plain` does."""
        if self._packed is None or home is not self.source:
            return super().values_for(home, without)
        values: dict[str, object] = marshal.loads(self._packed)[0]  # noqa: S302  # our own bytes
        for key in without.intersection(values):
            del values[key]
        return values

    def unfolded(self) -> dict[str, Entry]:
        """Make the entries."""
        assert self._packed is not None, "asked before"  # noqa: S101  # states an invariant
        values, offsets = marshal.loads(self._packed)  # noqa: S302  # as above
        return _entries(self.source, values, iter(array(_OFFSET, offsets)))


class _Shelf:
    """What was unfolded last: who looks at a map often looks at it again, and at others in between.

    It holds at most `MOST_SHELVED` nodes of all maps together, or one map that has more.
    """

    def __init__(self) -> None:
        self._maps: dict[FoldedMap, Mapping[str, Entry]] = {}
        self._size = 0

    def entries_of(self, folded: FoldedMap) -> Mapping[str, Entry]:
        """Return the entries of a map."""
        entries = self._maps.get(folded)
        if entries is None:
            self._size += folded.size
            while self._maps and self._size > MOST_SHELVED:
                self._size -= self._drop().size
            entries = self._maps[folded] = folded.unfolded()
        return entries

    def _drop(self) -> FoldedMap:
        oldest = next(iter(self._maps))
        del self._maps[oldest]
        return oldest


def _entries(source: Source, values: dict[str, Any], offsets: Iterator[int]) -> dict[str, Entry]:
    return {
        key: Entry(Spot(source, next(offsets), next(offsets)), _node(source, value, offsets))
        for key, value in values.items()
    }


def _node(source: Source, value: Any, offsets: Iterator[int]) -> Node:
    start = next(offsets)
    if isinstance(value, dict):
        entries = _entries(source, value, offsets)
        return MapNode(source, start, next(offsets), entries)
    if isinstance(value, list):
        items = [_node(source, item, offsets) for item in value]
        return ListNode(source, start, next(offsets), items)
    end = next(offsets)
    if isinstance(value, str):
        return ScalarNode(source, start, end, value, value, source.text[start] not in _QUOTES)
    return ScalarNode(source, start, end, value, source.text[start:end], plain=True)


class _UnfoldableError(Exception):
    """A map holds what only nodes can tell."""


class Folder:
    """Folds maps of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._shelf = _Shelf()
        self._folds_key = _KeyVerdicts()

    def fold(self, start: Any, events: Iterator[Any]) -> FoldedMap | None:  # Any: the events are untyped
        """Fold the map that an event starts; None, with some of its events taken, if it has to be nodes."""
        offsets: list[int] = []
        try:
            values = self._value(start, islice(events, MOST_EVENTS), offsets, MOST_LEVELS)
        except (_UnfoldableError, StopIteration):
            return None
        return FoldedMap(self._shelf, self._source, values, offsets)

    def _value(self, event: Any, events: Iterator[Any], offsets: list[int], levels: int) -> Any:
        if event.anchor or event.tag or not levels:
            raise _UnfoldableError
        offsets.append(event.start_mark.index)
        kind = type(event)
        if kind is not ScalarEvent:
            return (self._map if kind is MappingStartEvent else self._list)(events, offsets, levels - 1)
        offsets.append(event.end_mark.index)
        text = event.value
        value = text if event.style else resolve(text)
        if "$" in text or (type(value) in _NUMBERS and str(value) != text):
            raise _UnfoldableError
        return value

    def _map(self, events: Iterator[Any], offsets: list[int], levels: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key in events:
            kind = type(key)
            if kind is MappingEndEvent:
                offsets.append(key.end_mark.index)
                return values
            if kind is not ScalarEvent or key.anchor or key.tag:
                break
            name = key.value
            if name in values or not self._folds_key[name]:
                break
            offsets += (key.start_mark.index, key.end_mark.index)
            values[name] = self._value(next(events), events, offsets, levels)
        raise _UnfoldableError

    def _list(self, events: Iterator[Any], offsets: list[int], levels: int) -> list[Any]:
        items: list[Any] = []
        for item in events:
            kind = type(item)
            if kind is SequenceEndEvent:
                offsets.append(item.end_mark.index)
                return items
            items.append(self._value(item, events, offsets, levels))
        raise _UnfoldableError


class _KeyVerdicts(dict[str, bool]):
    """Tells which keys can be folded; large systems say the same ones very often."""

    def __missing__(self, key: str) -> bool:
        self[key] = folds = not (key == "<<" or sounds_secret(key))
        return folds
