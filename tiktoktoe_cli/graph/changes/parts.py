"""The parts of a system, with their properties in the words of the configuration: a table, and what differs in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.settings import ReserveSettings
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.graph.changes.edition import Edition
    from tiktoktoe_cli.graph.model import Service
    from tiktoktoe_cli.graph.settings import NodeSettings

Names: TypeAlias = tuple[str, ...]


class ChangeKind(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Part(StrEnum):
    """What a change is about; the last two are predicted."""

    SERVICE = "service"
    DEPENDENCY = "dependency"  # named by both of its ends
    CHECK = "check"  # named by its service and itself
    NODE = "node"
    RESERVE = "reserve"
    FIT = "fit"
    START_TIME = "start_time"


@dataclass(frozen=True, slots=True)
class Alteration:
    """One property that is different; None is one that was or is not stated."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that was added, removed or changed; the dependencies and checks of a service are parts of their own."""

    part: Part
    names: Names
    kind: ChangeKind
    alterations: tuple[Alteration, ...]


def part_changes(old: Edition, new: Edition) -> Iterator[PartChange]:
    """Yield what is not the same in both, part by part and by name."""
    return (change for part in Part for change in _changes(part, old, new))


def _changes(part: Part, old: Edition, new: Edition) -> Iterator[PartChange]:
    """Yield what is not the same in both, by name."""
    parts_of, words = _PARTS[part]
    before, after = parts_of(old, new), parts_of(new, old)
    for names in sorted(before.keys() | after.keys()):
        was, now = before.get(names), after.get(names)
        if was == now:
            continue
        found = (
            Alteration(name, None if was is None else word(was), None if now is None else word(now))
            for name, word in words.items()
        )
        alterations = tuple(one for one in found if one.before != one.after)
        if was is None or now is None:
            kind = ChangeKind.ADDED if was is None else ChangeKind.REMOVED
            yield PartChange(part, names, kind, alterations)
        elif alterations:
            yield PartChange(part, names, ChangeKind.CHANGED, alterations)


def _checks(edition: Edition, other: Edition) -> dict[Names, str]:
    """List whom health checks ask; of a service whose checks are not told in one of both, none."""
    return {
        (service, name): asked
        for service, checks in edition.checks.items()
        if checks and other.checks.get(service, {}) is not None
        for name, asked in checks.items()
    }


def _nodes(edition: Edition, _: Edition) -> dict[Names, NodeSettings]:
    """List the kinds of machines; several of the same name are told apart by their numbers."""
    found: dict[Names, NodeSettings] = {}
    for node in edition.capacity.nodes if edition.capacity else ():
        same = sum(names[0] == node.name for names in found)
        found[(node.name, f"{same + 1}") if same else (node.name,)] = node
    return found


def _reserve(edition: Edition, _: Edition) -> dict[Names, ReserveSettings]:
    """Return the reserve, if anything is kept free at all."""
    reserve = edition.capacity.reserve if edition.capacity else ReserveSettings()
    return {} if reserve == ReserveSettings() else {("every node",): reserve}


def _amount(service: Service, kind: str, resource: Resource) -> str | None:
    amount = getattr(getattr(service.resources, kind), resource)
    return None if amount is None else str(amount)


def _available(service: Service) -> str | None:
    """Write the versions that could be deployed, with what they need otherwise."""
    versions = (
        " ".join([one.version, *(f"{name}={wanted}" for name, wanted in one.ranges)])
        for one in service.available
    )
    return ", ".join(versions) or None


_Look: TypeAlias = "Callable[[Edition, Edition], Mapping[Names, Any]]"
"""Lists the parts of an edition by their names; the other one is that which it is compared with."""
_Words: TypeAlias = "Mapping[str, Callable[[Any], str | None]]"
"""The properties of parts, in the words of the configuration; each kind of part has a type of its own."""

_PARTS: dict[Part, tuple[_Look, _Words]] = {
    Part.SERVICE: (
        lambda edition, _: {(name,): service for name, service in edition.graph.services.items()},
        {
            "version": lambda one: one.version,
            "available": _available,
            "group": lambda one: one.group,
            "tags": lambda one: ", ".join(one.tags) or None,
            "replicas": lambda one: str(one.replicas),
            "start_time": lambda one: None if one.start_time is None else str(one.start_time),
            "requests.cpu": lambda one: _amount(one, "requests", Resource.CPU),
            "requests.memory": lambda one: _amount(one, "requests", Resource.MEMORY),
            "limits.cpu": lambda one: _amount(one, "limits", Resource.CPU),
            "limits.memory": lambda one: _amount(one, "limits", Resource.MEMORY),
        },
    ),
    Part.DEPENDENCY: (
        lambda edition, _: {(edge.source, edge.target): edge for edge in edition.graph.edges()},
        {
            "kind": lambda one: one.kind.value,
            "version": lambda one: one.version_range,
            "condition": lambda one: one.condition.value,
            "required": lambda one: "true" if one.required else "false",
            "restart": lambda one: "true" if one.restart else "false",
            "timeout": lambda one: str(one.timeout),
            "policy": lambda one: one.policy,
            "evidence": lambda one: one.evidence.value,
        },
    ),
    Part.CHECK: (_checks, {"asks": str}),
    Part.NODE: (
        _nodes,
        {
            "count": lambda one: str(one.count),
            "cpu": lambda one: str(one.cpu),
            "memory": lambda one: str(one.memory),
        },
    ),
    Part.RESERVE: (_reserve, {"cpu": lambda one: str(one.cpu), "memory": lambda one: str(one.memory)}),
    Part.FIT: (
        lambda edition, _: {("all replicas",): edition.fit} if edition.fit else {},
        {"verdict": lambda one: one.value.replace("_", " ")},
    ),
    Part.START_TIME: (
        lambda edition, _: {("everything",): edition.start} if edition.start else {},
        {"time": lambda one: duration(one.total_ns / NS_PER_S), "chain": lambda one: " → ".join(one.chain)},
    ),
}
