"""Measures how much of the input is read, and guesses from that how much there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LEAST_BYTES = 1 << 20  # what stands at the beginning of a file may not be like the rest


@dataclass(slots=True)
class Meter:
    """Counts the bytes of files that are read, of `total_bytes`."""

    total_bytes: int
    done_bytes: int = 0

    @classmethod
    def of(cls, files: Sequence[Path], first: int = 0) -> Meter:
        """Measure files, from one of them on; what cannot be measured cannot be read either, which is told there."""
        return cls(sum(file.stat().st_size for file in files[first:] if file.is_file()))

    def add(self, size: int) -> None:
        """Take notice of bytes that were read."""
        self.done_bytes += size

    def total(self, lines: int) -> int | None:
        """Guess how many lines there are, if so many stood in what is read; None while nobody can know."""
        if self.done_bytes < _LEAST_BYTES or not lines:
            return None
        guessed = lines * self.total_bytes / self.done_bytes
        return max(lines, int(float(f"{guessed:.3g}")))
