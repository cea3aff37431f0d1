"""What happens when a machine is lost: do all replicas fit on those that remain, and whose do not?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.fitting import Fit, fit, rooms_of
from tiktoktoe_cli.graph.capacity.packing import attempts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Amounts, Machines, Need
    from tiktoktoe_cli.graph.capacity.packing import Packing


@dataclass(frozen=True, slots=True)
class Loss:
    """One machine of a kind is gone: whether everything still fits, and if not, how many replicas find no place."""

    kind: str
    fit: Fit
    unplaced: Mapping[str, int]


def losses(machines: Sequence[Machines], needs: Sequence[Need], packing: Packing) -> tuple[Loss, ...]:
    """Tell what the loss of one machine of each kind would do to services that fit, as `packing` shows.

    Everything may be moved to make room. Whoever survives the loss of a machine survives that of a smaller one.
    """
    known: dict[int, Loss] = {}
    kinds = [number for number, kind in enumerate(machines) if kind.count]
    for number in sorted(kinds, key=lambda one: machines[one].room, reverse=True):
        room = machines[number].room
        harder = (
            loss for other, loss in known.items() if loss.fit is Fit.FITS and room.fits(machines[other].room)
        )
        known[number] = (
            Loss(machines[number].name, Fit.FITS, {})
            if next(harder, None) or _finds_other_places(machines, needs, packing, number)
            else _lost(machines, needs, number)
        )
    return tuple(known[number] for number in kinds)


def _finds_other_places(
    machines: Sequence[Machines], needs: Sequence[Need], packing: Packing, number: int
) -> bool:
    """Ask whether the emptiest machine of a kind can be given up without moving what is on the others."""
    first = sum(kind.count for kind in machines[:number])
    free = free_rooms(machines, needs, packing)
    candidates = range(first, min(first + machines[number].count, len(free)))
    if not candidates:
        return True  # there are so many machines that nothing was put on this kind
    emptiest = max(candidates, key=free.__getitem__)
    del free[emptiest]
    homeless = [
        replace(need, replicas=packing.placed[emptiest][need.service])
        for need in needs
        if need.service in packing.placed[emptiest]
    ]
    return any(not one.unplaced for one in attempts(free, homeless))


def free_rooms(machines: Sequence[Machines], needs: Sequence[Need], packing: Packing) -> list[Amounts]:
    """List what is left on each machine."""
    each = {need.service: need.each for need in needs}
    free = rooms_of(machines)
    for number, services in enumerate(packing.placed):
        for service, count in services.items():
            free[number] = free[number].plus(each[service], -count)
    return free


def _lost(machines: Sequence[Machines], needs: Sequence[Need], number: int) -> Loss:
    kind = machines[number]
    remaining = [*machines[:number], replace(kind, count=kind.count - 1), *machines[number + 1 :]]
    found = fit(remaining, needs)
    return Loss(kind.name, found.fit, {} if found.fit is Fit.FITS else found.packing.unplaced)
