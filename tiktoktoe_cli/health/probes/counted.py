"""A stream that is read only so far, for clients that take whatever length a server claims."""

from __future__ import annotations

import asyncio
from typing import Final

_A_TURN: Final = 256
"""How many reads are made before the loop has its turn: what has arrived already is read without waiting."""


class CountedReader(asyncio.StreamReader):
    """Reads so many bytes and no more; who asks for more gets a `LimitOverrunError`, before they have come."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most
        self._reads = 0

    async def read(self, n: int = -1) -> bytes:
        """Read what there is, up to so many bytes."""
        return await self._counted(await super().read(n))

    async def readline(self) -> bytes:
        """Read up to the end of a line."""
        return await self._counted(await super().readline())

    async def readexactly(self, n: int) -> bytes:
        """Read so many bytes."""
        self._take(n)
        return await super().readexactly(n)

    async def _counted(self, data: bytes) -> bytes:
        self._take(len(data))
        self._reads += 1
        if self._reads % _A_TURN == 0:
            await asyncio.sleep(0)
        return data

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise asyncio.LimitOverrunError("there is more than may be read", 0)
