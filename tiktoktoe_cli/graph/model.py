"""The dependency graph: services, the edges between them, and who reaches whom. Pure, and cheap to import."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.errors import UsageError, unknown
from tiktoktoe_cli.graph.algorithms.order import Order, order_of
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from tiktoktoe_cli.config.units import Duration
    from tiktoktoe_cli.errors import Locate, Place
    from tiktoktoe_cli.graph.settings import (
        CandidateSettings,
        DependencySettings,
        ResourceSettings,
        ServiceSettings,
    )


class EdgeKind(StrEnum):
    """What a dependency is for; only `start` edges must be free of cycles."""

    START = "start"
    RUNTIME = "runtime"
    SOFT = "soft"


class Condition(StrEnum):
    """What a dependency must have reached before its dependent may start."""

    STARTED = "started"
    HEALTHY = "healthy"
    COMPLETED = "completed"  # it has ended, however
    COMPLETED_SUCCESSFULLY = "completed_successfully"  # it has ended with exit code 0
    READY_LINE = "ready_line"  # it has printed the line that its start action waits for

    @property
    def is_end(self) -> bool:
        """Whether it is that something has ended: then nobody needs it any more."""
        return self in {Condition.COMPLETED, Condition.COMPLETED_SUCCESSFULLY}


class Evidence(StrEnum):
    """How an edge is known: somebody declared it, an import found it in use, or both."""

    DECLARED = "declared"
    INFERRED = "inferred"
    BOTH = "both"


class Resource(StrEnum):
    """What machines have and replicas need."""

    CPU = "cpu"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` depends on `target`, which may be a name that no service has.

    `version_range` is the text the user wrote, or None if any version will do; `timeout` limits the wait for
    `condition`, and `is_condition_written` tells whether somebody asked for that; `policy` names an entry of
    `resilience`. With `restart` the source is restarted when the target was.
    """

    source: str
    target: str
    kind: EdgeKind
    version_range: str | None
    condition: Condition
    required: bool
    restart: bool
    timeout: Duration
    policy: str | None
    evidence: Evidence
    is_condition_written: bool = field(compare=False)

    @property
    def is_loop(self) -> bool:
        """Whether it leads from a service to itself."""
        return self.source == self.target

    @property
    def binds(self) -> bool:
        """Whether the source cannot do without the target: at some time, be it only at its start."""
        return self.required and self.kind is not EdgeKind.SOFT

    @property
    def is_used_at_run_time(self) -> bool:
        """Whether a source that runs notices if the target fails: not if it only waited for its end."""
        return self.kind is not EdgeKind.START or not self.condition.is_end

    @property
    def is_needed_at_run_time(self) -> bool:
        """Whether a source that runs fails if the target does."""
        return self.binds and self.is_used_at_run_time

    @property
    def is_needed_to_start(self) -> bool:
        """Whether the source cannot be started without the target."""
        return self.required and self.kind is EdgeKind.START


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that could be deployed instead of the one that is.

    `ranges` are what it needs otherwise than its service declares: of which services, and in which range; None is
    "not at all".
    """

    version: str
    ranges: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """One service: what it is, what one replica needs, and the edges to what it depends on, as declared.

    `available` are other versions that could be deployed; `start_time` is how long its start takes, if that is known.
    """

    name: str
    version: str | None
    available: tuple[Candidate, ...]
    group: str | None
    tags: tuple[str, ...]
    resources: ResourceSettings
    replicas: int
    start_time: Duration | None
    dependencies: tuple[Edge, ...]

    @property
    def is_scaled_to_zero(self) -> bool:
        """Whether it has no replicas: it is declared, and nobody runs it."""
        return not self.replicas

    def where(self, is_kept: Callable[[Edge], bool]) -> Service:
        """Return the service with some of its dependencies; itself if that are all."""
        kept = tuple([edge for edge in self.dependencies if is_kept(edge)])
        return self if len(kept) == len(self.dependencies) else replace(self, dependencies=kept)

    def mapped(self, change: Callable[[Edge], Edge]) -> Service:
        """Return the service with each dependency as a function makes it; itself if none changes."""
        changed = tuple([change(edge) for edge in self.dependencies])
        return self if changed == self.dependencies else replace(self, dependencies=changed)


def _nowhere(*_path: str | int) -> None:
    """Find nothing: the graph was read from no file."""


def _always(_edge: Edge) -> bool:
    """Let every edge count."""
    return True


@dataclass(frozen=True)  # no slots: what follows from the services is kept once somebody asked for it
class Graph:
    """All services by name, in the order of the configuration.

    `place` finds keys and `value_place` finds values (of a list or a map, its key): places are looked up when a
    finding needs them, since a large system has hundreds of thousands.
    """

    services: Mapping[str, Service]
    place: Locate = field(default=_nowhere, kw_only=True, compare=False, repr=False)
    value_place: Locate = field(default=_nowhere, kw_only=True, compare=False, repr=False)

    @cached_property
    def start_order(self) -> Order:
        """What starts after what: services that only need each other through calls or soft edges are not held up."""
        return order_of(self.successors((EdgeKind.START,)))

    @cached_property
    def _dependents(self) -> Mapping[str, list[Edge]]:
        incoming: dict[str, list[Edge]] = {}
        for edge in self.edges():
            incoming.setdefault(edge.target, []).append(edge)
        return incoming

    def edges(self) -> Iterator[Edge]:
        """Yield every edge, service by service, also those to names that no service has."""
        for service in self.services.values():
            yield from service.dependencies

    def place_of(self, part: Service | Edge) -> Place | None:
        """Return where a service or a dependency is written: its key."""
        if isinstance(part, Edge):
            return self.place("services", part.source, "depends_on", part.target)
        return self.place("services", part.name)

    def dependents_of(self, name: str) -> tuple[Edge, ...]:
        """Return the edges that end at a service: whoever depends on it directly."""
        return tuple(self._dependents.get(name, ()))

    def start_edges_of(self, name: str) -> tuple[Edge, ...]:
        """Return the edges that order a service's start: its start edges to services that exist."""
        edges = self.services[name].dependencies
        return tuple(edge for edge in edges if edge.kind is EdgeKind.START and edge.target in self.services)

    def knows(self, name: str) -> bool:
        """Tell whether a service has a name, or at least a dependency mentions it."""
        return name in self.services or name in self._dependents

    def must_define(self, name: str) -> None:
        """Make sure that a service has a name.

        Raises:
            UsageError: none has it, with who depends on it nevertheless, or what name is near.
        """
        if name in self.services:
            return
        if sources := [edge.source for edge in self.dependents_of(name)]:
            verb = "depends" if len(sources) == 1 else "depend"
            message = f"{quoted(name)} is not defined, though {listed(sources, limit=3)} {verb} on it"
            raise UsageError(message, hint="add it to `services`, or name another one")
        raise unknown(name, self.services, "service")

    def closure_of(self, names: Iterable[str], counts: Callable[[Edge], bool] = _always) -> set[str]:
        """Return services and all that they depend on, directly or through others, over the edges that count."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.services and name not in found:
                found.add(name)
                waiting += [edge.target for edge in self.services[name].dependencies if counts(edge)]
        return found

    def dependents_closure_of(
        self, names: Iterable[str], counts: Callable[[Edge], bool] = _always
    ) -> set[str]:
        """Return services and all that depend on them, directly or through others, over the edges that count."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.services and name not in found:
                found.add(name)
                waiting += [edge.source for edge in self.dependents_of(name) if counts(edge)]
        return found

    def only(self, names: Collection[str]) -> Graph:
        """Return the graph of some services: with the edges between them, and those to names that no service has."""
        kept = {name: service for name, service in self.services.items() if name in names}
        return replace(self, services=kept).where(
            lambda edge: edge.target in kept or edge.target not in self.services
        )

    def where(self, is_kept: Callable[[Edge], bool]) -> Graph:
        """Return the graph of all services with some of the edges."""
        return replace(self, services={name: one.where(is_kept) for name, one in self.services.items()})

    def mapped(self, change: Callable[[Edge], Edge]) -> Graph:
        """Return the graph with each edge as a function makes it; it keeps where an edge leads."""
        return replace(self, services={name: one.mapped(change) for name, one in self.services.items()})

    def successors(self, kinds: Collection[EdgeKind]) -> dict[str, tuple[str, ...]]:
        """Return what each service depends on over edges of some kinds; not itself, and no undefined names."""
        return {
            name: tuple(
                [
                    edge.target
                    for edge in service.dependencies
                    if edge.kind in kinds and edge.target != name and edge.target in self.services
                ]
            )
            for name, service in self.services.items()
        }


def service_of(name: str, settings: ServiceSettings) -> Service:
    """Make one service of its settings; texts that many say are kept once."""
    return Service(
        name=name,
        version=_once(settings.version),
        available=tuple([_candidate(one) for one in settings.available]),
        group=_once(settings.group),
        tags=settings.tags,
        resources=settings.resources,
        replicas=settings.replicas,
        start_time=settings.start_time,
        dependencies=tuple(_edge(name, target, entry) for target, entry in settings.depends_on.items()),
    )


def _candidate(settings: CandidateSettings) -> Candidate:
    changes = settings.depends_on.items()
    return Candidate(_once(settings.version), tuple((_once(name), _once(text)) for name, text in changes))


def _edge(source: str, target: str, settings: DependencySettings) -> Edge:
    return Edge(
        source=source,
        target=_once(target),
        kind=settings.kind,
        version_range=_once(settings.version),
        condition=settings.condition,
        required=settings.required,
        restart=settings.restart,
        timeout=settings.timeout,
        policy=settings.policy,
        evidence=settings.evidence,
        is_condition_written="condition" in settings.model_fields_set,
    )


_Text = TypeVar("_Text", str, "str | None")


def _once(text: _Text) -> _Text:
    return text and intern(str(text))
