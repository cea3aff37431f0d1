"""Which format a body is in, and what it says.

An answer is asked in this order, and the first yes counts:

1. Does its media type announce a format? Then it is in that one, even if its status is missing or unknown.
2. Has it a status of a format, and the members that only this format has?
3. Is it an object with a status of a format, and nothing that tells more? `{"status": "UP"}` is what Spring says to
   those who may not see its parts; but any service may say so, which is why nobody reads documents unasked.
4. Is it a text that is nothing but a status of a format that writes such texts?
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.documents import aspnet, health_json, microprofile, spring
from tiktoktoe_cli.health.documents.document import HealthDocument, Part
from tiktoktoe_cli.health.documents.format import Format, Json, joined, quoted_status
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FORMATS: Final = (spring.FORMAT, health_json.FORMAT, microprofile.FORMAT, aspnet.FORMAT)
"""Those there are; of several that know a status, the first is likeliest to say nothing more."""
_MOST_PARTS: Final = 200
_MOST_NAMED: Final = 3


def read_document(value: Json, text: str, content_type: str) -> HealthDocument | None:
    """Read a body, given as what its JSON holds and as text; None if it is in no format that is known."""
    root = value if isinstance(value, dict) else {"status": text}
    media_type = content_type.partition(";")[0].strip().lower()
    found = next(_candidates(root, media_type) if root is value else _plain(text), None)
    return _read(found, root) if found else None


def _candidates(root: Mapping[str, Json], media_type: str) -> Iterator[Format]:
    status = root.get("status")
    yield from (one for one in FORMATS if one.media_type and media_type.startswith(one.media_type))
    yield from (one for one in FORMATS if one.state_of(status) and one.has_shape(root))
    yield from (one for one in FORMATS if one.state_of(status))


def _plain(text: str) -> Iterator[Format]:
    return (one for one in FORMATS if one.is_plain and one.state_of(text))


def _read(format_: Format, root: Mapping[str, Json]) -> HealthDocument:
    first = list(islice(format_.parts(root), _MOST_PARTS + 1))
    parts = tuple(_with_own_names(first[:_MOST_PARTS]))
    remarks = (f"only its first {_MOST_PARTS} parts are shown",) if len(first) > _MOST_PARTS else ()
    state, said = _own_state(format_, root.get("status"))
    detail = "" if state is HealthState.HEALTHY else joined(said, format_.detail(root), _complaint(parts))
    return HealthDocument(format_.name, state, parts, detail, remarks)


def _own_state(format_: Format, status: Json) -> tuple[HealthState, str]:
    """Read the status of the whole; one that is not there is as little good as one that nobody knows."""
    if status is None:
        return HealthState.UNHEALTHY, "it has no status"
    if state := format_.state_of(status):
        return state, f"it says {quoted_status(status)}"
    return HealthState.UNHEALTHY, f"its status {quoted_status(status)} is unknown in {format_.name}"


def _complaint(parts: Iterable[Part]) -> str:
    """Name the parts that are worst."""
    failing = [part.name for part in parts if part.state.is_failing]
    worst = failing or [part.name for part in parts if part.state is HealthState.DEGRADED]
    return f"{'unhealthy' if failing else 'degraded'}: {listed(worst, _MOST_NAMED)}" if worst else ""


def _with_own_names(parts: Iterable[Part]) -> Iterator[Part]:
    """Number the parts whose name was there before."""
    seen: set[str] = set()
    for part in parts:
        name, number = part.name, 1
        while name in seen:
            number += 1
            name = f"{part.name}#{number}"
        seen.add(name)
        yield replace(part, name=name)
