"""`extends`: a service that begins as another one (Compose specification, `05-services.md`, Extends)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import MapNode, ScalarNode
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.importing.compose.merging import Merger
    from tiktoktoe_cli.importing.facts import Path

_LONGEST: Final = 100  # services that extend each other


@dataclass(frozen=True, slots=True)
class Extender:
    """Puts before each service what it extends; `open_file` gives the services of a file, None if it has none."""

    merger: Merger
    open_file: Callable[[ScalarNode, Path], MapNode | None]

    def extended(self, services: MapNode) -> MapNode:
        """Return services that extend nothing any more."""
        entries = {
            name: replace(entry, value=self._service(name, entry.value, services))
            for name, entry in services.entries.items()
        }
        return replace(services, entries=entries)

    def _service(self, name: str, service: Node, services: MapNode) -> Node:
        if not isinstance(service, MapNode) or "extends" not in service.entries:
            return service
        *derived, result = self._chain(name, services)
        for one in reversed(derived):
            result = self.merger.services(result, one, name)
        return replace(result, entries={key: one for key, one in result.entries.items() if key != "extends"})

    def _chain(self, name: str, services: MapNode) -> Iterator[MapNode]:
        """Yield a service, what it extends, what that extends, and so on as far as it can be followed."""
        at: Path = ("services", name)
        seen: set[tuple[int, str]] = set()
        service, waiting = services.get(name), True
        while waiting and isinstance(service, MapNode):
            yield service
            seen.add((id(services), name))
            extends = service.get("extends")
            target = self._target(extends, services, at) if extends else None
            if extends is None or target is None:
                return
            services, name = target
            service = services.get(name)
            waiting = (id(services), name) not in seen and len(seen) < _LONGEST
            if not waiting:
                self._note(extends, at, "these services extend each other")
            elif not isinstance(service, MapNode):
                self._note(extends, at, f"there is no service {quoted(name)}")

    def _target(self, extends: Node, services: MapNode, at: Path) -> tuple[MapNode, str] | None:
        service = extends.get("service") if isinstance(extends, MapNode) else extends
        file = extends.get("file") if isinstance(extends, MapNode) else None
        if not isinstance(service, ScalarNode) or not (file is None or isinstance(file, ScalarNode)):
            self._note(extends, at, "it names no service")
            return None
        there = services if file is None else self.open_file(file, at)
        return (there, service.raw) if there else None

    def _note(self, extends: Node, at: Path, why: str) -> None:
        self.merger.notes.untranslated(extends, at, f"`extends`: {why}")
