"""Records: the bytes of one event each, and where they stood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class RecordEnd(StrEnum):
    """How a record ended."""

    WHOLE = "whole"
    END_OF_FILE = "end of file"  # fine if it holds a whole event; else the file was cut
    TOO_LONG = "too long"  # `raw` is only its beginning
    DAMAGED = "damaged"  # the compressed file cannot be read any further
    UNCLOSED = "unclosed"  # the file ends before the array does in which the records stand: it was cut
    MISFIT = "misfit"  # a row that does not fit the header of its table; `raw` is what stands there


_LAST = frozenset({RecordEnd.END_OF_FILE, RecordEnd.DAMAGED, RecordEnd.UNCLOSED})


class Origin(NamedTuple):
    """Where an event came from, and its original bytes; of a row of a table its JSON object.

    `file` is the position of the file in the run, `number` counts its lines (or its records, where they are no lines)
    from 1, `offset` is the position of `raw` in the uncompressed file in bytes.
    """

    file: int
    number: int
    offset: int
    raw: bytes
    end: RecordEnd = RecordEnd.WHOLE


class Origins(Protocol):
    """Knows the origin of each of some events; a batch keeps only their positions in it, called rows."""

    def __getitem__(self, row: int, /) -> Origin:
        """Give the origin of one of them."""


class Records(Origins, Protocol):
    """Some records, in their order."""

    @property
    def raws(self) -> Sequence[bytes]:
        """Their bytes."""

    @property
    def ends(self) -> Mapping[int, RecordEnd]:
        """How those ended that did not end as they should, by their position here."""

    def __len__(self) -> int:
        """How many they are."""


class TimedRecords(Records, Protocol):
    """Records that are known to be events."""

    @property
    def times(self) -> Sequence[int]:
        """When they happened, in microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive records of one file; the unit in which input is read, handed to workers and checkpointed.

    `offsets` says where each record starts; it is None where each is a line that ends with one newline, for then the
    lengths say it. `ends` names the records, by their position here, that did not end as they should. `next_offset` is
    where the next block of the file starts, in the uncompressed file, `state` what whoever goes on there must know.
    """

    file: int
    first_number: int
    first_offset: int
    raws: Sequence[bytes]
    next_offset: int
    offsets: Sequence[int] | None = None
    ends: Mapping[int, RecordEnd] = field(default_factory=dict)
    state: int = 0

    def __len__(self) -> int:
        return len(self.raws)

    @property
    def position(self) -> tuple[int, ...]:
        """Where reading goes on after the block: the file, the offset, the number of the record, and the state."""
        if self.ends.get(len(self.raws) - 1) in _LAST:
            return self.file + 1, 0, 1, 0
        return self.file, self.next_offset, self.first_number + len(self.raws), self.state

    def after(self, count: int) -> Block:
        """Leave out so many records at the beginning."""
        if not count:
            return self
        return replace(
            self,
            first_number=self.first_number + count,
            first_offset=self._offset(count),
            raws=self.raws[count:],
            offsets=self.offsets and self.offsets[count:],
            ends={row - count: end for row, end in self.ends.items() if row >= count},
        )

    @property
    def is_divisible(self) -> bool:
        """Whether reading can go on after each record: those of lines."""
        return self.offsets is None and not self.state

    def part(self, start: int, stop: int) -> Block:
        """Cut some records out; of lines, so that reading can go on after them."""
        block = self.after(start)
        count = stop - start
        if count == len(block):
            return block
        return replace(
            block,
            raws=block.raws[:count],
            next_offset=block._offset(count),  # noqa: SLF001  # of its own kind
            offsets=block.offsets and block.offsets[:count],
            ends={row: end for row, end in block.ends.items() if row < count},
        )

    def __getitem__(self, row: int, /) -> Origin:
        offset = self._offset(row)
        return Origin(
            self.file, self.first_number + row, offset, self.raws[row], self.ends.get(row, RecordEnd.WHOLE)
        )

    def _offset(self, row: int) -> int:
        if self.offsets is not None:
            return self.offsets[row]
        return self.first_offset + sum(map(len, self.raws[:row])) + row
