"""Why replicas cannot fit on machines, whichever way they are put there: bounds that need no search."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from math import gcd
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Amounts, oversized, total_needed, total_room
from tiktoktoe_cli.graph.model import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Machines, Need

_MOST_SIZES = 300  # each is compared with each
_MOST_BITS = 1 << 28  # of sums that are looked at: about a tenth of a second


class Reason(StrEnum):
    """What shows that not everything fits."""

    NO_NODE = "no_node"  # there is no machine at all
    TOO_LARGE = "too_large"  # one replica is larger than every machine
    TOO_MUCH = "too_much"  # all replicas together request more of a resource than all machines have
    TOO_MANY = "too_many"  # there are more large replicas than machines have places for such large ones
    TOO_COARSE = "too_coarse"  # no sum of requests fills a machine far enough
    ALL_TRIED = "all_tried"  # every way to place them was tried


@dataclass(frozen=True, slots=True)
class Proof:
    """Why not everything fits: what is `needed` of a resource, or how many replicas, and what is `possible`.

    `services` have replicas that are too large; `size` is what each of too many replicas needs at least.
    """

    reason: Reason
    resource: Resource | None = None
    needed: int = 0
    possible: int = 0
    services: tuple[str, ...] = ()
    size: Amounts = NOTHING


def proof_of_misfit(machines: Sequence[Machines], needs: Sequence[Need]) -> Proof | None:
    """Look for a reason why not everything can fit, the plainest first; None if there is no such plain one."""
    kinds = [kind for kind in machines if kind.count]
    bounds = (_no_node, _too_large, _too_much, _too_many, _too_coarse)
    return next((proof for bound in bounds for proof in bound(kinds, needs)), None)


def _no_node(machines: Sequence[Machines], needs: Sequence[Need]) -> Iterator[Proof]:
    if needs and not machines:
        yield Proof(Reason.NO_NODE)


def _too_large(machines: Sequence[Machines], needs: Sequence[Need]) -> Iterator[Proof]:
    if large := oversized(machines, needs):
        yield Proof(Reason.TOO_LARGE, services=tuple(need.service for need in large))


def _too_much(machines: Sequence[Machines], needs: Sequence[Need]) -> Iterator[Proof]:
    for resource, needed, room in zip(Resource, total_needed(needs), total_room(machines), strict=True):
        if needed > room:
            yield Proof(Reason.TOO_MUCH, resource, needed, room)


def _too_many(machines: Sequence[Machines], needs: Sequence[Need]) -> Iterator[Proof]:
    """Count replicas from a size on, and how many of that size the machines hold, each by itself."""
    counts: Counter[Amounts] = Counter()
    for need in needs:
        counts[need.each] += need.replicas
    if len(counts) > _MOST_SIZES:
        return
    sizes = sorted(counts)
    for least in dict.fromkeys(
        [*(Amounts(size.cpu, 0) for size in sizes), *(Amounts(0, size.memory) for size in sizes), *sizes]
    ):
        replicas = sum(count for size, count in counts.items() if least.fits(size))
        places = sum(least.count_in(kind.room, replicas) * kind.count for kind in machines)
        if replicas > places:
            yield Proof(Reason.TOO_MANY, needed=replicas, possible=places, size=least)


def _too_coarse(machines: Sequence[Machines], needs: Sequence[Need]) -> Iterator[Proof]:
    """Add up how far each machine can be filled by any sum of requests."""
    for resource, needed in zip(Resource, total_needed(needs), strict=True):
        counts: Counter[int] = Counter()
        for need in needs:
            counts[getattr(need.each, resource)] += need.replicas
        rooms = {kind: getattr(kind.room, resource) for kind in machines}
        useful = _fillable(counts, set(rooms.values()))
        possible = sum(useful[room] * kind.count for kind, room in rooms.items())
        if needed > possible:
            yield Proof(Reason.TOO_COARSE, resource, needed, possible)


def _fillable(counts: Mapping[int, int], rooms: set[int]) -> dict[int, int]:
    """Find the largest sum of amounts, each used so many times at most, that fits each room.

    A bit stands for a sum, in units of what all amounts are multiples of. Where that is too fine to try, rooms can be
    filled, as far as we know.
    """
    unit = gcd(*counts)
    most = max(rooms, default=0) // unit if unit else 0
    if not unit or most * len(counts) > _MOST_BITS:
        return {room: room for room in rooms}
    sums = 1
    for amount, count in counts.items():
        for times in _doubling(min(count, most * unit // amount) if amount else 0):
            sums |= (sums << (times * amount // unit)) & ((2 << most) - 1)
    return {room: unit * ((sums & ((2 << room // unit) - 1)).bit_length() - 1) for room in rooms}


def _doubling(total: int) -> Iterator[int]:
    """Split a number so that every smaller one is a sum of some of the parts."""
    part = 1
    while total:
        yield min(part, total)
        total, part = total - min(part, total), part * 2
