"""Whether replicas fit on machines; a packer that tries everything is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.graph.capacity.machines import (
    assert_is_sound,
    fits_somehow,
    machines,
    needs,
    small_systems,
    undecidable,
)
from tiktoktoe_cli.graph.capacity import Fit, Reason
from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Amounts, Machines, Need, total_needed
from tiktoktoe_cli.graph.capacity.fitting import fit, rooms_of


@given(small_systems())
def test_small_systems_are_decided_rightly(system: tuple[list[Machines], list[Need]]) -> None:
    """What fits somehow is found to fit, with a placement that holds; what does not is proved not to."""
    kinds, asked = system
    asking = [need for need in asked if need.each != NOTHING]
    sizes = [need.each for need in asking for _ in range(need.replicas)]

    found = fit(kinds, asked)

    assert found.fit is (Fit.FITS if fits_somehow(rooms_of(kinds), sizes) else Fit.DOES_NOT_FIT)
    assert_is_sound(found.packing, rooms_of(kinds), asking)
    assert bool(found.packing.unplaced) is (found.proof is not None) is (found.fit is not Fit.FITS)


@pytest.mark.parametrize(
    ("kinds", "asked", "reason"),
    [
        ([(0, (4, 4))], [(1, (1, 1))], Reason.NO_NODE),
        ([(2, (4, 4))], [(1, (5, 1))], Reason.TOO_LARGE),
        ([(1, (4, 1)), (1, (1, 4))], [(1, (2, 2))], Reason.TOO_LARGE),
        ([(2, (4, 4))], [(3, (3, 1))], Reason.TOO_MUCH),
        ([(3, (10, 10))], [(4, (6, 1))], Reason.TOO_MANY),
        ([(2, (10, 10))], [(2, (6, 1)), (1, (1, 6)), (1, (6, 6))], Reason.TOO_MANY),
        ([(2, (4, 9))], [(2, (3, 1)), (1, (2, 1))], Reason.TOO_COARSE),
        ([(2, (9, 4))], [(2, (1, 3)), (1, (1, 2))], Reason.TOO_COARSE),
        ([(2, (4, 4))], [(2, (3, 2)), (1, (1, 3))], Reason.ALL_TRIED),
    ],
)
def test_the_plainest_reason_is_given(
    kinds: list[tuple[int, tuple[int, int]]], asked: list[tuple[int, tuple[int, int]]], reason: Reason
) -> None:
    """Each of these is impossible for one reason, and for none that is plainer."""
    found = fit(
        machines(*((count, Amounts(*room)) for count, room in kinds)),
        needs(*((replicas, Amounts(*each)) for replicas, each in asked)),
    )

    assert found.fit is Fit.DOES_NOT_FIT
    assert found.proof is not None
    assert found.proof.reason is reason


def test_what_takes_too_long_is_unknown() -> None:
    """Where neither a packing nor a proof is found in time, neither is claimed; what was placed is placed well."""
    asked, kinds = undecidable()

    found = fit(kinds, asked)

    assert (found.fit, found.proof) == (Fit.UNKNOWN, None)
    assert_is_sound(found.packing, rooms_of(kinds), asked)
    assert len(found.packing.unplaced) < len(asked) / 10


def test_a_hundred_thousand_replicas_are_spread_over_a_thousand_machines() -> None:
    """With a twentieth to spare in both resources, each machine gets its share of cores and of memory."""
    asked = needs(*((100, Amounts(1 + number % 37, 1 + number * 7 % 41)) for number in range(1_000)))
    total = total_needed(asked)
    kinds = machines((1_000, Amounts(total.cpu * 21 // 20_000, total.memory * 21 // 20_000)))

    found = fit(kinds, asked)

    assert found.fit is Fit.FITS
    assert_is_sound(found.packing, rooms_of(kinds), asked)


def test_replicas_of_a_service_are_kept_apart() -> None:
    """Where there is room, a machine that is lost takes only one of two replicas with it."""
    kinds = machines((2, Amounts(10, 10)))

    found = fit(kinds, needs((2, Amounts(2, 1)), (2, Amounts(1, 2))))

    assert found.packing.placed == ({"s0": 1, "s1": 1}, {"s0": 1, "s1": 1})


@pytest.mark.parametrize("replicas", [10**9, 10**12])
def test_numbers_that_nobody_can_count_to_are_answered(replicas: int) -> None:
    """A slip of the pen in `replicas` or `count` takes neither all memory nor all time."""
    few = machines((3, Amounts(10, 10)))
    many = machines((10**12, Amounts(10, 10)))

    assert fit(few, needs((replicas, Amounts(1, 1)))).fit is Fit.DOES_NOT_FIT
    assert fit(many, needs((replicas, Amounts(1, 1)), (replicas, Amounts(2, 1)))).fit is Fit.UNKNOWN
    assert fit(many, needs((3, Amounts(1, 1)))).fit is Fit.FITS


def test_replicas_that_need_nothing_fit_anywhere() -> None:
    """What takes no room needs no place, not even a machine."""
    found = fit([], needs((3, NOTHING)))

    assert found.fit is Fit.FITS
    assert found.packing.unplaced == {}
