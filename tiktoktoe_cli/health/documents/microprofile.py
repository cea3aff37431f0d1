"""MicroProfile Health: `{"status": "UP", "checks": [{"name": "db", "status": "UP", "data": {...}}]}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.documents.document import Part
from tiktoktoe_cli.health.documents.format import Format, Json, facts_of, joined, named, read_status
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS: Final = {"up": HealthState.HEALTHY, "down": HealthState.UNHEALTHY}


def _parts(root: Mapping[str, Json]) -> Iterator[Part]:
    checks = root.get("checks")
    for number, check in enumerate(checks if isinstance(checks, list) else (), 1):
        entry = check if isinstance(check, dict) else {}
        state, oddity = read_status(_WORDS, check)
        yield Part(
            named(entry.get("name")) or str(number), state, joined(oddity, facts_of(entry.get("data")))
        )


FORMAT: Final = Format(
    name="microprofile",
    words=_WORDS,
    has_shape=lambda root: isinstance(root.get("checks"), list),
    parts=_parts,
)
