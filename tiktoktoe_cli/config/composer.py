"""YAML text → located nodes, in one pass over the parser's events.

PyYAML's own composer recurses: 100,000 open brackets end the process with a segmentation fault, and it takes five
times as long on a large file. This one keeps its stack in a list, so depth, aliases and size have limits:

- nesting deeper than `MAX_DEPTH` is a problem;
- aliases may not multiply a document beyond `MAX_EXPANSION` times its size ("billion laughs");
- an alias inside its own anchor is a problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import tee
from sys import intern
from typing import TYPE_CHECKING, Any, NoReturn

from tiktoktoe_cli.config.events import events_of
from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.nodes import Entry, ListNode, MapNode, Node, ScalarNode, Spot
from tiktoktoe_cli.config.scalars import resolve
from tiktoktoe_cli.config.syntax import syntax_problem
from tiktoktoe_cli.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.config.folding import Folder
    from tiktoktoe_cli.config.nodes import Source
    from tiktoktoe_cli.config.syntax import Position

MAX_DEPTH = 100
MAX_EXPANSION = 10
_FREE_EXPANSION = 100_000
_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")
)
_TEXT_TAG = "tag:yaml.org,2002:str"
_BYTE_ORDER_MARK = "\ufeff"
_FOLDED_LEVELS = (2, 3)  # entries of sections, such as a service; if that cannot be, what stands in them


class _StopComposingError(Exception):
    """Ends the pass: what follows in this file cannot be understood."""


@dataclass(slots=True)
class _Open:
    """A list or map that is being filled."""

    node: ListNode | MapNode
    anchor: str | None
    size: int = 1
    key: ScalarNode | None = None
    merges: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnknownTag:
    """A tag that YAML's core schema does not have, at its value."""

    name: str
    place: Place

    @property
    def problem(self) -> Problem:
        """What it is to whoever reads no tags."""
        hint = "remove the tag; values are typed by what reads them"
        return Problem("unknown-tag", f"unknown tag `{self.name}`", self.place, hint)


