"""The exact search, where nothing quicker helps."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.graph.capacity.machines import assert_is_sound, fits_somehow, small_systems, undecidable
from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Machines, Need
from tiktoktoe_cli.graph.capacity.fitting import rooms_of
from tiktoktoe_cli.graph.capacity.search import UndecidedError, search


@given(small_systems())
def test_the_search_finds_what_there_is(system: tuple[list[Machines], list[Need]]) -> None:
    """Leaving out mirror images and hopeless branches loses no packing, and finds none that overflows."""
    kinds, asked = system
    asking = [need for need in asked if need.each != NOTHING]
    rooms = rooms_of(kinds)

    found = search(rooms, asking)

    assert (found is not None) is fits_somehow(
        rooms, [need.each for need in asking for _ in range(need.replicas)]
    )
    if found:
        assert_is_sound(found, rooms, asking)
        assert not found.unplaced


def test_a_search_that_takes_too_long_is_given_up() -> None:
    """Nobody waits for the end of the universe."""
    asked, kinds = undecidable()

    with pytest.raises(UndecidedError):
        search(rooms_of(kinds), asked)
