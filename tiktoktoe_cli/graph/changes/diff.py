"""What is different between two systems: services, dependencies, the start order, cycles, findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tiktoktoe_cli.graph.algorithms.cycles import start_cycles
from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.findings.acceptance import split_findings
from tiktoktoe_cli.graph.findings.baseline import Baseline
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.rules import validate_graph
from tiktoktoe_cli.graph.starting.plan import waves_if_any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.model import Edge, Graph, Service
    from tiktoktoe_cli.graph.rules import Subject


class ChangeKind(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Alteration:
    """One property that is different; None is one that was or is not stated."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A service that was added, removed or changed; its dependencies are changes of their own."""

    name: str
    change: ChangeKind
    alterations: tuple[Alteration, ...]


@dataclass(frozen=True, slots=True)
class DependencyChange:
    """A dependency that was added, removed or changed."""

    source: str
    target: str
    change: ChangeKind
    alterations: tuple[Alteration, ...]


@dataclass(frozen=True, slots=True)
class WaveChange:
    """A service that starts in another wave than before."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the systems that are compared: its graph, its cycles of start edges, and its open findings."""

    graph: Graph
    cycles: tuple[Cycle, ...]
    findings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different, by name; what is `new` is only in the second system, what is `gone` only in the first.

    A cycle is new if it holds a service that was in none with all the others of it.
    """

    old: Edition
    new: Edition
    services: tuple[ServiceChange, ...]
    dependencies: tuple[DependencyChange, ...]
    wave_changes: tuple[WaveChange, ...]
    new_cycles: tuple[Cycle, ...]
    gone_cycles: tuple[Cycle, ...]
    new_findings: tuple[Problem, ...]
    gone_findings: tuple[Problem, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is different."""
        return not (self.services or self.dependencies or self.new_findings or self.gone_findings)


def edition_of(subject: Subject) -> Edition:
    """Look at a system: findings that its configuration suppresses for a reason do not count."""
    found = split_findings(validate_graph(subject), subject.settings.suppress, Baseline())
    return Edition(subject.graph, tuple(start_cycles(subject.graph)), found.open)


def compare(old: Edition, new: Edition) -> Difference:
    """Compare two systems; findings are the same if their rule and what they are about are."""
    services = _changes(old.graph.services, new.graph.services, _OF_SERVICES)
    dependencies = _changes(_edges(old.graph), _edges(new.graph), _OF_DEPENDENCIES)
    return Difference(
        old=old,
        new=new,
        services=tuple(ServiceChange(name, change, found) for name, change, found in services),
        dependencies=tuple(DependencyChange(*ends, change, found) for ends, change, found in dependencies),
        wave_changes=tuple(_wave_changes(old.graph, new.graph)),
        new_cycles=tuple(_only_in(new.cycles, old.cycles)),
        gone_cycles=tuple(_only_in(old.cycles, new.cycles)),
        new_findings=_without(new.findings, old.findings),
        gone_findings=_without(old.findings, new.findings),
    )


def _edges(graph: Graph) -> dict[tuple[str, str], Edge]:
    return {(edge.source, edge.target): edge for edge in graph.edges()}


_Key = TypeVar("_Key", str, "tuple[str, str]")
_Part = TypeVar("_Part", "Service", "Edge")
_Words: TypeAlias = "Mapping[str, Callable[[_Part], str | None]]"
"""The properties of services, or of dependencies, in the words of the configuration."""


def _changes(
    before: Mapping[_Key, _Part], after: Mapping[_Key, _Part], words: _Words[_Part]
) -> Iterator[tuple[_Key, ChangeKind, tuple[Alteration, ...]]]:
    """Yield what is not the same in both, by name."""
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        found = (
            Alteration(name, None if was is None else word(was), None if now is None else word(now))
            for name, word in words.items()
        )
        alterations = tuple(one for one in found if one.before != one.after)
        if was is None or now is None:
            yield key, ChangeKind.ADDED if was is None else ChangeKind.REMOVED, alterations
        elif alterations:
            yield key, ChangeKind.CHANGED, alterations


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


_OF_SERVICES: _Words[Service] = {
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
}
_OF_DEPENDENCIES: _Words[Edge] = {
    "kind": lambda one: one.kind.value,
    "version": lambda one: one.version_range,
    "condition": lambda one: one.condition.value,
    "required": lambda one: "true" if one.required else "false",
    "restart": lambda one: "true" if one.restart else "false",
    "timeout": lambda one: str(one.timeout),
    "policy": lambda one: one.policy,
    "evidence": lambda one: one.evidence.value,
}


def _wave_changes(old: Graph, new: Graph) -> Iterator[WaveChange]:
    """Compare the start waves; in a system without a start order, no service has one."""
    before, after = (wave_numbers(waves_if_any(graph) or ()) for graph in (old, new))
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield WaveChange(name, before[name], after[name])


def _only_in(cycles: tuple[Cycle, ...], others: tuple[Cycle, ...]) -> Iterator[Cycle]:
    for cycle in cycles:
        if not any(cycle.component <= other.component for other in others):
            yield cycle


def _without(findings: tuple[Problem, ...], others: tuple[Problem, ...]) -> tuple[Problem, ...]:
    known = {finding.identity for finding in others}
    return tuple(finding for finding in findings if finding.identity not in known)
