"""Machines and needs for the tests of this room, small enough that every way to pack them can be tried."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tiktoktoe_cli.graph.capacity.amounts import Amounts, Machines, Need

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.capacity.packing import Packing

MIB = 2**20


def amounts(cpu: float, memory_mib: int = 0) -> Amounts:
    """Write an amount in cores and mebibytes."""
    return Amounts(round(cpu * 10**9), memory_mib * MIB * 10**9)


def machines(*kinds: tuple[int, Amounts]) -> list[Machines]:
    """Make kinds of machines, each of a count and a room, which are called `m0`, `m1` and so on."""
    return [Machines(f"m{number}", count, room) for number, (count, room) in enumerate(kinds)]


def needs(*services: tuple[int, Amounts]) -> list[Need]:
    """Make needs, each of replicas and what one requests, of services called `s0`, `s1` and so on."""
    return [Need(f"s{number}", replicas, each) for number, (replicas, each) in enumerate(services)]


@st.composite
def small_systems(draw: st.DrawFn) -> tuple[list[Machines], list[Need]]:
    """Draw up to four machines of up to two kinds and up to seven replicas, of sizes that are often tight."""
    kinds = draw(
        st.lists(st.tuples(st.integers(0, 2), _rooms(most=10)), min_size=1, max_size=2),
    )
    services = draw(st.lists(st.tuples(st.integers(1, 2), _rooms(most=7)), max_size=4))
    return machines(*kinds), needs(*services)


def _rooms(most: int) -> st.SearchStrategy[Amounts]:
    return st.builds(Amounts, st.integers(0, most), st.integers(0, most))


def undecidable() -> tuple[list[Need], list[Machines]]:
    """Make replicas that leave hardly any room on their machines: a puzzle that is too large to be solved."""
    rng = random.Random(7)  # noqa: S311  # the same puzzle every time
    asked = needs(*((1, Amounts(rng.randrange(100_000, 400_000), 0)) for _ in range(60)))
    total = sum(need.each.cpu for need in asked)
    return asked, machines((12, Amounts(total // 12 + 1, 1)))


def fits_somehow(rooms: Sequence[Amounts], sizes: Sequence[Amounts]) -> bool:
    """Try every way to put sizes into rooms: an oracle without any cleverness."""
    if not sizes:
        return True
    first, *others = sizes
    return any(
        fits_somehow([*rooms[:at], room.plus(first, -1), *rooms[at + 1 :]], others)
        for at, room in enumerate(rooms)
        if first.fits(room)
    )


def assert_is_sound(packing: Packing, rooms: Sequence[Amounts], asked: Sequence[Need]) -> None:
    """Check that no room overflows, and that every replica is either placed or counted as unplaced."""
    each = {need.service: need.each for need in asked}
    placed: Counter[str] = Counter()
    for room, services in zip(rooms, packing.placed, strict=True):
        placed.update(services)
        taken = [each[service] for service, count in services.items() for _ in range(count)]
        assert sum(one.cpu for one in taken) <= room.cpu
        assert sum(one.memory for one in taken) <= room.memory
    assert placed + Counter(packing.unplaced) == Counter({need.service: need.replicas for need in asked})
