"""Files and what they include → one tree (Compose specification, `14-include.md`)."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import Entry, ListNode, MapNode, ScalarNode
from tiktoktoe_cli.config.reader import identify
from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.importing.compose.env_files import path_of, read_default, read_variables
from tiktoktoe_cli.importing.compose.extending import Extender
from tiktoktoe_cli.importing.compose.forms import lengthened
from tiktoktoe_cli.importing.compose.interpolation import Interpolation
from tiktoktoe_cli.importing.compose.naming import with_names
from tiktoktoe_cli.importing.compose.variables import Variables
from tiktoktoe_cli.importing.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path as FilePath

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.importing.compose.merging import Merger
    from tiktoktoe_cli.importing.facts import Path

_DEEPEST: Final = 20  # files that include each other
_MOST_FILES: Final = 1_000


class Assembly:
    """Puts together what files say, and opens those that they name."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._notes = merger.notes
        self.interpolation = Interpolation()
        self._opened = 0

    def assembled(
        self, trees: Sequence[MapNode], variables: Variables, around: tuple[FilePath, ...] = ()
    ) -> MapNode:
        """Merge files that stand beside each other; `around` are those that include them."""
        extender = Extender(self._merger, _Library(self, variables).services)
        return self.merged([self._one(tree, variables, extender, around) for tree in trees])

    def merged(self, trees: Sequence[MapNode]) -> MapNode:
        """Merge trees, at least one, in their order."""
        first, *others = trees
        for other in others:
            first = self._merger.applications(first, other)
        return first

    def open(self, name: ScalarNode, variables: Variables, at: Path) -> Sequence[MapNode]:
        """Open a file that another one names, as it is written; a remark says why there is nothing in it."""
        path = path_of(name, variables)
        self._opened += 1
        if self._opened > _MOST_FILES:
            self._notes.untranslated(name, at, f"more than {_MOST_FILES} files are named by others")
            return []
        found = self._merger.files.open(path)
        if isinstance(found, Problem):
            self._notes.untranslated(name, at, found.message)
            return []
        return found

    def _one(
        self, tree: MapNode, variables: Variables, extender: Extender, around: tuple[FilePath, ...]
    ) -> MapNode:
        tree = self.prepared(tree, variables)
        for item in self._includes(tree):
            if included := self._included(item, variables, around):
                tree = self._merger.applications(included, tree)
        services = tree.get("services")
        return _with_services(tree, extender.extended(services)) if isinstance(services, MapNode) else tree

    def _includes(self, tree: MapNode) -> list[Node]:
        include = Fields(tree).take("include")
        if include is not None and not isinstance(include, ListNode):
            self._notes.untranslated(include, (), "`include` is no list")
        return include.items if isinstance(include, ListNode) else []

    def prepared(self, tree: MapNode, variables: Variables) -> MapNode:
        """Make a file again, once, with the variables that are known, and with the services' names and long forms."""
        tree = self.interpolation.filled(tree, variables)
        services = tree.get("services")
        if not isinstance(services, MapNode):
            return tree
        entries = {
            name: replace(entry, value=lengthened(with_names(name, entry.value, variables, self._notes)))
            if isinstance(entry.value, MapNode)
            else entry
            for name, entry in services.entries.items()
        }
        return _with_services(tree, replace(services, entries=entries))

    def _included(self, item: Node, variables: Variables, around: tuple[FilePath, ...]) -> MapNode | None:
        """Read an entry of `include`: a path, or a map with one or several, of which the later ones override."""
        names = _texts(item.get("path") if isinstance(item, MapNode) else item)
        if not names:
            self._notes.untranslated(item, (), "this `include` names no file")
            return None
        path = identify(path_of(names[0], variables))
        if path in around or len(around) == _DEEPEST:
            self._notes.untranslated(item, (), "files include each other, in a circle or without an end")
            return None
        trees = [tree for name in names for tree in self.open(name, variables, ())]
        if not trees:
            return None
        inner = Variables({**self._variables(item, names[0], variables), **variables.values})
        services = self.assembled(trees, inner, (*around, path)).get("services")
        return _with_services(MapNode(item.source, item.start, item.end), services) if services else None

    def _variables(self, item: Node, first: ScalarNode, variables: Variables) -> dict[str, str]:
        """Read the variables of an included application: those it names, else those of its folder."""
        given = _texts(item.get("env_file")) if isinstance(item, MapNode) else []
        if given:
            return read_variables((path_of(name, variables) for name in given), self._notes)
        home = item.get("project_directory") if isinstance(item, MapNode) else None
        folder = (
            path_of(home, variables)
            if isinstance(home, ScalarNode)
            else os.path.dirname(path_of(first, variables))  # noqa: PTH120  # keeps the user's words
        )
        return read_default(folder, variables.values, self._notes)


class _Library:
    """The services of the files that `extends` names; each file is read once."""

    def __init__(self, assembly: Assembly, variables: Variables) -> None:
        self._assembly = assembly
        self._variables = variables
        self._known: dict[FilePath, MapNode | None] = {}

    def services(self, name: ScalarNode, at: Path) -> MapNode | None:
        """Return the services of a file."""
        path = identify(path_of(name, self._variables))
        if path not in self._known:
            opened = self._assembly.open(name, self._variables, at)
            trees = [self._assembly.prepared(tree, self._variables) for tree in opened]
            services = self._assembly.merged(trees).get("services") if trees else None
            self._known[path] = services if isinstance(services, MapNode) else None
        return self._known[path]


def _with_services(tree: MapNode, services: Node) -> MapNode:
    return replace(tree, entries={**tree.entries, "services": Entry(services, services)})


def _texts(node: Node | None) -> list[ScalarNode]:
    items = node.items if isinstance(node, ListNode) else [node]
    return [item for item in items if isinstance(item, ScalarNode) and item.value is not None]
