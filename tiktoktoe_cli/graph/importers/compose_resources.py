"""What a Compose service needs and how many of it run → resources and replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.quantity import LARGEST
from tiktoktoe_cli.config.units import UnitError
from tiktoktoe_cli.graph.importers.services import TOO_LARGE
from tiktoktoe_cli.graph.importers.sizes import cores_of, memory_of
from tiktoktoe_cli.importing.compose.variables import HOLE
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config.quantity import Quantity
    from tiktoktoe_cli.importing.compose.variables import Variables
    from tiktoktoe_cli.importing.facts import Notebook, Tree
    from tiktoktoe_cli.importing.fields import Fields

_AMOUNTS: Final[tuple[tuple[str, str, str, Callable[[str], Quantity]], ...]] = (
    ("deploy.resources.reservations.cpus", "requests", "cpu", cores_of),
    ("deploy.resources.reservations.memory", "requests", "memory", memory_of),
    ("mem_reservation", "requests", "memory", memory_of),
    ("deploy.resources.limits.cpus", "limits", "cpu", cores_of),
    ("cpus", "limits", "cpu", cores_of),
    ("deploy.resources.limits.memory", "limits", "memory", memory_of),
    ("mem_limit", "limits", "memory", memory_of),
)
"""Where an amount is written, what it becomes, and how it is read; what stands first wins."""
_REPLICAS: Final = ("deploy.replicas", "scale")
_MOST_DIGITS: Final = 6


def resources_of(name: str, service: Fields, variables: Variables, notes: Notebook) -> Tree:
    """Translate the amounts that are given; one of 0 is none."""
    found: Tree = {}
    for path, role, resource, read in _AMOUNTS:
        text = _taken(name, service, path, variables, notes)
        if text is None:
            continue
        try:
            amount = read(text)
        except UnitError:
            _leave(name, service, path, "it is no amount that Docker knows", notes)
            continue
        if amount > LARGEST:
            _leave(name, service, path, f"it is {TOO_LARGE}", notes)
        elif amount:
            found.setdefault(role, {}).setdefault(resource, str(amount))
    return found


def replicas_of(name: str, service: Fields, variables: Variables, notes: Notebook) -> int | None:
    """Translate how many containers of a service run, if that is said."""
    found = None
    for path in _REPLICAS:
        text = _taken(name, service, path, variables, notes)
        if text is None:
            continue
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            found = int(text) if found is None else found
        else:
            _leave(name, service, path, "it is no number of containers", notes)
    return found


def _taken(name: str, service: Fields, path: str, variables: Variables, notes: Notebook) -> str | None:
    inside, key = _at(service, path)
    text = inside.text(key)
    settled = None if text is None else variables.settled(text)
    if settled is not None and HOLE in settled:
        _leave(name, service, path, f"{quoted(text or '')} has variables that are not known", notes)
        return None
    return settled


def _leave(name: str, service: Fields, path: str, why: str, notes: Notebook) -> None:
    inside, key = _at(service, path)
    notes.untranslated(inside.spot(key), ("services", name), f"`{path}`: {why}")


def _at(service: Fields, path: str) -> tuple[Fields, str]:
    """Follow the dots of a path to the map around its last key."""
    *around, key = path.split(".")
    for step in around:
        service = service.inside(step)
    return service, key
