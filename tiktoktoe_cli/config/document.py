"""The whole configuration as one tree: files read, variables replaced, includes followed, several files merged."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.interpolation import Interpolator
from tiktoktoe_cli.config.masking import Mask
from tiktoktoe_cli.config.merging import merge
from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode, Spot, child, reach, scalars
from tiktoktoe_cli.config.reader import expand, identify, read_secret, read_source
from tiktoktoe_cli.errors import Problem, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiktoktoe_cli.config.nodes import Node, Source, Step
    from tiktoktoe_cli.errors import Place

MAX_FILES = 1_000
_SMALL = 32_768  # characters: what is not larger is read faster as nodes


@dataclass(slots=True)
class Document:
    """A configuration before its meaning is checked: the merged tree, the texts it came from, and what was wrong.

    `faults` are the variables that nothing was found for: problems of whoever reads the values they stand in.
    """

    root: MapNode | None = None
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)
    mask: Mask = field(default_factory=Mask)

    def sorted_problems(self) -> tuple[Problem, ...]:
        """Return the problems without repetition, the worst first, then in the order of the files and their lines."""
        return tuple(worst_first(dict.fromkeys(self.problems), self.sources))

    def faults_in(self, node: Node, without: frozenset[str] = frozenset()) -> list[Problem]:
        """List the faults of the values at and below a node, without some of its keys."""
        if not self.faults or (isinstance(node, MapNode) and node.is_folded):
            return []
        found = scalars(node)
        return [scalar.fault for path, scalar in found if scalar.fault and without.isdisjoint(path[:1])]

    def node(self, path: Iterable[Step]) -> Node | None:
        """Return the node at a path, or None."""
        node: Node | None = self.root
        for step in path:
            node = child(node, step) if node else None
        return node

    def place(self, *path: Step) -> Place | None:
        """Return where the nearest existing part of a path is: a map's entry at its key, a list's item at itself."""
        spot = spot_of(self.root, path)
        return spot.place if spot else None

    def value_place(self, *path: Step) -> Place | None:
        """Return where the value at a path stands if it is a single one, else the same as `place`."""
        node: Node | None = self.root
        for step in path:
            node = (child(node, step) or node) if node else None
        return node.place if isinstance(node, ScalarNode) and node.raw else self.place(*path)

    def keys(self, *path: Step) -> frozenset[str]:
        """Return the keys of the map at a path; empty if there is none."""
        node = self.node(path)
        return frozenset(node.look()) if isinstance(node, MapNode) else frozenset()


def load(names: Sequence[str], environ: Mapping[str, str]) -> Document:
    """Read the named files, what they include, and merge them in that order. Never raises: problems are collected."""
    document = Document()
    loader = _Loader(
        document, Interpolator(environ, lambda node, path: read_secret(node.source.folder, path))
    )
    for name in names:
        loader.add(name, identify(name) if name != "-" else Path("-"), None)
    document.mask.add_all(loader.interpolator.secrets)
    return document


def spot_of(root: Node | None, path: Iterable[Step]) -> Spot | None:
    """Follow a path as far as it leads; steps that name nothing (a union's branch) are passed over."""
    node = root
    spot: Spot | None = root
    for step in path:
        reached = reach(node, step) if node else None
        if reached:
            spot, node = reached
    return spot


class _Loader:
    def __init__(self, document: Document, interpolator: Interpolator) -> None:
        self.document = document
        self.interpolator = interpolator
        self._open: list[Path] = []
        self._done: set[Path] = set()

    def add(self, name: str, path: Path, named_at: Place | None) -> None:
        """Read one file and merge it; a file that was read before is not read again."""
        problem = self._refusal(name, path, named_at)
        if problem:
            self.document.problems.append(problem)
            return
        if path in self._done:
            return
        self._done.add(path)
        source = read_source(name)
        if isinstance(source, Problem):
            place = source.place or named_at
            self.document.problems.append(Problem(source.code, source.message, place, source.hint))
            return
        self.document.sources[source.name] = source.text
        self._open.append(path)
        self._take(source)
        self._open.pop()

    def _refusal(self, name: str, path: Path, named_at: Place | None) -> Problem | None:
        if path in self._open:
            chain = " → ".join(part.name for part in [*self._open[self._open.index(path) :], path])
            hint = "remove one of these includes"
            return Problem("include-loop", f"`{name}` includes itself: {chain}", named_at, hint)
        if len(self._done) >= MAX_FILES:
            return Problem("too-many-files", f"more than {MAX_FILES} files", named_at, "include fewer files")
        return None

    def _take(self, source: Source) -> None:
        composition = compose(source, folds=len(source.text) > _SMALL)
        problems = self.document.problems
        problems += composition.problems
        self.document.faults += filter(None, map(self.interpolator.apply, composition.scalars))
        if composition.root is None and not composition.problems:
            hint = "start with `tiktoktoe init`, or write `version: 1`"
            problems.append(Problem("empty-file", f"`{source.name}` holds no configuration", hint=hint))
        if isinstance(composition.root, MapNode):
            self._merge(source, composition.root)
        elif composition.root is not None and not composition.problems:
            message = "a configuration is a map of sections, found something else"
            problems.append(
                Problem("not-a-map", message, composition.root.place, "write `version: 1`, `services:` ...")
            )

    def _merge(self, source: Source, root: MapNode) -> None:
        include = root.entries.pop("include", None)
        if self.document.root is None:
            self.document.root = root
        else:
            self.document.problems += merge(self.document.root, root)
        if include:
            self._include(source, include.value)

    def _include(self, source: Source, node: Node) -> None:
        shown = os.path.dirname(source.name)  # noqa: PTH120  # keeps the user's own words: `./a` stays `./a`
        for item in node.items if isinstance(node, ListNode) else [node]:
            if isinstance(item, ScalarNode) and item.fault:
                self.document.problems.append(item.fault)
                continue
            if not isinstance(item, ScalarNode) or not item.raw:
                hint = "write `include: [checks/*.yaml]`"
                self.document.problems.append(
                    Problem("wrong-type", "`include` names files", item.place, hint)
                )
                continue
            names = expand(item.raw, source.folder, shown)
            if isinstance(names, Problem):
                self.document.problems.append(replace(names, place=item.place))
                continue
            for name in names:
                self.add(name, identify(name), item.place)
