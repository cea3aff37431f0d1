"""What comes is cut where the count of all records says so."""

from __future__ import annotations

import pytest

from tiktoktoe_cli.replay.flow.portions import LOOK_EVERY, in_portions, is_look_due


class Numbers(list[int]):
    """A block."""

    is_divisible = True

    def part(self, start: int, stop: int) -> Numbers:
        """Cut."""
        return Numbers(self[start:stop])


class Whole(Numbers):
    """A block that nobody can read on in."""

    is_divisible = False


@pytest.mark.parametrize("sizes", [(60, 40), (1, 99), (7,) * 14 + (2,), (100,)])
@pytest.mark.parametrize("before", [0, 3, 25])
def test_looks_fall_on_the_same_records_however_blocks_are(sizes: tuple[int, ...], before: int) -> None:
    """Nothing is lost, and after every so many records somebody looks."""
    numbers = iter(range(before, before + 100))
    blocks = [Numbers(next(numbers) for _ in range(size)) for size in sizes]

    portions = list(in_portions(blocks, before))

    looks = [portion[-1] + 1 for portion in portions if is_look_due(portion, portion[-1] + 1)]
    assert [number for portion in portions for number in portion] == list(range(before, before + 100))
    assert looks == [n for n in range(before + 1, before + 101) if n % LOOK_EVERY == 0]


def test_what_cannot_be_cut_is_looked_at_as_a_whole() -> None:
    """Rows of a table, elements of an array."""
    block = Whole(range(60))

    assert list(in_portions([block], 0)) == [block]
    assert is_look_due(block, 60)
