"""application/health+json, by draft-inadarei-api-health-check-06.

The draft has `pass`, `warn` and `fail` in any case, and allows what was usual before it for the first and the last
(section 3.1). `checks` maps each part to a list, one object for each of its nodes, and a node need not have a status:
one with just an `observedValue` is a measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.documents.document import Part
from tiktoktoe_cli.health.documents.format import Format, Json, joined, named, read_status, written
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEDIA_TYPE: Final = "application/health+json"

_WORDS: Final = {
    "pass": HealthState.HEALTHY,
    "ok": HealthState.HEALTHY,
    "up": HealthState.HEALTHY,
    "warn": HealthState.DEGRADED,
    "fail": HealthState.UNHEALTHY,
    "error": HealthState.UNHEALTHY,
    "down": HealthState.UNHEALTHY,
}


def _has_shape(root: Mapping[str, Json]) -> bool:
    checks = root.get("checks")
    return isinstance(checks, dict) and bool(checks) and all(isinstance(one, list) for one in checks.values())


def _parts(root: Mapping[str, Json]) -> Iterator[Part]:
    checks = root.get("checks")
    for name, nodes in checks.items() if isinstance(checks, dict) else ():
        many = nodes if isinstance(nodes, list) else [nodes]
        for number, node in enumerate(many, 1):
            label = f"{named(name)}/{_node_name(node, number)}" if len(many) > 1 else named(name)
            state, oddity = read_status(_WORDS, node)
            yield Part(label, state, joined(oddity, _detail(node)))


def _node_name(node: Json, number: int) -> str:
    return (named(node.get("componentId")) if isinstance(node, dict) else "") or str(number)


def _detail(node: Json) -> str:
    if not isinstance(node, dict):
        return ""
    observed = f"{written(node.get('observedValue'))} {written(node.get('observedUnit'))}".strip()
    return joined(observed, written(node.get("output")))


FORMAT: Final = Format(
    name="health+json",
    words=_WORDS,
    has_shape=_has_shape,
    parts=_parts,
    media_type=MEDIA_TYPE,
    detail=lambda root: written(root.get("output")),
)
