"""What machines offer and what replicas need, in billionths of a core and of a byte, the bytes whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.graph.model import Resource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tiktoktoe_cli.graph.model import Graph, Service
    from tiktoktoe_cli.graph.settings import CapacitySettings

_MILLION = 10**6


class Amounts(NamedTuple):
    """An amount of each resource, in the order of `Resource`."""

    cpu: int
    memory: int

    def fits(self, room: Amounts) -> bool:
        """Tell whether there is room for this."""
        return self.cpu <= room.cpu and self.memory <= room.memory

    def count_in(self, room: Amounts, most: int) -> int:
        """Count how many times this goes into a room; nothing goes in as often as anyone likes."""
        return min([most, *(there // each for each, there in zip(self, room, strict=True) if each)])

    def plus(self, other: Amounts, times: int = 1) -> Amounts:
        """Add another amount, once or several times; take it away with a negative number."""
        return Amounts(self.cpu + times * other.cpu, self.memory + times * other.memory)


NOTHING = Amounts(0, 0)


@dataclass(frozen=True, slots=True, eq=False)  # kinds that are written twice alike are still two
class Machines:
    """Machines of one kind: how many there are, and the room of each once the reserve is kept."""

    name: str
    count: int
    room: Amounts


@dataclass(frozen=True, slots=True)
class Need:
    """What the replicas of a service request, each."""

    service: str
    replicas: int
    each: Amounts


def machines_of(capacity: CapacitySettings) -> tuple[Machines, ...]:
    """List the kinds of machines."""
    kept = Amounts(capacity.reserve.cpu.ppm, capacity.reserve.memory.ppm)
    return tuple(
        Machines(node.name, node.count, _without(Amounts(node.cpu, node.memory), kept))
        for node in capacity.nodes
    )


def needs_of(graph: Graph, replicas: Mapping[str, int] | None = None) -> tuple[Need, ...]:
    """List what the services that have replicas request; `replicas` says how many, where it is not as declared."""
    counts = {service.name: service.replicas for service in graph.services.values()} | dict(replicas or {})
    return tuple(
        Need(name, counts[name], _requested(service))
        for name, service in graph.services.items()
        if counts[name]
    )


def oversized(machines: Collection[Machines], needs: Collection[Need]) -> tuple[Need, ...]:
    """List the needs of which not even one replica fits on any of the machines."""
    rooms = {kind.room for kind in machines if kind.count}
    return tuple(need for need in needs if not any(need.each.fits(room) for room in rooms))


def unstated(service: Service) -> tuple[Resource, ...]:
    """List the resources of which a service requests nothing, without saying so."""
    return tuple(one for one in Resource if service.resources.requested(one) is None)


def total_needed(needs: Collection[Need]) -> Amounts:
    """Add up what all replicas request."""
    return Amounts(
        sum(need.each.cpu * need.replicas for need in needs),
        sum(need.each.memory * need.replicas for need in needs),
    )


def total_room(machines: Collection[Machines]) -> Amounts:
    """Add up the room of all machines."""
    return Amounts(
        sum(kind.room.cpu * kind.count for kind in machines),
        sum(kind.room.memory * kind.count for kind in machines),
    )


def most_room(machines: Collection[Machines]) -> Amounts:
    """Find the most of each resource that any machine offers; that need not be the same machine."""
    rooms = [NOTHING, *(kind.room for kind in machines if kind.count)]
    return Amounts(max(room.cpu for room in rooms), max(room.memory for room in rooms))


def _requested(service: Service) -> Amounts:
    """Tell what one replica requests; part of a byte takes a whole one."""
    cpu, memory = (service.resources.requested(one) for one in (Resource.CPU, Resource.MEMORY))
    return Amounts(int(cpu or 0), int(memory.rounded_up(0)) if memory else 0)


def _without(size: Amounts, kept_ppm: Amounts) -> Amounts:
    """Keep the reserve; what is left of a byte is of no use."""
    cpu, memory = (there * (_MILLION - kept) // _MILLION for there, kept in zip(size, kept_ppm, strict=True))
    return Amounts(cpu, memory - memory % NANOS_PER_UNIT)
