"""What to write where, so that the configuration says what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.model import Graph, Service
    from tiktoktoe_cli.graph.resolution.choices import Choice


@dataclass(frozen=True, slots=True)
class Edit:
    """One value to write; None is to remove the key that the path leads to, and `is_new` what is not written yet.

    The path of a range ends in `version`, also where a dependency is written in its short form.
    """

    service: str
    path: tuple[str, ...]
    value: str | None
    is_new: bool = False


def edits_of_all(choices: Iterable[Choice], graph: Graph) -> Iterator[Edit]:
    """List what is to be written for choices, service by service."""
    for choice in choices:
        if choice.changes and choice.chosen is not None:
            yield from edits_of(graph.services[choice.service], choice.chosen)


def edits_of(service: Service, version: str) -> Iterator[Edit]:
    """List what makes one of the available versions the deployed one: itself, and what it needs otherwise."""
    name, at = service.name, ("services", service.name)
    yield Edit(name, (*at, "version"), version, is_new=service.version is None)
    declared = {edge.target: edge.version_range for edge in service.dependencies}
    for target, text in next((one.ranges for one in service.available if one.version == version), ()):
        if text is None and target in declared:
            yield Edit(name, (*at, "depends_on", target), None)
        elif text is not None and (target not in declared or declared[target] != text):
            yield Edit(name, (*at, "depends_on", target, "version"), text, is_new=target not in declared)


def edit_place(edit: Edit, graph: Graph) -> Place | None:
    """Return where an edit is made: at the value, or at the key below which it is missing."""
    is_key = edit.is_new or edit.value is None
    return graph.place(*edit.path) if is_key else graph.value_place(*edit.path)


def edit_words(edit: Edit, graph: Graph) -> str:
    """Say what to do, in the form that is written there: at shop.yaml:41 write `cache: "^8"` for `api`."""
    place = edit_place(edit, graph)
    at = f"at {place.file}:{place.line} " if place else ""
    return f"{at}{_deed(edit, graph)} {quoted(edit.service)}"


def _deed(edit: Edit, graph: Graph) -> str:
    target = edit.path[3] if edit.path[2] == "depends_on" else None
    if target is None:
        return f"write {_pair('version', edit)} for"
    if edit.value is None:
        return f"remove {quoted(target)} from `depends_on` of"
    if edit.is_new:
        return f"add {_pair(target, edit)} to `depends_on` of"
    key = graph.place(*edit.path[:-1])
    if key is None or key != graph.value_place(*edit.path[:-1]):
        return f"write {_pair(target, edit)} for"
    return f"write {_pair('version', edit)} below {quoted(target)} of"


def _pair(key: str, edit: Edit) -> str:
    return quoted(f'{key}: "{edit.value}"')
