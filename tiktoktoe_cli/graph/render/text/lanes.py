"""Which rail runs where: what each line does with every lane."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.render.text.rows import Row


class Cell(StrEnum):
    """What a line does with a lane: the rail begins, is touched and goes on, is touched and ends, or passes by."""

    BEGIN = "begin"
    TEE = "tee"
    END = "end"
    MAYBE = "maybe"  # as tee, for a service that is not required
    MAYBE_END = "maybe end"
    PASS = "pass"  # noqa: S105  # a word of railways

    @property
    def goes_on(self) -> bool:
        """Tell whether the rail is still there below the line."""
        return self not in _ENDS


_ENDS = (Cell.END, Cell.MAYBE_END)
_TOUCH = {
    (False, False): Cell.TEE,
    (False, True): Cell.END,
    (True, False): Cell.MAYBE,
    (True, True): Cell.MAYBE_END,
}
"""By whether the dependency is optional, and whether it is the last one on its rail."""


def lanes_of(rows: Sequence[Row]) -> Iterator[list[Cell | None]]:
    """Yield the lanes of each line, up to the last one in use; a rail takes the first that is free, until its end."""
    last = {target: position for position, row in enumerate(rows) for target in row.needs}
    owners: list[int | None] = []
    for position, row in enumerate(rows):
        cells = [_touch(owner, position, row, last) for owner in owners]
        if position in last:
            lane = owners.index(None) if None in owners else len(owners)
            owners[lane : lane + 1] = [position]
            cells[lane : lane + 1] = [Cell.BEGIN]
        yield cells
        owners = [owner if cell and cell.goes_on else None for owner, cell in zip(owners, cells, strict=True)]
        while owners and owners[-1] is None:
            owners.pop()


def _touch(owner: int | None, position: int, row: Row, last: Mapping[int, int]) -> Cell | None:
    if owner is None:
        return None
    if owner not in row.needs:
        return Cell.PASS
    return _TOUCH[row.needs[owner], last[owner] == position]