@dataclass(slots=True)
class Composition:
    """The outcome: the root if the text could be read, the scalars that are values, mistakes, and tags nobody knows.

    Scalars that are folded were not made: they hold no variables, and nothing is wrong with them.
    """

    root: Node | None = None
    scalars: list[ScalarNode] = field(default_factory=list)
    mistakes: list[Problem] = field(default_factory=list)
    unknown_tags: list[UnknownTag] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong to whoever reads no tags."""
        return [*self.mistakes, *(tag.problem for tag in self.unknown_tags)]


def compose(source: Source, *, folds: bool = False) -> Composition:
    """Read a YAML text; if it `folds`, maps that stand in sections are kept folded where that can be.

    Never raises for what the text holds; problems come with their place.
    """
    import yaml

    if source.text.startswith(_BYTE_ORDER_MARK):  # which the parser does not count
        source = replace(source, text=source.text[1:])
    composer = _Composer(source, _folder(source) if folds else None)
    try:
        composer.read(events_of(source.text))
    except yaml.MarkedYAMLError as error:
        opening = _position(error.context_mark)
        at = _position(error.problem_mark) or opening or (0, 0)
        composer.complain(error.problem or error.context or "", at, opening)
    except yaml.reader.ReaderError as error:
        before = source.text[: error.position]
        line = before.count("\n")
        composer.complain(error.reason, (line, len(before) - (before.rfind("\n") + 1)))
    except _StopComposingError:
        composer.give_up()
    return composer.result


def _folder(source: Source) -> Folder:
    from tiktoktoe_cli.config.folding import Folder

    return Folder(source)


def _position(mark: Any) -> Position | None:  # None, or a mark as PyYAML makes them
    return (mark.line, mark.column) if mark else None


def _starts_map(event: Any) -> bool:
    return type(event).__name__ == "MappingStartEvent"


class _Composer:
    def __init__(self, source: Source, folder: Folder | None) -> None:
        self.source = source
        self.folder = folder
        self.result = Composition()
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._unfinished: set[str] = set()
        self._written = 0
        self._handlers: dict[str, Callable[[Any], None]] = {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "SequenceStartEvent": self._open_list,
            "MappingStartEvent": self._open_map,
            "SequenceEndEvent": self._close,
            "MappingEndEvent": self._close,
            "DocumentStartEvent": self._document,
        }

    def read(self, events: Iterator[Any]) -> None:  # see events_of
        """Add what all events tell."""
        while (event := next(events, None)) is not None:
            if self.folder and len(self._stack) in _FOLDED_LEVELS and _starts_map(event):
                events = self._fold(self.folder, event, events)
            else:
                self.take(event)

    def _fold(self, folder: Folder, start: Any, events: Iterator[Any]) -> Iterator[Any]:
        """Add a map as one piece, or else begin it as a node; return the events that follow."""
        events, again = tee(events)
        folded = folder.fold(start, events)
        if folded is None:
            self.take(start)
            return again
        self._written += folded.size
        self._add(folded, folded.size)
        return events

    def take(self, event: Any) -> None:
        """Add what one event of the parser tells."""
        handler = self._handlers.get(type(event).__name__)
        if handler:
            handler(event)

    def complain(self, problem: str, at: Position, opening: Position | None = None) -> None:
        """Record what the parser says about the text at a 0-based position; nothing of it can be used."""
        self.result.mistakes.append(syntax_problem(self.source, problem, at, opening))
        self.give_up()

    def give_up(self) -> None:
        """Drop what was read: after a mistake in the syntax, its shape is a guess."""
        self.result.root = None

    def _document(self, event: Any) -> None:
        if self.result.root is not None:
            self.complain("document start", _position(event.start_mark) or (0, 0))
            raise _StopComposingError

    def _scalar(self, event: Any) -> None:
        self._written += 1
        plain, text = not event.style, event.value
        self._check_tag(event)
        value = resolve(text) if plain and event.tag != _TEXT_TAG else text
        node = ScalarNode(self.source, event.start_mark.index, event.end_mark.index, value, text, plain)
        if event.anchor or not self._awaits_key():  # an alias can make a value of a key
            self.result.scalars.append(node)
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        self._add(node, 1)

    def _alias(self, event: Any) -> None:
        spot = self._spot(event)
        if event.anchor in self._unfinished:
            self._stop("alias-loop", f"the alias `*{event.anchor}` stands inside what it names", spot.place)
        if event.anchor not in self._anchors:
            self.complain("found undefined alias", _position(event.start_mark) or (0, 0))
            raise _StopComposingError
        self._add(*self._anchors[event.anchor])

    def _open_list(self, event: Any) -> None:
        self._open(event, ListNode(self.source, event.start_mark.index, event.end_mark.index))

    def _open_map(self, event: Any) -> None:
        self._open(event, MapNode(self.source, event.start_mark.index, event.end_mark.index))

    def _open(self, event: Any, node: ListNode | MapNode) -> None:
        self._written += 1
        self._check_tag(event)
        if len(self._stack) >= MAX_DEPTH:
            self._stop("too-deep", f"nested deeper than {MAX_DEPTH} levels", node.place)
        if event.anchor:
            self._unfinished.add(event.anchor)
        self._stack.append(_Open(node, event.anchor))

    def _close(self, event: Any) -> None:
        done = self._stack.pop()
        done.node.end = event.end_mark.index
        if isinstance(done.node, MapNode):
            self._merge(done.node, done.merges)
        if done.anchor:
            self._unfinished.discard(done.anchor)
            self._anchors[done.anchor] = (done.node, done.size)
        self._add(done.node, done.size)

    def _add(self, node: Node, size: int) -> None:
        """Put a finished node into the list or map that is open, or make it the root."""
        if not self._stack:
            self.result.root = node
            return
        parent = self._stack[-1]
        parent.size += size
        if parent.size > _FREE_EXPANSION and parent.size > MAX_EXPANSION * self._written:
            self._stop("alias-bomb", "aliases multiply this document beyond measure", node.place)
        if isinstance(parent.node, ListNode):
            parent.node.items.append(node)
        elif parent.key is None:
            parent.key = self._as_key(node)
        else:
            key, parent.key = parent.key, None
            self._set(parent, key, node)

    def _awaits_key(self) -> bool:
        around = self._stack[-1] if self._stack else None
        return around is not None and around.key is None and isinstance(around.node, MapNode)

    def _as_key(self, node: Node) -> ScalarNode:
        if not isinstance(node, ScalarNode):
            self._stop("key-not-text", "a key must be a single word, found a list or a map", node.place)
        return node

    def _set(self, parent: _Open, key: ScalarNode, value: Node) -> None:
        if key.raw == "<<" and key.plain:
            parent.merges.append(value)
            return
        name = intern(key.raw)
        entries = parent.node.entries  # type: ignore[union-attr]  # only maps have keys
        if name in entries:
            first = entries[name].key.place
            self.result.mistakes.append(
                Problem(
                    "duplicate-key",
                    f"the key `{name}` is there twice",
                    key.place,
                    "remove one of them, or merge their values",
                    related=(("first set here", first),),
                )
            )
            return
        if isinstance(value, ScalarNode) and sounds_secret(name):
            value.secret = True
        entries[name] = Entry(key, value)

    def _merge(self, node: MapNode, merges: list[Node]) -> None:
        """Apply `<<: *anchor` and `<<: [*a, *b]`: what the map says itself wins, then the earlier anchor."""
        for merge in merges:
            for part in merge.items if isinstance(merge, ListNode) else [merge]:
                if not isinstance(part, MapNode):
                    self.result.mistakes.append(
                        Problem(
                            "merge-not-map", "`<<` merges maps only", part.place, "name an anchor of a map"
                        )
                    )
                    continue
                for key, entry in part.entries.items():
                    node.entries.setdefault(key, entry)

    def _check_tag(self, event: Any) -> None:
        if event.tag and event.tag not in _CORE_TAGS and event.tag != "!":
            self.result.unknown_tags.append(UnknownTag(event.tag, self._spot(event).place))

    def _spot(self, event: Any) -> Spot:
        return Spot(self.source, event.start_mark.index, event.end_mark.index)

    def _stop(self, code: str, message: str, place: Place) -> NoReturn:
        self.result.mistakes.append(Problem(code, message, place))
        raise _StopComposingError
