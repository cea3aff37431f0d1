"""All there is to say about a system and the machines that it runs on: does it fit, with how much to spare, what if."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from sys import maxsize
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError, unknown
from tiktoktoe_cli.graph.capacity.amounts import (
    NOTHING,
    Amounts,
    machines_of,
    most_room,
    needs_of,
    oversized,
    total_needed,
    total_room,
    unstated,
)
from tiktoktoe_cli.graph.capacity.fitting import Fit, Fitting, fit
from tiktoktoe_cli.graph.capacity.survival import Loss, free_rooms, losses
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Machines, Need
    from tiktoktoe_cli.graph.model import Graph, Resource
    from tiktoktoe_cli.graph.settings import CapacitySettings

_MOST_LOOKS = 200_000  # at how often a size fits a room: about a tenth of a second


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How the system is to be taken otherwise than it is declared.

    `without` names the kind of a machine for each one that is gone; `replicas` says how many some services have
    (`scaled` reads it).
    """

    without: tuple[str, ...] = ()
    replicas: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """One machine, what is on it, and how much is left."""

    name: str
    kind: Machines
    free: Amounts
    replicas: Mapping[str, int]

    @property
    def taken(self) -> Amounts:
        """What the replicas on it request."""
        return self.kind.room.plus(self.free, -1)


@dataclass(frozen=True, slots=True)
class Study:
    """Whether the services fit on the machines, and what follows.

    `losses` say what the loss of one machine would do, if everything fits and there are several; `unstated` are the
    resources of which services do not say how much they need: they count as nothing.
    """

    what_if: WhatIf
    machines: tuple[Machines, ...]
    needs: tuple[Need, ...]
    fitting: Fitting
    losses: tuple[Loss, ...]
    unstated: Mapping[str, tuple[Resource, ...]]

    @property
    def needed(self) -> Amounts:
        """What all replicas request."""
        return total_needed(self.needs)

    @property
    def room(self) -> Amounts:
        """What all machines offer, once the reserve is kept."""
        return total_room(self.machines)

    @property
    def missing(self) -> Amounts:
        """What all machines together lack of what is requested; more is missing if the rest does not pack well."""
        return Amounts(*(max(lack, 0) for lack in self.needed.plus(self.room, -1)))

    @property
    def homeless(self) -> Amounts:
        """What the replicas request that found no place in the best placement found."""
        unplaced = self.fitting.packing.unplaced
        return total_needed(
            [
                replace(need, replicas=unplaced[need.service])
                for need in self.needs
                if need.service in unplaced
            ]
        )

    @property
    def oversized(self) -> tuple[Need, ...]:
        """The needs of which one replica fits on no machine; without machines that is no matter of size."""
        return oversized(self.machines, self.needs) if any(kind.count for kind in self.machines) else ()

    @property
    def most_room(self) -> Amounts:
        """The most of each resource that one machine offers."""
        return most_room(self.machines)

    @property
    def anywhere(self) -> Mapping[str, int]:
        """How many replicas request nothing: they take no room, and are on no machine in particular."""
        return {need.service: need.replicas for need in self.needs if need.each == NOTHING}

    def nodes(self) -> Iterator[Node]:
        """Yield the machines that replicas were put on, as far as they were looked at: of very many, the first."""
        free = free_rooms(self.machines, self.needs, self.fitting.packing)
        kinds = ((kind, number) for kind in self.machines for number in range(1, kind.count + 1))
        for (kind, number), left, replicas in zip(kinds, free, self.fitting.packing.placed, strict=False):
            yield Node(f"{kind.name}-{number}", kind, left, replicas)

    def taken(self) -> Mapping[Machines, Amounts]:
        """Add up what the replicas on all machines of a kind request."""
        taken = {kind: NOTHING for kind in self.machines if kind.count}
        for node in self.nodes():
            taken[node.kind] = taken[node.kind].plus(node.taken)
        return taken

    def more(self) -> Mapping[str, int] | None:
        """Count how many more replicas of each service fit, if of no other: as it is placed, nothing moved.

        None if there are too many services and machines to count; services that need nothing are left out.
        """
        rooms = Counter(free_rooms(self.machines, self.needs, self.fitting.packing))
        sizes = {need.each for need in self.needs} - {NOTHING}
        if len(rooms) * len(sizes) > _MOST_LOOKS:
            return None
        fitting = {
            size: sum(size.count_in(room, most=maxsize) * count for room, count in rooms.items())
            for size in sizes
        }
        return {need.service: fitting[need.each] for need in self.needs if need.each != NOTHING}


def study_capacity(graph: Graph, capacity: CapacitySettings, what_if: WhatIf = WhatIf()) -> Study:
    """Study a system on its machines.

    Raises:
        UsageError: if `what_if` names a kind of machine that there is not, or more of it than there are.
    """
    machines = _remaining(machines_of(capacity), what_if.without)
    needs = needs_of(graph, what_if.replicas)
    fitting = fit(machines, needs)
    has_others = sum(kind.count for kind in machines) > 1
    return Study(
        what_if=what_if,
        machines=machines,
        needs=needs,
        fitting=fitting,
        losses=losses(machines, needs, fitting.packing) if has_others and fitting.fit is Fit.FITS else (),
        unstated={
            need.service: lacking for need in needs if (lacking := unstated(graph.services[need.service]))
        },
    )


def _remaining(machines: Sequence[Machines], without: Sequence[str]) -> tuple[Machines, ...]:
    """Take away one machine for each name."""
    remaining = list(machines)
    for name in without:
        number = next((at for at, kind in enumerate(remaining) if kind.name == name and kind.count), None)
        if number is None:
            raise _none_left(machines, name)
        remaining[number] = replace(remaining[number], count=remaining[number].count - 1)
    return tuple(remaining)


def _none_left(machines: Sequence[Machines], name: str) -> UsageError:
    declared = sum(kind.count for kind in machines if kind.name == name)
    if not declared:
        return unknown(name, {kind.name for kind in machines if kind.count}, "kind of node")
    return UsageError(f"there is no further {quoted(name)} to be without: `capacity` has {declared:,}")
