"""Rules about amounts of resources, each for itself: whether they can be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.config.quantity import Quantity
    from tiktoktoe_cli.errors import KeyPath
    from tiktoktoe_cli.graph.rules.rule import Subject

_LEAST_MEMORY = 1024 * NANOS_PER_UNIT


def find_tiny_memory(subject: Subject) -> Iterator[Finding]:
    """Find amounts of memory below 1 KiB or with a fraction of a byte, as `128m` has."""
    for path, amount, about in _memory_amounts(subject):
        if amount and (amount < _LEAST_MEMORY or amount % NANOS_PER_UNIT):
            message = f"`{amount}` of memory is {amount.value:.15g} bytes"
            place = subject.graph.value_place(*path)
            yield Finding(message, place, _meant(amount), about=about)


def find_requests_above_limits(subject: Subject) -> Iterator[Finding]:
    """Find requests for more than the limit allows."""
    for service in subject.graph.services.values():
        for resource in Resource:
            limit = service.resources.limit(resource)
            request = None if limit is None else service.resources.requested(resource)
            if request is not None and limit is not None and request > limit:
                message = (
                    f"{quoted(service.name)} requests `{request}` {resource}, but is limited to `{limit}`"
                )
                place = subject.graph.value_place(
                    "services", service.name, "resources", "requests", resource.value
                )
                yield Finding(message, place, about=(service.name, resource.value))


def _meant(amount: Quantity) -> str:
    """Say how the amount was read, and what was probably meant."""
    is_thousandths = bool(amount % NANOS_PER_UNIT)
    how = "`m` means thousandths" if is_thousandths else "without a suffix it counts bytes"
    meant = amount.value * 1000 if is_thousandths else amount.value
    return f"{how}; `{meant:.15g}Mi` was probably meant (mebibytes; megabytes are `M`)"


def _memory_amounts(subject: Subject) -> Iterator[tuple[KeyPath, Quantity, tuple[str, ...]]]:
    """Yield where memory is stated, how much, and of what: a node is known by its name, not by its position."""
    for name, service in subject.graph.services.items():
        for side, amounts in (("requests", service.resources.requests), ("limits", service.resources.limits)):
            if amounts.memory is not None:
                about = (name, "resources", side, "memory")
                yield ("services", *about), amounts.memory, about
    for position, node in enumerate(subject.capacity.nodes if subject.capacity else ()):
        yield ("capacity", "nodes", position, "memory"), node.memory, ("nodes", node.name, "memory")


RULES = (
    Rule(
        id="TTG304",
        severity=Severity.ERROR,
        title="hardly any memory",
        why="Without a suffix an amount counts bytes, and `m` means thousandths: `128m` is an eighth of a byte. Below "
        "1 KiB nothing runs.",
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
