"""Do all replicas fit on the machines: yes with a placement, no with a proof, or nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.amounts import NOTHING
from tiktoktoe_cli.graph.capacity.packing import Packing, attempts
from tiktoktoe_cli.graph.capacity.proofs import Proof, Reason, proof_of_misfit
from tiktoktoe_cli.graph.capacity.search import UndecidedError, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Amounts, Machines, Need

_MOST_MACHINES = 20_000  # that replicas are put on


class Fit(StrEnum):
    """Whether everything fits."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fitting:
    """Whether everything fits, the best packing that was found, and the `proof` if not everything can.

    The packing is for `rooms_of` the same machines.
    """

    fit: Fit
    packing: Packing
    proof: Proof | None = None


def rooms_of(machines: Sequence[Machines]) -> list[Amounts]:
    """List the rooms of all machines, one by one; of very many, the first."""
    return list(islice((kind.room for kind in machines for _ in range(kind.count)), _MOST_MACHINES))


def fit(machines: Sequence[Machines], needs: Sequence[Need]) -> Fitting:
    """Find out whether all replicas fit: bounds first, then quick ways to pack, then a search with a limit.

    It is about space alone: a replica may stand on any machine, and all may be moved to make room.
    """
    rooms = rooms_of(machines)
    asking = [need for need in needs if need.each != NOTHING]
    proof = proof_of_misfit(machines, asking)
    best = Packing(({},) * len(rooms), {need.service: need.replicas for need in asking})
    for packing in attempts(rooms, asking):
        if not packing.unplaced:
            return Fitting(Fit.FITS, packing)
        best = min(best, packing, key=lambda one: sum(one.unplaced.values()))
    if proof:
        return Fitting(Fit.DOES_NOT_FIT, best, proof)
    if len(rooms) < sum(kind.count for kind in machines):
        return Fitting(Fit.UNKNOWN, best)
    return _searched(rooms, asking, best)


def _searched(rooms: Sequence[Amounts], needs: Sequence[Need], best: Packing) -> Fitting:
    try:
        found = search(rooms, needs)
    except UndecidedError:
        return Fitting(Fit.UNKNOWN, best)
    return Fitting(Fit.FITS, found) if found else Fitting(Fit.DOES_NOT_FIT, best, Proof(Reason.ALL_TRIED))
