"""Puts variables into trees, and keeps what Compose would say about those that it cannot put in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.masking import Mask
from tiktoktoe_cli.config.nodes import ListNode, ScalarNode
from tiktoktoe_cli.config.scalars import resolve
from tiktoktoe_cli.errors import ConfigError, Place, Problem
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config.nodes import MapNode, Node
    from tiktoktoe_cli.importing.compose.variables import Expression, Variables
    from tiktoktoe_cli.importing.facts import Notebook


@dataclass(slots=True)
class Interpolation:
    """Fills the texts of files; what is unset is a remark, what must be set or is no variable a problem."""

    _unset: dict[str, Place] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _sources: dict[str, str] = field(default_factory=dict)

    def filled(self, tree: MapNode, variables: Variables) -> MapNode:
        """Put what is known into all texts of a file, also those that nobody will ask for, as Compose does.

        The tree stays as it is; what its parts share, those of the new one share, too.
        """
        done: dict[int, Node] = {}  # parts that have an anchor are met several times

        def anew(node: Node) -> Node:
            if id(node) not in done:
                done[id(node)] = made(node)
            return done[id(node)]

        def made(node: Node) -> Node:
            if isinstance(node, ScalarNode):
                return self._text(node, variables)
            if isinstance(node, ListNode):
                return replace(node, items=[anew(item) for item in node.items])
            return _with_values(node, anew)

        return _with_values(tree, anew)

    def conclude(self, notes: Notebook) -> None:
        """Say what is lacking in the files that were filled.

        Raises:
            ConfigError: with everything that Compose would refuse.
        """
        if self._problems:
            raise ConfigError(tuple(dict.fromkeys(self._problems)), sources=self._sources, mask=Mask().line)
        if self._unset:
            told = f"nothing sets {listed(self._unset)}: Compose would put in nothing, here what they say is not known"
            notes.changed(next(iter(self._unset.values())), (), told)

    def _text(self, scalar: ScalarNode, variables: Variables) -> ScalarNode:
        if not isinstance(scalar.value, str) or "$" not in scalar.raw:
            return scalar
        for lacking in variables.unsettled(scalar.raw):
            self._keep(scalar, lacking)
        text = variables.filled(scalar.raw)
        if text == scalar.raw:
            return scalar
        return replace(scalar, value=resolve(text) if scalar.plain else text, raw=text, interpolated=True)

    def _keep(self, scalar: ScalarNode, lacking: Expression) -> None:
        place = scalar.place_of(lacking.at, len(lacking.written))
        if lacking.name and not lacking.is_required:
            self._unset.setdefault(lacking.name, place)
        else:
            self._sources[place.file] = scalar.source.text
            self._problems.append(_required(lacking, place) if lacking.name else _wrong(lacking, place))


def _required(lacking: Expression, place: Place) -> Problem:
    reason = f": {quoted(lacking.argument)}" if lacking.argument else ""
    hint = (
        "set it in a file of variables, such as `.env` beside the first file: those of the shell are not read"
    )
    return Problem("unset-variable", f"`{lacking.name}` must be set{reason}", place, hint)


def _wrong(lacking: Expression, place: Place) -> Problem:
    message = f"{quoted(lacking.written)} begins no variable that Compose knows"
    return Problem("interpolation-syntax", message, place, "write `$$` for a dollar sign")


def _with_values(node: MapNode, value_of: Callable[[Node], Node]) -> MapNode:
    entries = {key: replace(entry, value=value_of(entry.value)) for key, entry in node.entries.items()}
    return replace(node, entries=entries)
