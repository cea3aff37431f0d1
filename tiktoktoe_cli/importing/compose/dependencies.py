"""What a Compose service waits for, in our words (Compose specification, `05-services.md`; compose-go, `normalize.go`).

`links`, the namespaces of other services and their volumes are dependencies that nobody has to write again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import MapNode, ScalarNode
from tiktoktoe_cli.importing.compose.naming import NAMESPACES
from tiktoktoe_cli.importing.fields import Fields
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree

_CONDITIONS: Final = {
    "service_started": "started",
    "service_healthy": "healthy",
    "service_completed_successfully": "completed_successfully",
}
_SERVICE: Final = "service:"
_CONTAINER: Final = "container:"


def dependencies_of(name: str, service: Fields, notes: Notebook) -> dict[str, Tree]:
    """Translate the dependencies of a service, also those on names that no service has."""
    at: Path = ("services", name, "depends_on")
    found = {target: _declared(target, given, at, notes) for target, given in _given(service, at, notes)}
    for target, is_restarted in _implied(service):
        found.setdefault(target, _settings("started", required=True, restart=is_restarted))
    return found


def _given(service: Fields, at: Path, notes: Notebook) -> Iterator[tuple[str, Fields]]:
    for target, entry in service.own("depends_on").node.entries.items():
        node = entry.value
        if isinstance(node, MapNode):
            yield target, Fields(node)
        else:
            if not (isinstance(node, ScalarNode) and node.value is None):
                notes.changed(node, (*at, target), f"{quoted(target)}: this is no map, and is not looked at")
            yield target, Fields(MapNode(node.source, node.start, node.end))


def _declared(target: str, given: Fields, at: Path, notes: Notebook) -> Tree:
    said = given.text("condition") or "service_started"
    if said not in _CONDITIONS:
        known = listed(_CONDITIONS, last="or")
        message = f"{quoted(target)}: the condition {quoted(said)} is none of {known}; it waits for the start"
        notes.changed(given.spot("condition"), (*at, target), message)
    required, restart = given.flag("required") is not False, given.flag("restart") is True
    notes.leave(given, (*at, target), {})
    return _settings(_CONDITIONS.get(said, "started"), required=required, restart=restart)


def _settings(condition: str, *, required: bool, restart: bool) -> Tree:
    settings: Tree = {"condition": condition}
    if not required:
        settings["required"] = False
    if restart:
        settings["restart"] = True
    return settings


def _implied(service: Fields) -> Iterator[tuple[str, bool]]:
    """Yield what a service depends on without `depends_on`, and whether it is restarted with it."""
    for link in service.texts("links"):
        yield link.raw.partition(":")[0], True
    for key in NAMESPACES:
        node = service.node.get(key)
        if isinstance(node, ScalarNode) and node.raw.startswith(_SERVICE):
            service.take(key)
            yield node.raw.removeprefix(_SERVICE), True
    for volumes in service.texts("volumes_from"):
        if not volumes.raw.startswith(_CONTAINER):
            yield volumes.raw.partition(":")[0], False
