"""The parts of a system, with their properties in the words of the configuration: a table, and what differs in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph.settings import ReserveSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.graph.changes.edition import Edition
    from tiktoktoe_cli.graph.model import Candidate
    from tiktoktoe_cli.graph.settings import NodeSettings

Names: TypeAlias = tuple[str, ...]
Value: TypeAlias = "str | float | tuple[str, ...] | tuple[Candidate, ...] | None"
"""Durations, quantities and ratios are numbers, kinds and conditions are texts."""


class ChangeKind(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Told:
    """How differences of one kind are told.

    Programs find under the `key` how many there are. People read the `heading`, a `noun` for one and for `many` of
    them, and the names of one with a `joint`; programs also find these one by one, as its `ends`.
    """

    key: str
    heading: str
    noun: str
    many: str = ""
    joint: str = " "
    ends: tuple[str, ...] = ()


class Part(StrEnum):
    """What a difference is about, in the order of the reports; fit and start time are predicted."""

    told: Told

    def __new__(cls, value: str, told: Told) -> Self:
        """Take the word for programs, and how it is told."""
        part = str.__new__(cls, value)
        part._value_ = value
        part.told = told
        return part

    SERVICE = "service", Told("services", "services", "service")
    DEPENDENCY = (
        "dependency",
        Told("dependencies", "dependencies", "dependency", "dependencies", " → ", ("from", "to")),
    )
    CHECK = "check", Told("health_checks", "health checks", "health check", "", ": ", ("service", "check"))
    NODE = "node", Told("nodes", "nodes", "kind of node", "kinds of node")
    RESERVE = "reserve", Told("reserve", "reserve", "reserve")
    FIT = "fit", Told("fit", "fit", "fit")
    START_TIME = "start_time", Told("start_time", "start time", "start time")
    CYCLE = "cycle", Told("start_cycles", "start cycles", "cycle")
    START = "start", Told("start_order", "start order", "start")
    FINDING = "finding", Told("findings", "findings", "finding")


class Property(StrEnum):
    """What can be different about a part, in the words of the configuration; the last ones are predicted."""

    VERSION = "version"
    AVAILABLE = "available"
    GROUP = "group"
    TAGS = "tags"
    REPLICAS = "replicas"
    START_TIME = "start_time"
    CPU_REQUEST = "requests.cpu"
    MEMORY_REQUEST = "requests.memory"
    CPU_LIMIT = "limits.cpu"
    MEMORY_LIMIT = "limits.memory"
    KIND = "kind"
    CONDITION = "condition"
    REQUIRED = "required"
    RESTART = "restart"
    TIMEOUT = "timeout"
    POLICY = "policy"
    EVIDENCE = "evidence"
    ASKS = "asks"
    COUNT = "count"
    CPU = "cpu"
    MEMORY = "memory"
    VERDICT = "verdict"
    TIME = "time"
    CHAIN = "chain"


class Row(NamedTuple):
    """Which difference is meant: a part and the names of one; of a cycle its services, of a finding its identity."""

    part: Part
    names: Names


@dataclass(frozen=True, slots=True)
class Alteration:
    """One property that is different, as the model holds it; None is one that was or is not stated."""

    name: Property
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that was added, removed or changed; the dependencies and checks of a service are parts of their own."""

    part: Part
    names: Names
    kind: ChangeKind
    alterations: tuple[Alteration, ...]

    @property
    def row(self) -> Row:
        """Which difference this is."""
        return Row(self.part, self.names)


def part_changes(old: Edition, new: Edition) -> Iterator[PartChange]:
    """Yield what is not the same in both, part by part and by name."""
    return (change for part in _PARTS for change in _changes(part, old, new))


def _changes(part: Part, old: Edition, new: Edition) -> Iterator[PartChange]:
    """Yield what is not the same in both, by name."""
    parts_of, properties = _PARTS[part]
    before, after = parts_of(old, new), parts_of(new, old)
    for names in sorted(before.keys() | after.keys()):
        was, now = before.get(names), after.get(names)
        if was == now:
            continue
        found = (
            Alteration(name, None if was is None else value(was), None if now is None else value(now))
            for name, value in properties.items()
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


_Look: TypeAlias = "Callable[[Edition, Edition], Mapping[Names, Any]]"
"""Lists the parts of an edition by their names; the other one is that which it is compared with."""
_Properties: TypeAlias = "Mapping[Property, Callable[[Any], Value]]"
"""Reads the properties of parts; each kind of part has a type of its own."""

_PARTS: dict[Part, tuple[_Look, _Properties]] = {
    Part.SERVICE: (
        lambda edition, _: {(name,): service for name, service in edition.graph.services.items()},
        {
            Property.VERSION: lambda one: one.version,
            Property.AVAILABLE: lambda one: one.available or None,
            Property.GROUP: lambda one: one.group,
            Property.TAGS: lambda one: one.tags or None,
            Property.REPLICAS: lambda one: one.replicas,
            Property.START_TIME: lambda one: one.start_time,
            Property.CPU_REQUEST: lambda one: one.resources.requests.cpu,
            Property.MEMORY_REQUEST: lambda one: one.resources.requests.memory,
            Property.CPU_LIMIT: lambda one: one.resources.limits.cpu,
            Property.MEMORY_LIMIT: lambda one: one.resources.limits.memory,
        },
    ),
    Part.DEPENDENCY: (
        lambda edition, _: {(edge.source, edge.target): edge for edge in edition.graph.edges()},
        {
            Property.KIND: lambda one: one.kind,
            Property.VERSION: lambda one: one.version_range,
            Property.CONDITION: lambda one: one.condition,
            Property.REQUIRED: lambda one: one.required,
            Property.RESTART: lambda one: one.restart,
            Property.TIMEOUT: lambda one: one.timeout,
            Property.POLICY: lambda one: one.policy,
            Property.EVIDENCE: lambda one: one.evidence,
        },
    ),
    Part.CHECK: (_checks, {Property.ASKS: str}),
    Part.NODE: (
        _nodes,
        {
            Property.COUNT: lambda one: one.count,
            Property.CPU: lambda one: one.cpu,
            Property.MEMORY: lambda one: one.memory,
        },
    ),
    Part.RESERVE: (
        _reserve,
        {Property.CPU: lambda one: one.cpu, Property.MEMORY: lambda one: one.memory},
    ),
    Part.FIT: (
        lambda edition, _: {("all replicas",): edition.fit} if edition.fit else {},
        {Property.VERDICT: lambda one: one},
    ),
    Part.START_TIME: (
        lambda edition, _: {("everything",): edition.start} if edition.start else {},
        {Property.TIME: lambda one: Duration(one.total_ns), Property.CHAIN: lambda one: one.chain},
    ),
}
