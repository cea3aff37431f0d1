"""Waits for a line of a program's output, in little memory whatever arrives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE_BYTES = 64 * 1024  # of a longer line only the beginning is looked at


class LineWatch:
    """Looks at each line that streams print until one is found; `is_it` tells of a text whether it is the one."""

    def __init__(self, is_it: Callable[[str], object]) -> None:
        self.found = asyncio.Event()
        self._is_it = is_it

    def stream(self) -> Callable[[bytes], None]:
        """Make what takes the bytes of one stream, however they were cut into chunks."""
        rest = bytearray()

        def feed(data: bytes) -> None:
            if self.found.is_set():
                return
            *lines, last = data.split(b"\n")
            for line in lines:
                self._look(bytes(rest) + line)
                rest.clear()
            rest.extend(last[: _LINE_BYTES - len(rest)])

        return feed

    def _look(self, line: bytes) -> None:
        if self._is_it(line[:_LINE_BYTES].decode(errors="replace").rstrip("\r")):
            self.found.set()
