"""The files of a source → one tree for each document, or all of what is wrong with them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.masking import Mask
from tiktoktoe_cli.config.nodes import MapNode, ScalarNode
from tiktoktoe_cli.config.reader import read_source, type_of
from tiktoktoe_cli.errors import ConfigError, Problem, UsageError
from tiktoktoe_cli.importing.documents import documents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tiktoktoe_cli.config.composer import Composition, UnknownTag
    from tiktoktoe_cli.config.nodes import Node, Source, Spot
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.importing.documents import Document

_SUFFIXES: Final = frozenset({".yaml", ".yml"})


@dataclass(slots=True)
class Files:
    """The trees of the files that were asked for, their texts, and the tags in all files that nobody has followed."""

    trees: list[MapNode] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    _tags: dict[tuple[str, int, int], UnknownTag] = field(default_factory=dict)
    _followed: set[tuple[str, int, int]] = field(default_factory=set)

    @classmethod
    def read(cls, names: Sequence[str]) -> Files:
        """Read files, and all YAML files below folders.

        Scalars follow YAML 1.2: `start: 23:00` stays what it is. A document that holds nothing is passed over.

        Raises:
            ConfigError: with all that is wrong with the files.
            UsageError: if they hold nothing at all.
        """
        files = cls()
        problems: list[Problem] = []
        for name in _expanded(names):
            found = read_source(name)
            if isinstance(found, Problem):
                problems.append(found)
                continue
            files.sources[found.name] = found.text
            trees, wrong = files._compose(found)
            files.trees += trees
            problems += wrong
        if problems:
            raise ConfigError(tuple(problems), sources=files.sources, mask=Mask().line)
        if not files.trees:
            raise UsageError("there is nothing in it to import", hint="name the file of its configuration")
        return files

    def open(self, name: str) -> list[MapNode] | Problem:
        """Read one more file, which another one names; if it cannot be read, return why.

        Raises:
            ConfigError: with all that is wrong with its text.
        """
        found = read_source(name)
        if isinstance(found, Problem):
            return found
        trees, wrong = self._compose(found)
        if wrong:
            raise ConfigError(tuple(wrong), sources={found.name: found.text}, mask=Mask().line)
        return trees

    def follow_tag(self, node: Spot, known: Collection[str]) -> str:
        """Return the tag of a value if it is one of these, else nothing; it is then no longer an ignored one."""
        if not self._tags:
            return ""
        key = _key(node.place)
        tag = self._tags[key].name if key in self._tags else ""
        if tag not in known:
            return ""
        self._followed.add(key)
        return tag

    def ignored_tags(self) -> list[UnknownTag]:
        """List the tags that nobody has followed."""
        return [tag for key, tag in self._tags.items() if key not in self._followed]

    def _compose(self, source: Source) -> tuple[list[MapNode], list[Problem]]:
        trees: list[MapNode] = []
        problems: list[Problem] = []
        for document in documents(source):
            found = _composed(document)
            problems += found.mistakes
            self._tags |= {_key(tag.place): tag for tag in found.unknown_tags}
            if isinstance(found.root, MapNode):
                trees.append(found.root)
            elif found.root and not _says_nothing(found.root):
                problems.append(_no_map(found.root))
        return trees, problems


def _expanded(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        is_folder = name != "-" and type_of(name) == stat.S_IFDIR
        if is_folder and os.access(name, os.R_OK):  # one that is closed is told like a file that is
            yield from (str(path) for path in sorted(Path(name).rglob("*")) if path.suffix in _SUFFIXES)
        else:
            yield name


def _composed(document: Document) -> Composition:
    found = compose(document)
    return (
        compose(document.in_place()) if found.mistakes else found
    )  # one in the syntax is told by its line alone


def _says_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _no_map(node: Node) -> Problem:
    hint = "check that it is the right file"
    return Problem("not-a-map", "a configuration is a map, found something else", node.place, hint)


def _key(place: Place) -> tuple[str, int, int]:
    return place.file, place.line, place.column
