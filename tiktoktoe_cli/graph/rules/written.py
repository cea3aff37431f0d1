"""The versions and ranges that a service's settings hold, with the keys that lead to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import KeyPath
    from tiktoktoe_cli.graph.model import Service


class Written(NamedTuple):
    """A text; `target` is the service whose versions it is a range of, None for a version.

    `about` identifies it by names and versions, whatever stands before it in the file; no two that differ share it.
    """

    text: str
    path: KeyPath
    about: tuple[str, ...]
    target: str | None = None


def written_by(service: Service) -> Iterator[Written]:
    """Yield what a service says: its versions, and the ranges of what it needs."""
    name, at = service.name, ("services", service.name)
    if service.version is not None:
        yield Written(service.version, (*at, "version"), (name, "version"))
    for position, candidate in enumerate(service.available):
        here, version = (*at, "available", position), candidate.version
        yield Written(version, (*here, "version"), (name, version, "available"))
        for target, text in candidate.ranges:
            if text is not None:
                yield Written(
                    text, (*here, "depends_on", target), (name, target, version, "available"), target
                )
    for edge in service.dependencies:
        if edge.version_range is not None:
            path = (*at, "depends_on", edge.target, "version")
            yield Written(edge.version_range, path, (name, edge.target, "version"), edge.target)
