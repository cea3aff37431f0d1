"""ASP.NET Core: the word alone, as its health checks answer by default, or a `HealthReport` as JSON.

As JSON it has `entries` (as the UI's writer has it) or `results` (as the documentation's example has it). Written
without a converter, the status is the number that it has in the enumeration.
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
    "healthy": HealthState.HEALTHY,
    "2": HealthState.HEALTHY,
    "degraded": HealthState.DEGRADED,
    "1": HealthState.DEGRADED,
    "unhealthy": HealthState.UNHEALTHY,
    "0": HealthState.UNHEALTHY,
}
_PARTS: Final = ("entries", "results")


def _has_shape(root: Mapping[str, Json]) -> bool:
    return "totalDuration" in root or any(have_status(root.get(key)) for key in _PARTS)


def _parts(root: Mapping[str, Json]) -> Iterator[Part]:
    entries: Mapping[str, Json] = next((root[key] for key in _PARTS if isinstance(root.get(key), dict)), {})
    for name, entry in entries.items():
        state, oddity = read_status(_WORDS, entry)
        yield Part(named(name), state, joined(oddity, _detail(entry)))


def _detail(entry: Json) -> str:
    if not isinstance(entry, dict):
        return ""
    description, exception = written(entry.get("description")), written(entry.get("exception"))
    said = joined(description, exception if exception != description else "")
    return said or facts_of(entry.get("data"))


FORMAT: Final = Format(name="aspnet", words=_WORDS, has_shape=_has_shape, parts=_parts, is_plain=True)
