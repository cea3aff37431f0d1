"""A connection to PostgreSQL that is dropped where a look is broken off, and the loggers that tell nobody of it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg import AsyncConnection, waiting

if TYPE_CHECKING:
    from psycopg.abc import PQGen

_T = TypeVar("_T")


class Connection(AsyncConnection[Any]):
    """A connection for one look."""

    async def wait(self, gen: PQGen[_T], *_: Any, **__: Any) -> _T:  # the client's own limits do not count
        """Wait for the server; who is cancelled leaves at once: the client would ask it to cancel, and wait again."""
        try:
            return await waiting.wait_async(gen, self.pgconn.socket)
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


def silence() -> None:
    """Let the client write nothing: it would tell standard error what the look tells in its own way."""
    logging.getLogger("psycopg").setLevel(logging.CRITICAL + 1)
