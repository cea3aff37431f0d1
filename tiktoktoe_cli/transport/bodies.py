"""The body of an answer: read up to a limit, and unpacked once at most, so that a small one cannot become huge."""

from __future__ import annotations

import zlib
from typing import Final

import httpx

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
"""Nobody asks for them here, and some servers send them all the same (RFC 9110, 8.4.1)."""
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS  # zlib's word for: see from its beginning which of both it is


async def read_body(response: httpx.Response, limit_bytes: int) -> tuple[bytes, bool]:
    """Read and unpack a body up to a limit, and tell whether it was cut there.

    Raises:
        httpx.DecodingError: if it is not packed as its header says, or in a way that is not unpacked here.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return await read_as_sent(response, limit_bytes)
    try:
        return await _unpack(response, limit_bytes, is_known=encoding in _PACKED)
    except zlib.error as error:
        raise httpx.DecodingError("") from error


async def read_as_sent(response: httpx.Response, limit_bytes: int) -> tuple[bytes, bool]:
    """Read a body up to a limit without unpacking it, and tell whether it was cut there."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit_bytes:
            return bytes(body[:limit_bytes]), True
    return bytes(body), False


async def _unpack(response: httpx.Response, limit_bytes: int, *, is_known: bool) -> tuple[bytes, bool]:
    """Unpack no more than one byte beyond the limit; what follows the packed data is passed over, as by gzip."""
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    body = bytearray()
    is_empty = True
    async for chunk in response.aiter_raw():
        is_empty = False
        if not is_known:
            raise httpx.DecodingError("")
        if not unpacker.eof:
            body += unpacker.decompress(chunk, limit_bytes + 1 - len(body))
        if len(body) > limit_bytes:
            return bytes(body[:limit_bytes]), True
    if not (is_empty or unpacker.eof):  # the answer to a HEAD has the header, and nothing to unpack
        raise httpx.DecodingError("")
    return bytes(body), False
