"""The versions and ranges that a service's settings hold, with the keys that lead to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Service
    from tiktoktoe_cli.graph.rules.rule import Path


class Written(NamedTuple):
    """A text; `target` is the service whose versions it is a range of, None for a version."""

    text: str
    path: Path
    target: str | None = None


def written_by(service: Service) -> Iterator[Written]:
    """Yield what a service says: its versions, and the ranges of what it needs."""
    at = ("services", service.name)
    if service.version is not None:
        yield Written(service.version, (*at, "version"))
    for position, candidate in enumerate(service.available):
        here = (*at, "available", position)
        yield Written(candidate.version, (*here, "version"))
        for target, text in candidate.ranges:
            if text is not None:
                yield Written(text, (*here, "depends_on", target), target)
    for edge in service.dependencies:
        if edge.version_range is not None:
            yield Written(edge.version_range, (*at, "depends_on", edge.target, "version"), edge.target)
