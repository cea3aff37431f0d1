"""The environment of a Compose service: its files of variables, and what it says itself, which wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode
from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.importing.compose.env_files import path_of, read_env_file
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.config.nodes import Node, Spot
    from tiktoktoe_cli.importing.compose.variables import Variables
    from tiktoktoe_cli.importing.facts import Notebook
    from tiktoktoe_cli.importing.fields import Fields


def environment_of(
    name: str, service: Fields, variables: Variables, notes: Notebook
) -> dict[str, tuple[str, Spot]]:
    """Read the variables of a service, settled, with where each is set; what nobody knows is left out."""
    found: dict[str, tuple[str, Spot]] = {}
    for file, is_required in _files(service.take("env_file")):
        values = read_env_file(path_of(file, variables), variables.values, notes)
        if not isinstance(values, Problem):
            found |= {variable: (value, file) for variable, value in values.items()}
        elif is_required:
            told = f"{values.message}, so what {quoted(name)} is told in it is not known"
            notes.ignored(file, ("services", name), told)
    for variable, entry in service.own("environment").node.entries.items():
        value = _value(variable, entry.value, variables)
        if value is not None:
            found[variable] = (value, entry.key)
    return found


def _value(variable: str, node: Node, variables: Variables) -> str | None:
    """Settle a variable; one without a value has that of the application's, if there is one."""
    if not isinstance(node, ScalarNode):
        return None
    return variables.values.get(variable) if node.value is None else variables.settled(node.raw)


def _files(node: Node | None) -> Iterator[tuple[ScalarNode, bool]]:
    for item in node.items if isinstance(node, ListNode) else ():
        path = item.get("path") if isinstance(item, MapNode) else item
        required = item.get("required") if isinstance(item, MapNode) else None
        if isinstance(path, ScalarNode):
            yield path, not (isinstance(required, ScalarNode) and required.value is False)
