"""The environment of a Compose service: its files of variables, and what it says itself, which wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode
from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.importing.compose.env_files import path_of, read_env_file
from tiktoktoe_cli.importing.fields import Fields
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.config.nodes import Node, Spot
    from tiktoktoe_cli.importing.compose.variables import Variables
    from tiktoktoe_cli.importing.facts import Notebook


def environment_of(
    name: str, service: Fields, variables: Variables, notes: Notebook
) -> dict[str, tuple[str, Spot]]:
    """Read the variables of a service, settled, with where each is set; what nobody knows is left out."""
    found: dict[str, tuple[str, Spot]] = {}
    for file, is_required in _files(name, service.take("env_file"), notes):
        values = read_env_file(path_of(file, variables), variables.values, notes)
        if not isinstance(values, Problem):
            found |= {variable: (value, file) for variable, value in values.items()}
        elif is_required:
            told = f"{values.message}, so what {quoted(name)} is told in it is not known"
            notes.ignored(file, ("services", name), told)
    own = service.own("environment")
    for variable in own.node.entries:
        value = _value(variable, own, variables)
        if value is not None:
            found[variable] = (value, own.spot(variable))
    notes.leave(own, ("services", name), {}, around="environment.")
    return found


def _value(variable: str, own: Fields, variables: Variables) -> str | None:
    """Settle a variable; one without a value has that of the application's, if there is one."""
    text = own.text(variable)
    if variable not in own:
        return variables.values.get(variable)
    return None if text is None else variables.settled(text)


def _files(name: str, node: Node | None, notes: Notebook) -> Iterator[tuple[ScalarNode, bool]]:
    for item in node.items if isinstance(node, ListNode) else [node] if node else []:
        given = Fields(item) if isinstance(item, MapNode) else None
        path = given.take("path") if given else item
        if isinstance(path, ScalarNode):
            yield path, given is None or given.flag("required") is not False
        else:
            notes.untranslated(item, ("services", name), "this `env_file` names no file")
        if given:
            notes.leave(given, ("services", name), {}, around="env_file.")
