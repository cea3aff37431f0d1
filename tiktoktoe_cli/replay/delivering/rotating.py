"""Files in a row: `orders.ndjson` becomes `orders-000001.ndjson`, `orders-000002.ndjson`, each with so many events."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.delivering.line_file import LineFile, partial_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.delivering.packing import Pack


def part_of(path: Path, number: int) -> Path:
    """Name a part; the number stands before all suffixes."""
    stem, dot, suffixes = path.name[1:].partition(".")
    return path.with_name(f"{path.name[0]}{stem}-{number:06}{dot}{suffixes}")


class RotatingFile:
    """Begins a new file when one is full; the last ones of a longer run before are taken away.

    A file has at most `most_events`, and at most `most_bytes` before it is compressed unless one event alone is larger.
    """

    def __init__(
        self, path: Path, pack: Pack | None, most_events: int | None, most_bytes: int | None
    ) -> None:
        self.path = path
        self._pack = pack
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._finished_lines = self._finished_size = 0
        self._number, self._raw_bytes = 1, 0
        self._part = LineFile(part_of(path, 1), pack)
        self._turned: list[LineFile] = []
        self._securing: list[LineFile] = []

    @property
    def lines(self) -> int:
        """How many all files have."""
        return self._finished_lines + self._part.lines

    @property
    def size_bytes(self) -> int:
        """How large all files are."""
        return self._finished_size + self._part.size_bytes

    @property
    def files(self) -> Sequence[Path]:
        """All parts."""
        return [part_of(self.path, number) for number in range(1, self._number + 1)]

    def open(self, position: tuple[int, int, int, int, tuple[int, int, bytes]] | None = None) -> None:
        """Begin with the first file, or go on in the one that was the last."""
        if position is None:
            self._part.open()
            return
        number, raw_bytes, self._finished_lines, self._finished_size, part = position
        self._begin(number)
        self._raw_bytes = raw_bytes
        self._part.open(part)

    def write(self, lines: Sequence[bytes]) -> None:
        """Add lines, to as many files as they need."""
        while lines:
            room = self._room(lines)
            if room:
                self._part.write(lines[:room])
                self._raw_bytes += sum(map(len, lines[:room])) + room
                lines = lines[room:]
            if lines:
                self._turn()

    def complete(self) -> None:
        """Hold nothing back."""
        self._part.complete()

    def position(self) -> tuple[int, int, int, int, tuple[int, int, bytes]]:
        """Tell which file is the last, what it holds, and what those before it hold."""
        self._securing, self._turned = [*self._turned, self._part], []
        return (
            self._number,
            self._raw_bytes,
            self._finished_lines,
            self._finished_size,
            self._part.position(),
        )

    def secure(self) -> None:
        """Make the last position durable, with the files that became full before it."""
        for part in self._securing:
            part.secure()

    def finish(self) -> None:
        """Let go of the last file."""
        self._part.finish()

    def publish(self) -> None:
        """Put all files in their places."""
        for number in range(1, self._number):
            path = part_of(self.path, number)
            with suppress(FileNotFoundError):  # an earlier run had come so far
                partial_of(path).replace(path)
        self._part.publish()
        for number in count(self._number + 1):
            path = part_of(self.path, number)
            if not (path.exists() or partial_of(path).exists()):
                return
            path.unlink(missing_ok=True)
            partial_of(path).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the last file."""
        self._part.close()

    def _begin(self, number: int) -> None:
        self._number, self._raw_bytes = number, 0
        self._part = LineFile(part_of(self.path, number), self._pack)

    def _turn(self) -> None:
        self._part.finish()
        self._turned.append(self._part)
        self._finished_lines += self._part.lines
        self._finished_size += self._part.size_bytes
        self._begin(self._number + 1)
        self._part.open()

    def _room(self, lines: Sequence[bytes]) -> int:
        """Tell how many of the lines the file still takes: at least one if it is empty."""
        room = len(lines) if self._most_events is None else self._most_events - self._part.lines
        if self._most_bytes is None:
            return room
        left, fitting = self._most_bytes - self._raw_bytes, 0
        for line in lines[:room]:
            left -= len(line) + 1
            if left < 0:
                break
            fitting += 1
        return fitting or (0 if self._part.lines else 1)
