"""`extends`: a service that begins as another one (Compose specification, `05-services.md`, Extends)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tiktoktoe_cli.config.nodes import MapNode, ScalarNode
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.importing.compose.merging import Merger
    from tiktoktoe_cli.importing.facts import Path

_Link: TypeAlias = tuple[MapNode, str]  # services, and the name of one of them
_DEEPEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Whole:
    """A service that extends nothing any more, and in how many steps it did."""

    service: MapNode
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Extender:
    """Puts before each service what it extends; `open_file` gives the services of a file, None if it has none."""

    merger: Merger
    open_file: Callable[[ScalarNode, Path], MapNode | None]
    _known: dict[_Link, _Whole] = field(default_factory=dict)

    def extended(self, services: MapNode) -> MapNode:
        """Return services that extend nothing any more."""
        entries = {
            name: replace(entry, value=self._whole((services, name)))
            if isinstance(entry.value, MapNode)
            else entry
            for name, entry in services.entries.items()
        }
        return replace(services, entries=entries)

    def _whole(self, link: _Link) -> MapNode:
        """Return a service with all that it extends; each is put together once, however many extend it."""
        base: _Whole | None = None
        for (services, name), service in reversed(list(self._chain(link))):
            if (services, name) not in self._known:
                self._known[services, name] = self._put_together(name, service, base)
            base = self._known[services, name]
        return self._known[link].service

    def _put_together(self, name: str, service: MapNode, base: _Whole | None) -> _Whole:
        extends = service.get("extends")
        if extends and base and base.depth == _DEEPEST:
            self._note(
                extends, ("services", name), f"more than {_DEEPEST:,} services extend one another in a row"
            )
            base = None
        if base:
            service = self.merger.services(base.service, service, name)
        entries = {key: one for key, one in service.entries.items() if key != "extends"}
        return _Whole(replace(service, entries=entries), base.depth + 1 if base else 0)

    def _chain(self, link: _Link | None) -> Iterator[tuple[_Link, MapNode]]:
        """Yield a service, what it extends, what that extends, and so on, to one that is known or extends nothing."""
        seen: set[_Link] = set()
        while link:
            service = link[0].get(link[1])
            if not isinstance(service, MapNode):
                return
            yield link, service
            seen.add(link)
            link = self._following(link, service, seen)

    def _following(self, link: _Link, service: MapNode, seen: set[_Link]) -> _Link | None:
        extends, at = service.get("extends"), ("services", link[1])
        if extends is None or link in self._known:
            return None
        target = self._target(extends, link[0], at)
        if target in seen:
            self._note(extends, at, "these services extend each other")
        elif target and not isinstance(target[0].get(target[1]), MapNode):
            self._note(extends, at, f"there is no service {quoted(target[1])}")
        else:
            return target
        return None

    def _target(self, extends: Node, services: MapNode, at: Path) -> _Link | None:
        service = extends.get("service") if isinstance(extends, MapNode) else extends
        file = extends.get("file") if isinstance(extends, MapNode) else None
        if not isinstance(service, ScalarNode) or not (file is None or isinstance(file, ScalarNode)):
            self._note(extends, at, "it names no service")
            return None
        there = services if file is None else self.open_file(file, at)
        return (there, service.raw) if there else None

    def _note(self, extends: Node, at: Path, why: str) -> None:
        self.merger.notes.untranslated(extends, at, f"`extends`: {why}")
