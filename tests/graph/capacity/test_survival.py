"""What the loss of a machine does; a packer that tries everything is the oracle."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from tests.graph.capacity.machines import fits_somehow, machines, needs, small_systems
from tiktoktoe_cli.graph.capacity import Fit
from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Amounts, Machines, Need
from tiktoktoe_cli.graph.capacity.fitting import fit, rooms_of
from tiktoktoe_cli.graph.capacity.survival import Loss, losses


@given(small_systems())
def test_a_loss_is_survived_if_everything_fits_on_the_others(
    system: tuple[list[Machines], list[Need]],
) -> None:
    """For each kind of machine, one less of it is enough, or it is not; everything may be moved."""
    kinds, asked = system
    asking = [need for need in asked if need.each != NOTHING]
    found = fit(kinds, asking)
    if found.fit is not Fit.FITS:
        return
    sizes = [need.each for need in asking for _ in range(need.replicas)]

    told = losses(kinds, asking, found.packing)

    assert [loss.kind for loss in told] == [kind.name for kind in kinds if kind.count]
    for loss in told:
        rest = [replace(kind, count=kind.count - (kind.name == loss.kind)) for kind in kinds]
        survives = fits_somehow(rooms_of(rest), sizes)
        assert loss.fit is (Fit.FITS if survives else Fit.DOES_NOT_FIT)
        assert bool(loss.unplaced) is not survives


def test_only_the_machine_that_something_needs_is_missed() -> None:
    """The large replica has one place; the others have several."""
    kinds = machines((2, Amounts(2, 2)), (1, Amounts(8, 8)))
    asked = needs((1, Amounts(6, 6)), (2, Amounts(1, 1)))

    told = losses(kinds, asked, fit(kinds, asked).packing)

    assert told == (Loss("m0", Fit.FITS, {}), Loss("m1", Fit.DOES_NOT_FIT, {"s0": 1}))
