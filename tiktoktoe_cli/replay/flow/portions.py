"""Cuts what comes into portions between which alerts look.

They end after every so many records of the whole input, wherever blocks end, however fast the run is and wherever it
was stopped: so an alert sees the same numbers each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

LOOK_EVERY = 25


class Divisible(Protocol):
    """A block of records; one that is no `is_divisible` goes through as a whole."""

    @property
    def is_divisible(self) -> bool:
        """Whether it can be cut, and the input be read on after each part."""

    def __len__(self) -> int: ...

    def part(self, start: int, stop: int) -> Self:
        """Cut some records out."""


B = TypeVar("B", bound=Divisible)


def in_portions(blocks: Iterable[B], through: int) -> Generator[B, None, None]:
    """Cut blocks; `through` is how many records there were before."""
    for block in blocks:
        if not block.is_divisible:
            yield block
            through += len(block)
            continue
        start = 0
        while start < len(block):
            stop = min(start + LOOK_EVERY - through % LOOK_EVERY, len(block))
            yield block.part(start, stop)
            through, start = through + stop - start, stop


def is_look_due(block: Divisible, through: int) -> bool:
    """Tell whether alerts look after a block; `through` is how many records there were with it."""
    return through % LOOK_EVERY == 0 or not block.is_divisible
