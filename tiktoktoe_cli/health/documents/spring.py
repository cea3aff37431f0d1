"""Spring Boot Actuator: `{"status": "UP", "components": {"db": {"status": "UP", "details": {...}}}}`.

A part may have `components` of its own. Before Spring Boot 2.2 they were called `details`, as what a part tells about
itself still is; there, objects with a status are parts. `UNKNOWN` is degraded, as the service works as far as anybody
can tell, and Spring answers it with 200; a word of the application's own is not known to be good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.documents.document import Part
from tiktoktoe_cli.health.documents.format import (
    Format,
    Json,
    facts_of,
    have_status,
    joined,
    named,
    read_status,
    written,
)
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS: Final = {
    "up": HealthState.HEALTHY,
    "unknown": HealthState.DEGRADED,
    "out_of_service": HealthState.UNHEALTHY,
    "down": HealthState.UNHEALTHY,
}
_DEEPEST: Final = 8


def _has_shape(root: Mapping[str, Json]) -> bool:
    has_parts = have_status(root.get("components")) or have_status(root.get("details"))
    return has_parts or isinstance(root.get("groups"), list)


def _parts(root: Mapping[str, Json], above: str = "", depth: int = 1) -> Iterator[Part]:
    for name, component in _components(root):
        path = f"{above}{named(name)}"
        state, oddity = read_status(_WORDS, component)
        is_deep = depth == _DEEPEST and any(True for _ in _components(component))
        deep = "what is below it is not shown" if is_deep else ""
        yield Part(path, state, joined(oddity, _detail(component), deep))
        if depth < _DEEPEST:
            yield from _parts(component, f"{path}/", depth + 1)


def _components(node: Json) -> Iterator[tuple[str, Json]]:
    if not isinstance(node, dict):
        return
    components, details = node.get("components"), node.get("details")
    if isinstance(components, dict):
        yield from components.items()
    elif isinstance(details, dict):
        yield from ((name, one) for name, one in details.items() if isinstance(one, dict) and "status" in one)


def _detail(component: Json) -> str:
    details = component.get("details") if isinstance(component, dict) else None
    error = written(details.get("error")) if isinstance(details, dict) else ""
    return error or facts_of(details)


FORMAT: Final = Format(
    name="spring",
    words=_WORDS,
    has_shape=_has_shape,
    parts=_parts,
    media_type="application/vnd.spring-boot.actuator",
)
