"""Rules about resources: whether amounts make sense, and whether the machines have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.words import amount_words
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.config.quantity import Quantity
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.model import Graph, Service
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.settings import CapacitySettings, NodeSettings

_LEAST_MEMORY = 1024 * NANOS_PER_UNIT
_MILLION = 10**6
_MOST_RELATED = 3


def find_oversized_replicas(subject: Subject) -> Iterator[Finding]:
    """Find services of which not even one replica fits on any machine."""
    if subject.capacity is None:
        return
    rooms = [_room(subject.capacity, node) for node in subject.capacity.nodes if node.count]
    for service in subject.graph.services.values():
        need = {resource: _requested(service, resource) for resource in Resource}
        if service.replicas and not any(_fits(need, room) for room in rooms):
            words = " and ".join(amount_words(resource, need[resource]) for resource in Resource)
            place = subject.graph.locate("services", service.name, "resources", "requests")
            message = f"one replica of {quoted(service.name)} requests {words}, more than any node has free"
            yield Finding(message, place, _largest(rooms), about=(service.name,))


def find_exceeded_capacity(subject: Subject) -> Iterator[Finding]:
    """Find resources of which all replicas together request more than all machines have."""
    if subject.capacity is None:
        return
    for resource in Resource:
        needed = sum(_total(service, resource) for service in subject.graph.services.values())
        offered = sum(_room(subject.capacity, node)[resource] * node.count for node in subject.capacity.nodes)
        if needed > offered:
            sums = f"{amount_words(resource, needed)}, the nodes have {amount_words(resource, offered)} free"
            place = subject.graph.locate("capacity", "nodes")
            hint = "request less, run fewer replicas, or add nodes"
            yield Finding(
                f"all replicas together request {sums}",
                place,
                hint,
                _thirstiest(subject.graph, resource),
                (resource.value,),
            )


def find_tiny_memory(subject: Subject) -> Iterator[Finding]:
    """Find amounts of memory below 1 KiB or with a fraction of a byte, as `128m` has."""
    for path, amount in _memory_amounts(subject):
        if amount and (amount < _LEAST_MEMORY or amount % NANOS_PER_UNIT):
            message = f"`{amount}` of memory is {amount.value:g} bytes"
            hint = "`m` means thousandths; megabytes are `M`, mebibytes `Mi`"
            yield Finding(message, subject.graph.locate(*path), hint, about=tuple(map(str, path[1:])))


def find_requests_above_limits(subject: Subject) -> Iterator[Finding]:
    """Find requests for more than the limit allows."""
    for service in subject.graph.services.values():
        for resource in Resource:
            request, limit = service.resources.requested(resource), service.resources.limit(resource)
            if request is not None and limit is not None and request > limit:
                message = (
                    f"{quoted(service.name)} requests `{request}` {resource}, but is limited to `{limit}`"
                )
                place = subject.graph.locate(
                    "services", service.name, "resources", "requests", resource.value
                )
                yield Finding(
                    message,
                    place,
                    "raise the limit or lower the request",
                    about=(service.name, resource.value),
                )


def _requested(service: Service, resource: Resource) -> int:
    return service.resources.requested(resource) or 0


def _total(service: Service, resource: Resource) -> int:
    return _requested(service, resource) * service.replicas


def _room(capacity: CapacitySettings, node: NodeSettings) -> dict[Resource, int]:
    """Return what one machine offers once the reserve is kept."""
    kept = _MILLION - capacity.reserve.ppm
    return {Resource.CPU: node.cpu * kept // _MILLION, Resource.MEMORY: node.memory * kept // _MILLION}


def _fits(need: dict[Resource, int], room: dict[Resource, int]) -> bool:
    return all(need[resource] <= room[resource] for resource in Resource)


def _largest(rooms: list[dict[Resource, int]]) -> str:
    if not rooms:
        return "there are no nodes; give them a `count`"
    room = max(rooms, key=lambda one: (one[Resource.CPU], one[Resource.MEMORY]))
    words = " and ".join(amount_words(resource, room[resource]) for resource in Resource)
    return f"the node with the most cpu has {words} free"


def _thirstiest(graph: Graph, resource: Resource) -> tuple[tuple[str, Place], ...]:
    """Name who requests most, and sum up the others, so that the notes add up to the total."""
    asking = [service for service in graph.services.values() if _total(service, resource)]
    asking.sort(key=lambda service: -_total(service, resource))
    shown = len(asking) if len(asking) == _MOST_RELATED + 1 else _MOST_RELATED
    notes = [
        (f"{quoted(one.name)} requests {_total_words([one], resource)}", graph.place_of(one))
        for one in asking[:shown]
    ]
    if rest := asking[shown:]:
        notes.append(
            (f"{len(rest)} more services request {_total_words(rest, resource)}", graph.place_of(rest[0]))
        )
    return located(*notes)


def _total_words(services: Sequence[Service], resource: Resource) -> str:
    return amount_words(resource, sum(_total(service, resource) for service in services))


def _memory_amounts(subject: Subject) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
    for name, service in subject.graph.services.items():
        for side, amounts in (("requests", service.resources.requests), ("limits", service.resources.limits)):
            if amounts.memory is not None:
                yield ("services", name, "resources", side, "memory"), amounts.memory
    for position, node in enumerate(subject.capacity.nodes if subject.capacity else ()):
        yield ("capacity", "nodes", position, "memory"), node.memory


RULES = (
    Rule(
        id="TTG301",
        severity=Severity.ERROR,
        title="replica larger than every node",
        why="A replica runs on one machine; none has this much free once the reserve is kept.",
        example='capacity: {nodes: [{name: small, cpu: "4", memory: 8Gi}]}\n'
        "services: {search: {resources: {requests: {memory: 16Gi}}}}",
        fix="request less, split the service, or add a larger kind of node.",
        check=find_oversized_replicas,
    ),
    Rule(
        id="TTG302",
        severity=Severity.ERROR,
        title="requests exceed the capacity",
        why="All replicas together request more of a resource than all machines have, the reserve kept.",
        example='capacity: {nodes: [{name: small, count: 3, cpu: "4", memory: 8Gi}], reserve: 10%}\n'
        'services: {search: {replicas: 12, resources: {requests: {cpu: "1"}}}}',
        fix="request less, run fewer replicas, or add nodes.",
        check=find_exceeded_capacity,
    ),
    Rule(
        id="TTG304",
        severity=Severity.ERROR,
        title="hardly any memory",
        why="`m` means thousandths: `128m` of memory is an eighth of a byte. Below 1 KiB nothing runs.",
        example="search: {resources: {requests: {memory: 128m}}}",
        fix="write `128M` (128 million bytes) or `128Mi` (128 mebibytes).",
        check=find_tiny_memory,
    ),
    Rule(
        id="TTG306",
        severity=Severity.WARNING,
        title="request above the limit",
        why="What is guaranteed cannot be more than what is allowed; schedulers refuse such a service.",
        example='search: {resources: {requests: {cpu: "2"}, limits: {cpu: "1"}}}',
        fix="raise the limit or lower the request.",
        check=find_requests_above_limits,
    ),
)
