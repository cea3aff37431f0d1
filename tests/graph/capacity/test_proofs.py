"""Bounds: what they refuse is impossible; a packer that tries everything is the oracle."""

from __future__ import annotations

from hypothesis import given

from tests.graph.capacity.machines import amounts, fits_somehow, needs, small_systems
from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Machines, Need
from tiktoktoe_cli.graph.capacity.fitting import rooms_of
from tiktoktoe_cli.graph.capacity.proofs import Proof, Reason, proof_of_misfit
from tiktoktoe_cli.graph.model import Resource


@given(small_systems())
def test_a_proof_is_right(system: tuple[list[Machines], list[Need]]) -> None:
    """Whatever has a reason not to fit cannot be packed in any way."""
    kinds, asked = system
    asking = [need for need in asked if need.each != NOTHING]
    sizes = [need.each for need in asking for _ in range(need.replicas)]

    proof = proof_of_misfit(kinds, asking)

    assert proof is None or not fits_somehow(rooms_of(kinds), sizes)


def test_a_kind_that_is_written_twice_counts_twice() -> None:
    """Two entries that say the same are two machines, also where sums in one machine are added up."""
    twins = [Machines("m", 1, amounts(4, 4)), Machines("m", 1, amounts(4, 4))]

    assert proof_of_misfit(twins, needs((2, amounts(3, 3)))) is None


def test_the_largest_sum_that_fits_is_found_exactly() -> None:
    """Three requests for 1.2 cores fill 3.6 of 3.8; with one for 1.5, no sum comes nearer: two nodes hold 7.2."""
    nodes = [Machines("m", 2, amounts(3.8, 9))]

    refused = proof_of_misfit(nodes, needs((5, amounts(1.2)), (1, amounts(1.5))))

    assert proof_of_misfit(nodes, needs((6, amounts(1.2)))) is None
    assert refused == Proof(Reason.TOO_COARSE, Resource.CPU, needed=7_500_000_000, possible=7_200_000_000)
