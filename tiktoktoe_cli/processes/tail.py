"""The last lines of a stream of bytes, in little memory whatever arrives."""

from __future__ import annotations

from collections import deque

DEFAULT_LINES = 20
LINE_BYTES = 2_000


class Tail:
    """Keeps the last lines of what it is fed, however the bytes were cut into chunks.

    A line longer than `LINE_BYTES` is cut and ends in `…`; bytes that are not UTF-8 become U+FFFD.
    """

    def __init__(self, limit: int = DEFAULT_LINES) -> None:
        self._closed: deque[bytes] = deque(maxlen=limit)
        self._open = bytearray()
        self._limit = limit
        self._lines = 0
        self._has_long = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        head, *others = data.split(b"\n")
        self._extend(head)
        for line in others:
            self._closed.append(bytes(self._open))
            self._open.clear()
            self._lines += 1
            self._extend(line)

    @property
    def is_cut(self) -> bool:
        """Whether there was more than the last lines: others before them, or the rest of a long one."""
        return self._has_long or self._lines + bool(self._open) > self._limit

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines, oldest first; one that has no end yet counts too."""
        lines = [*self._closed, bytes(self._open)] if self._open else [*self._closed]
        return tuple(_decoded(line) for line in lines[-self._limit :])

    def _extend(self, data: bytes) -> None:
        # one byte more than is shown: it tells a cut line from one that just fits
        self._open += data[: LINE_BYTES + 1 - len(self._open)]
        self._has_long |= len(self._open) > LINE_BYTES


def _decoded(line: bytes) -> str:
    shown = line[:LINE_BYTES].decode(errors="replace").rstrip("\r")
    return shown + "…" if len(line) > LINE_BYTES else shown
