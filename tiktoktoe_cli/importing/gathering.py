"""Remarks that say the same of many parts → one for persons to read, which names the parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.importing.facts import Remark

_MOST_NAMES: Final = 10


def gathered(remarks: Iterable[Remark]) -> list[Remark]:
    """Make one of those that say the same, at the first place, and around all that they are about."""
    same: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        same.setdefault((remark.kind, remark.message), []).append(remark)
    return [_together(group) if len(group) > 1 else group[0] for group in same.values()]


def _together(group: list[Remark]) -> Remark:
    steps = takewhile(lambda steps: len(set(steps)) == 1, zip(*(remark.at for remark in group), strict=False))
    around = tuple(step for step, *_ in steps)
    names = [_name(remark, len(around)) for remark in group]
    message = f"{group[0].message} ({len(group)} times: {listed(names, limit=_MOST_NAMES)})"
    return replace(group[0], message=message, at=around)


def _name(remark: Remark, depth: int) -> str:
    """Name what sets a remark apart from those that say the same: the service, else the line."""
    step = remark.at[depth] if len(remark.at) > depth else None
    return step if isinstance(step, str) else f"{remark.place.file}:{remark.place.line}"
